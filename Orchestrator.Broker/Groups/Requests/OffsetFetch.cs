using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups.Requests;

/// <summary>OffsetFetch 0 to 5: some positions of a group, or from version 2 on all. Where there is none the offset is -1.</summary>
internal static class OffsetFetch
{
    const int FirstWithAll = 2;

    public static void Handle(RequestContext request, KafkaReader body, KafkaWriter response, GroupOffsets offsets)
    {
        var version = request.Version;
        var groupId = body.String();
        var topics = ReadTopics(body, version) is { } asked
            ? asked.ConvertAll(t => (t.Name, Positions: t.Partitions.ConvertAll(p => offsets.Find(groupId, t.Name, p) ?? None(t.Name, p))))
            : [.. offsets.All(groupId).GroupBy(p => p.Topic).Select(t => (t.Key, t.ToList()))];

        if (version >= 3)
            response.Int32(0); // throttle_time_ms
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
        if (version >= 2)
            response.Error(KafkaError.None);
    }

    static List<(string Name, List<int> Partitions)>? ReadTopics(KafkaReader body, short version)
    {
        var count = body.ArrayLength();
        if (count < 0)
            return version >= FirstWithAll ? null : [];
        var topics = new List<(string Name, List<int> Partitions)>(count);
        for (var i = 0; i < count; i++)
            topics.Add((body.String(), body.Array(static r => r.Int32())));
        return topics;
    }

    static GroupPosition None(string topic, int partition) => new(topic, partition, -1, "");
}
