using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Groups.Requests;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Transactions.Requests;

/// <summary>
/// TxnOffsetCommit 0 to 3: positions that count when the transaction is committed. From version 3 on, which is flexible, it names the member whose positions they are,
/// and one that the group has replaced is refused (KIP-447).
/// </summary>
internal sealed class TxnOffsetCommitHandler(BrokerNode node, TransactionCoordinator transactions, GroupCoordinator groups)
    : TransactionHandler(node, transactions, ApiKey.TxnOffsetCommit, 3)
{
    const short FirstFlexible = 3;

    // It is for groups' coordinators, which know no fenced producers.
    const short NoVersion = short.MaxValue;

    public override bool IsFlexible(short version) => version >= FirstFlexible;

    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        var isFlexible = IsFlexible(version);
        var id = isFlexible ? body.CompactString() : body.String();
        var group = isFlexible ? body.CompactString() : body.String();
        var who = new TransactionalProducer(id, body.Int64(), body.Int16());
        var member = isFlexible ? ReadMember(body) : new MemberIdentity("", null, -1);
        var topics = isFlexible ? body.CompactArray(ReadFlexibleTopic) : body.Array(t => ReadTopic(t, version));
        if (isFlexible)
            body.SkipTags();

        var positions = topics.SelectMany(t => t.Positions).Where(p => Check(p) == KafkaError.None).ToList();
        var isMember = member.Generation >= 0 || member.MemberId.Length > 0 || member.InstanceId is not null;
        var outcome = isMember ? groups.Commit(group, member, () => Transactions.AddPositions(who, group, positions)) : Transactions.AddPositions(who, group, positions);
        outcome = Known(outcome, version, NoVersion);

        NoThrottle(answer);
        if (isFlexible)
            WriteFlexible(answer, topics, outcome);
        else
        {
            answer.Array(topics, (w, topic) =>
            {
                w.String(topic.Name);
                w.Array(topic.Positions, (to, position) => Write(to, position, outcome));
            });
        }
    }

    void WriteFlexible(KafkaWriter answer, List<(string Name, List<GroupPosition> Positions)> topics, KafkaError outcome)
    {
        answer.CompactArray(topics, (w, topic) =>
        {
            w.CompactString(topic.Name);
            w.CompactArray(topic.Positions, (to, position) =>
            {
                Write(to, position, outcome);
                to.NoTags();
            });
            w.NoTags();
        });
        answer.NoTags();
    }

    void Write(KafkaWriter to, GroupPosition position, KafkaError outcome)
    {
        to.Int32(position.Partition);
        to.Error(outcome == KafkaError.None ? Check(position) : outcome);
    }

    KafkaError Check(GroupPosition position) => OffsetCommit.Check(position, (topic, partition) => IsThere(new TransactionPartition(topic, partition)));

    static MemberIdentity ReadMember(KafkaReader body)
    {
        var generation = body.Int32();
        return new MemberIdentity(body.CompactString(), body.CompactNullableString(), generation);
    }

    static (string Name, List<GroupPosition> Positions) ReadTopic(KafkaReader body, short version)
    {
        var name = body.String();
        return (name, body.Array(r =>
        {
            var (partition, offset) = (r.Int32(), r.Int64());
            if (version >= 2)
                r.Int32(); // committed_leader_epoch
            return new GroupPosition(name, partition, offset, r.NullableString() ?? "");
        }));
    }

    static (string Name, List<GroupPosition> Positions) ReadFlexibleTopic(KafkaReader body)
    {
        var name = body.CompactString();
        var positions = body.CompactArray(r =>
        {
            var (partition, offset) = (r.Int32(), r.Int64());
            r.Int32(); // committed_leader_epoch
            var metadata = r.CompactNullableString() ?? "";
            r.SkipTags();
            return new GroupPosition(name, partition, offset, metadata);
        });
        body.SkipTags();
        return (name, positions);
    }
}
