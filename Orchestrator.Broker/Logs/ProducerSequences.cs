using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Records;

namespace Orchestrator.Broker.Logs;

/// <summary>
/// What idempotent producers have appended to a partition: a batch that comes again is told from one that is missing its predecessor (KIP-98). As in Kafka,
/// the last five batches of a producer are known, which is as many as it may have under way. Written and read under the partition's lock.
/// </summary>
internal sealed class ProducerSequences
{
    const int BatchesKept = 5;
    const int ProducersKept = 10_000;

    readonly Dictionary<long, Producer> _producers = [];
    long _use;

    /// <summary>Whether <paramref name="batch"/> may be appended.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="appendedAt">Where it stands already, when it is one that comes again; else -1.</param>
    public KafkaError Check(RecordBatch batch, out long appendedAt)
    {
        appendedAt = -1;
        if (batch.ProducerId < 0 || !_producers.TryGetValue(batch.ProducerId, out var producer))
            return KafkaError.None;
        if (batch.ProducerEpoch < producer.Epoch)
            return KafkaError.InvalidProducerEpoch;
        if (batch.ProducerEpoch > producer.Epoch)
            return batch.BaseSequence == 0 ? KafkaError.None : KafkaError.OutOfOrderSequenceNumber;
        foreach (var earlier in producer.Batches)
        {
            if (earlier.BaseSequence == batch.BaseSequence && earlier.Count == batch.Count)
            {
                appendedAt = earlier.BaseOffset;
                return KafkaError.None;
            }
        }
        return batch.BaseSequence == producer.NextSequence ? KafkaError.None : KafkaError.OutOfOrderSequenceNumber;
    }

    /// <summary>Remembers a batch that was appended.</summary>
    public void Appended(RecordBatch batch)
    {
        if (batch.ProducerId < 0)
            return;
        if (batch.IsControl)
        {
            Fence(batch);
            return;
        }
        if (!_producers.TryGetValue(batch.ProducerId, out var producer) || producer.Epoch != batch.ProducerEpoch)
        {
            if (producer is null && _producers.Count >= ProducersKept)
                _producers.Remove(_producers.MinBy(p => p.Value.UsedAt).Key);
            _producers[batch.ProducerId] = producer = new Producer(batch.ProducerEpoch);
        }
        if (producer.Batches.Count == BatchesKept)
            producer.Batches.Dequeue();
        producer.Batches.Enqueue((batch.BaseSequence, batch.Count, batch.BaseOffset));
        // Sequences go on at 0 after the largest number.
        producer.NextSequence = (int)(((long)batch.BaseSequence + batch.Count) & int.MaxValue);
        producer.UsedAt = ++_use;
    }

    // A transaction that the broker has ended itself: what its producer still sends is of an earlier epoch from here on. A marker has no sequence.
    void Fence(RecordBatch marker)
    {
        if (_producers.TryGetValue(marker.ProducerId, out var producer) && producer.Epoch < marker.ProducerEpoch)
            _producers[marker.ProducerId] = new Producer(marker.ProducerEpoch) { UsedAt = ++_use };
    }

    sealed class Producer(short epoch)
    {
        public short Epoch { get; } = epoch;

        public Queue<(int BaseSequence, int Count, long BaseOffset)> Batches { get; } = new(BatchesKept);

        public int NextSequence { get; set; }

        public long UsedAt { get; set; }
    }
}
