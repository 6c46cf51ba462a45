using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups.Requests;

/// <summary>
/// OffsetFetch 0 to 7: some positions of a group, or from version 2 on all. Where there is none the offset is -1. Who asks for stable ones (KIP-447) is told to come
/// again while a transaction that has not ended holds another. From version 6 on it is flexible.
/// </summary>
internal static class OffsetFetch
{
    /// <summary>From here on it is flexible.</summary>
    public const int FirstFlexible = 6;

    const int FirstWithAll = 2;

    public static void Handle(RequestContext request, KafkaReader body, KafkaWriter response, GroupOffsets offsets, Func<string, string, int, bool> isHeld)
    {
        var version = request.Version;
        var isFlexible = version >= FirstFlexible;
        var groupId = isFlexible ? body.CompactString() : body.String();
        var topics = ReadTopics(body, version) is { } asked
            ? asked.ConvertAll(t => (t.Name, Positions: t.Partitions.ConvertAll(p => offsets.Find(groupId, t.Name, p) ?? None(t.Name, p))))
            : [.. offsets.All(groupId).GroupBy(p => p.Topic).Select(t => (t.Key, t.ToList()))];
        var isStable = version >= 7 && body.Boolean();
        if (isFlexible)
            body.SkipTags();

        if (version >= 3)
            response.Int32(0); // throttle_time_ms
        if (isFlexible)
        {
            response.CompactArray(topics, (w, topic) =>
            {
                w.CompactString(topic.Name);
                w.CompactArray(topic.Positions, (p, position) =>
                {
                    var isUnstable = isStable && isHeld(groupId, position.Topic, position.Partition);
                    p.Int32(position.Partition);
                    p.Int64(isUnstable ? -1 : position.Offset);
                    p.Int32(-1); // committed_leader_epoch
                    p.CompactString(isUnstable ? "" : position.Metadata);
                    p.Error(isUnstable ? KafkaError.UnstableOffsetCommit : KafkaError.None);
                    p.NoTags();
                });
                w.NoTags();
            });
        }
        else
        {
            response.Array(topics, (w, topic) =>
            {
                w.String(topic.Name);
                w.Array(topic.Positions, (p, position) =>
                {
                    p.Int32(position.Partition);
                    p.Int64(position.Offset);
                    if (version >= 5)
                        p.Int32(-1); // committed_leader_epoch
                    p.String(position.Metadata);
                    p.Error(KafkaError.None);
                });
            });
        }
        if (version >= 2)
            response.Error(KafkaError.None);
        if (isFlexible)
            response.NoTags();
    }

    static List<(string Name, List<int> Partitions)>? ReadTopics(KafkaReader body, short version)
    {
        var isFlexible = version >= FirstFlexible;
        var count = isFlexible ? body.CompactArrayLength() : body.ArrayLength();
        if (count < 0)
            return version >= FirstWithAll ? null : [];
        var topics = new List<(string Name, List<int> Partitions)>();
        for (var i = 0; i < count; i++)
        {
            topics.Add(isFlexible
                ? (body.CompactString(), body.CompactArray(static r => r.Int32()))
                : (body.String(), body.Array(static r => r.Int32())));
            if (isFlexible)
                body.SkipTags();
        }
        return topics;
    }

    static GroupPosition None(string topic, int partition) => new(topic, partition, -1, "");
}
