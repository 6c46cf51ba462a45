using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Requests;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Transactions.Requests;

/// <summary>Answers one kind of request of producers that have transactions (KIP-98; their layouts: https://kafka.apache.org/protocol).</summary>
internal abstract class TransactionHandler(BrokerNode node, TransactionCoordinator transactions, ApiKey api, short max) : ImmediateHandler(node, api, 0, max)
{
    /// <summary>One for each kind of request.</summary>
    public static IEnumerable<RequestHandler> All(BrokerNode node, TransactionCoordinator transactions, GroupCoordinator groups) =>
    [
        new InitProducerIdHandler(node, transactions), new AddPartitionsToTxnHandler(node, transactions), new AddOffsetsToTxnHandler(node, transactions),
        new TxnOffsetCommitHandler(node, transactions, groups), new EndTxnHandler(node, transactions),
    ];

    protected TransactionCoordinator Transactions => transactions;

    protected bool IsThere(TransactionPartition partition) => Node.Topics.Find(partition.Topic, partition.Number) is not null;

    protected static TransactionalProducer ReadProducer(KafkaReader body) => new(body.String(), body.Int64(), body.Int16());

    /// <summary>The error as clients of a version know it: those before <paramref name="since"/> know no fenced producers, but an epoch that is not theirs any more (KIP-588).</summary>
    protected static KafkaError Known(KafkaError error, short version, short since) =>
        error == KafkaError.ProducerFenced && version < since ? KafkaError.InvalidProducerEpoch : error;
}
