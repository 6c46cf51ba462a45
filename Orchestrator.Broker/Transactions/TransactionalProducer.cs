using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Transactions;

/// <summary>Who a producer says it is. Only the last one that was given a transactional id is it.</summary>
/// <param name="TransactionalId">The id that outlives the producer.</param>
/// <param name="ProducerId">The number that it was given.</param>
/// <param name="Epoch">Counts the producers that were given that number, and those that the broker has fenced.</param>
internal readonly record struct TransactionalProducer(string TransactionalId, long ProducerId, short Epoch);

/// <summary>What a producer is given that has come with a transactional id.</summary>
/// <param name="Error">Why not, if it is not.</param>
/// <param name="ProducerId">Its number; -1 with an error.</param>
/// <param name="Epoch">Its epoch; -1 with an error.</param>
internal readonly record struct ProducerGrant(KafkaError Error, long ProducerId, short Epoch)
{
    public static ProducerGrant Refused(KafkaError error) => new(error, -1, -1);
}
