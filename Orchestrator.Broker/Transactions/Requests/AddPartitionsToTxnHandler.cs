using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Transactions.Requests;

/// <summary>AddPartitionsToTxn 0 to 2: all of its partitions, or none.</summary>
internal sealed class AddPartitionsToTxnHandler(BrokerNode node, TransactionCoordinator transactions) : TransactionHandler(node, transactions, ApiKey.AddPartitionsToTxn, 2)
{
    const short FirstWithFenced = 2;

    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        var who = ReadProducer(body);
        var topics = body.Array(t => (Name: t.String(), Partitions: t.Array(p => p.Int32())));
        var all = topics.SelectMany(t => t.Partitions.Select(p => new TransactionPartition(t.Name, p))).ToList();
        var outcome = all.TrueForAll(IsThere) ? Transactions.AddPartitions(who, all) : KafkaError.OperationNotAttempted;

        NoThrottle(answer);
        answer.Array(topics, (w, topic) =>
        {
            w.String(topic.Name);
            w.Array(topic.Partitions, (to, partition) =>
            {
                to.Int32(partition);
                to.Error(IsThere(new TransactionPartition(topic.Name, partition)) ? Known(outcome, version, FirstWithFenced) : KafkaError.UnknownTopicOrPartition);
            });
        });
    }
}
