using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Requests;

/// <summary>Where an epoch of a leader ended. There is one leader and one epoch: at the end of the log.</summary>
internal sealed class OffsetForLeaderEpochHandler(BrokerNode node) : ImmediateHandler(node, ApiKey.OffsetForLeaderEpoch, 0, 3)
{
    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        if (version >= 3)
            body.Int32(); // replica id
        var topics = body.Array(b => (Topic: b.String(), Partitions: b.Array(p =>
        {
            var number = p.Int32();
            if (version >= 2)
                p.Int32(); // the epoch that the client knows
            return (Number: number, Epoch: p.Int32());
        })));
        if (version >= 2)
            NoThrottle(answer);
        answer.Array(topics, (w, topic) =>
        {
            w.String(topic.Topic);
            w.Array(topic.Partitions, (to, partition) =>
            {
                var log = Node.Topics.Find(topic.Topic, partition.Number);
                to.Error(log is null ? KafkaError.UnknownTopicOrPartition : KafkaError.None);
                to.Int32(partition.Number);
                if (version >= 1)
                    to.Int32(log is null ? -1 : 0);
                to.Int64(log?.EndOffset ?? -1);
            });
        });
    }
}
