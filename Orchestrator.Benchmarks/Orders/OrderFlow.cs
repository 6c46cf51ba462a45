using System.Buffers.Text;
using Confluent.Kafka;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Orders;

/// <summary>Orders, each with a key of its own.</summary>
sealed class OrderFlow(int partitions) : IFlow
{
    static readonly MessageContract Submitted = OrderCatalog.All.First(c => c.Type == typeof(OrderSubmitted));

    public string EndsTopic => OrderCatalog.Ends;

    public OutgoingMessage Submit(long sequence, int partition, DateTimeOffset now)
    {
        var id = IdIn(partition, sequence, now);
        var order = new OrderSubmitted(id, $"customer-{sequence % 10_000}", 1_000 + (sequence % 9_000), now);
        return OutgoingMessage.Of(Submitted, order, id, "/bench", now);
    }

    public TransactionEnd? ReadEnd(Message<byte[], byte[]> message) =>
        Utf8Parser.TryParse(message.Key, out Guid id, out _) ? new TransactionEnd(SequencedId.SequenceOf(id), Completed: true) : null;

    Guid IdIn(int partition, long sequence, DateTimeOffset now)
    {
        for (var nonce = 0; ; nonce++)
        {
            var id = SequencedId.Of(sequence, nonce, now);
            if (KeyPartition.Of(id.ToString(), partitions) == partition)
                return id;
        }
    }
}
