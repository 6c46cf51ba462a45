using System.Runtime.InteropServices;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Requests;

/// <summary>Appends what producers send. With acks 0 nobody waits for the answer.</summary>
internal sealed class ProduceHandler(BrokerNode node) : RequestHandler(node, ApiKey.Produce, 3, 7)
{
    const long NoTime = -1;

    public override bool Handle(RequestContext request, KafkaReader body, KafkaWriter answer, CancellationToken closed)
    {
        body.NullableString(); // transactional id
        var acks = body.Int16();
        body.Int32(); // timeout: nothing is waited for
        var injected = Node.Faults.Next(ApiKey.Produce);
        var topics = body.ArrayLength();
        answer.Int32(topics);
        for (var t = 0; t < topics; t++)
        {
            var topic = body.String();
            answer.String(topic);
            var partitions = body.ArrayLength();
            answer.Int32(partitions);
            for (var p = 0; p < partitions; p++)
            {
                var number = body.Int32();
                var (error, offset, start) = Append(topic, number, body.Bytes(), injected);
                answer.Int32(number);
                answer.Error(error);
                answer.Int64(offset);
                answer.Int64(NoTime);
                if (request.Version >= 5)
                    answer.Int64(start);
            }
        }
        NoThrottle(answer);
        return acks != 0;
    }

    (KafkaError Error, long Offset, long Start) Append(string topic, int number, ReadOnlyMemory<byte> batches, KafkaError injected)
    {
        if (injected != KafkaError.None)
            return (injected, -1, -1);
        if (Node.Topics.Find(topic, number) is not { } partition)
            return (KafkaError.UnknownTopicOrPartition, -1, -1);
        if (batches.Length == 0)
            return (KafkaError.CorruptMessage, -1, -1);
        // The request's own bytes, which nobody else looks at: offsets are written into them.
        var error = partition.Append(MemoryMarshal.AsMemory(batches).Span, Node.Options.MaxBatchBytes, out var offset);
        return (error, offset, partition.StartOffset);
    }
}
