using Orchestrator.Broker.Logs;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Requests;

/// <summary>The first offset, the next one, or that of a point in time; for who reads what is committed, as far as all transactions have ended.</summary>
internal sealed class ListOffsetsHandler(BrokerNode node) : RequestHandler(node, ApiKey.ListOffsets, 1, 5)
{
    const long Latest = -1;
    const long Earliest = -2;
    const long None = -1;

    public override bool Handle(RequestContext request, KafkaReader body, KafkaWriter answer, CancellationToken closed)
    {
        var version = request.Version;
        body.Int32(); // replica id
        var isCommitted = version >= 2 && body.Int8() == FetchHandler.ReadCommitted;
        var injected = Node.Faults.Next(ApiKey.ListOffsets);
        if (version >= 2)
            NoThrottle(answer);
        answer.Array(body.Array(b => (Topic: b.String(), Partitions: b.Array(p => ReadPartition(version, p)))), (w, topic) =>
        {
            w.String(topic.Topic);
            w.Array(topic.Partitions, (to, partition) =>
            {
                var (error, timestamp, offset) = Find(Node.Topics.Find(topic.Topic, partition.Number), partition.Timestamp, isCommitted, injected);
                to.Int32(partition.Number);
                to.Error(error);
                to.Int64(timestamp);
                to.Int64(offset);
                if (version >= 4)
                    to.Int32(0); // the leader's epoch
            });
        });
        return true;
    }

    static (int Number, long Timestamp) ReadPartition(short version, KafkaReader body)
    {
        var number = body.Int32();
        if (version >= 4)
            body.Int32(); // the leader's epoch
        return (number, body.Int64());
    }

    static (KafkaError Error, long Timestamp, long Offset) Find(PartitionLog? log, long timestamp, bool isCommitted, KafkaError injected) => (log, timestamp) switch
    {
        _ when injected != KafkaError.None => (injected, None, None),
        (null, _) => (KafkaError.UnknownTopicOrPartition, None, None),
        (_, Latest) => (KafkaError.None, None, isCommitted ? log.StableOffset : log.EndOffset),
        (_, Earliest) => (KafkaError.None, None, log.StartOffset),
        _ => log.FirstSince(timestamp) is var (offset, at) && (!isCommitted || offset < log.StableOffset) ? (KafkaError.None, at, offset) : (KafkaError.None, None, None),
    };
}
