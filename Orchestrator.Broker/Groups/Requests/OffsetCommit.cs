using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups.Requests;

/// <summary>
/// OffsetCommit 0 to 7. The times and leader epochs that some versions carry are read over: positions stay until their group or topic is deleted,
/// and a single broker's leader does not change.
/// </summary>
internal static class OffsetCommit
{
    const int MaxMetadataLength = 4_096;
    const int MaxTopicLength = 249;

    public static void Handle(
        RequestContext request, KafkaReader body, KafkaWriter response, GroupCoordinator coordinator, GroupOffsets offsets, Func<string, int, bool> isThere)
    {
        var version = request.Version;
        var groupId = body.String();
        var generation = version >= 1 ? body.Int32() : -1;
        var memberId = version >= 1 ? body.String() : "";
        var instanceId = version >= 7 ? body.NullableString() : null;
        if (version is >= 2 and <= 4)
            body.Int64(); // retention_time_ms
        var topics = body.Array(r => ReadTopic(r, version));

        var positions = topics.SelectMany(t => t.Positions).Where(p => Check(p, isThere) == KafkaError.None).ToList();
        var outcome = coordinator.Commit(groupId, new MemberIdentity(memberId, instanceId, generation), () => offsets.Commit(groupId, positions));

        if (version >= 3)
            response.Int32(0); // throttle_time_ms
        response.Array(topics, (w, topic) =>
        {
            w.String(topic.Name);
            w.Array(topic.Positions, (p, position) =>
            {
                p.Int32(position.Partition);
                p.Error(outcome == KafkaError.None ? Check(position, isThere) : outcome);
            });
        });
    }

    static (string Name, List<GroupPosition> Positions) ReadTopic(KafkaReader body, short version)
    {
        var name = body.String();
        return (name, body.Array(r =>
        {
            var partition = r.Int32();
            var offset = r.Int64();
            if (version == 1)
                r.Int64(); // commit_timestamp
            if (version >= 6)
                r.Int32(); // committed_leader_epoch
            return new GroupPosition(name, partition, offset, r.NullableString() ?? "");
        }));
    }

    /// <summary>Whether a position could be.</summary>
    public static KafkaError Check(GroupPosition position, Func<string, int, bool> isThere)
    {
        if (position.Topic.Length is 0 or > MaxTopicLength)
            return KafkaError.InvalidTopic;
        if (!isThere(position.Topic, position.Partition))
            return KafkaError.UnknownTopicOrPartition;
        return position.Metadata.Length > MaxMetadataLength ? KafkaError.OffsetMetadataTooLarge : KafkaError.None;
    }
}
