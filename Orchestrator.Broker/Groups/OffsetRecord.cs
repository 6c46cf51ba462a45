using System.Text;
using Orchestrator.Broker.Logs;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups;

/// <summary>The records of the journal of positions, in the primitives of Kafka's protocol. A kind's number never changes its meaning.</summary>
internal static class OffsetRecord
{
    const sbyte Committed = 1;
    const sbyte GroupForgotten = 2;
    const sbyte TopicForgotten = 3;

    public static void WriteCommit(KafkaWriter writer, string group, IReadOnlyCollection<GroupPosition> positions)
    {
        writer.Int8(Committed);
        writer.String(group);
        writer.Array(positions, static (w, position) =>
        {
            w.String(position.Topic);
            w.Int32(position.Partition);
            w.Int64(position.Offset);
            w.String(position.Metadata);
        });
    }

    public static void WriteForgetGroup(KafkaWriter writer, string group)
    {
        writer.Int8(GroupForgotten);
        writer.String(group);
    }

    public static void WriteForgetTopic(KafkaWriter writer, string topic)
    {
        writer.Int8(TopicForgotten);
        writer.String(topic);
    }

    /// <summary>What a record of this position alone takes in the journal.</summary>
    public static long Size(string group, GroupPosition position) =>
        Journal.FrameBytes + 1 + 2 + Encoding.UTF8.GetByteCount(group) + 4
        + 2 + Encoding.UTF8.GetByteCount(position.Topic) + 4 + 8 + 2 + Encoding.UTF8.GetByteCount(position.Metadata);

    /// <summary>Tells what a record says.</summary>
    /// <exception cref="InvalidDataException">A kind that this version does not know.</exception>
    public static void Read(
        KafkaReader record,
        Action<string, IReadOnlyCollection<GroupPosition>> committed,
        Action<string> groupForgotten,
        Action<string> topicForgotten)
    {
        switch (record.Int8())
        {
            case Committed:
                var group = record.String();
                committed(group, record.Array(static r => new GroupPosition(r.String(), r.Int32(), r.Int64(), r.String())));
                break;
            case GroupForgotten:
                groupForgotten(record.String());
                break;
            case TopicForgotten:
                topicForgotten(record.String());
                break;
            case var kind:
                throw new InvalidDataException($"the journal of positions has a record of kind {kind}: a newer version has written it");
        }
    }
}
