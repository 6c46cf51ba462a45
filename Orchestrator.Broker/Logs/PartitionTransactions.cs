using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Records;

namespace Orchestrator.Broker.Logs;

/// <summary>
/// Which transactions are open in a partition, where the first of them begins, and which were aborted (KIP-98). Those that have
/// written something are found again in the records when the partition is opened. Written and read under the partition's lock.
/// </summary>
internal sealed class PartitionTransactions
{
    const long NothingWritten = long.MaxValue;

    // By producer id: a producer has one transaction at a time. The coordinator bounds how many are open.
    readonly Dictionary<long, (short Epoch, long First)> _open = [];

    // In order of their last offsets, and not more than there are control records in the partition.
    readonly List<AbortedTransaction> _aborted = [];

    /// <summary>Where the first open transaction begins; <see cref="long.MaxValue"/> when none has written anything.</summary>
    public long FirstOpen { get; private set; } = NothingWritten;

    /// <summary>The producers whose transactions are open, with their epochs.</summary>
    public IReadOnlyList<(long ProducerId, short Epoch)> Open => [.. _open.Select(o => (o.Key, o.Value.Epoch))];

    /// <summary>From now on the producer may write in a transaction.</summary>
    public void Begin(long producerId, short epoch) => _open[producerId] = (epoch, _open.TryGetValue(producerId, out var open) ? open.First : NothingWritten);

    public bool IsOpen(long producerId) => _open.ContainsKey(producerId);

    /// <summary>Whether a batch belongs where it comes: what is transactional into an open transaction, and all else outside of one.</summary>
    public KafkaError Check(RecordBatch batch)
    {
        if (batch.ProducerId < 0 || !_open.TryGetValue(batch.ProducerId, out var open))
            return batch.IsTransactional ? KafkaError.InvalidTxnState : KafkaError.None;
        if (!batch.IsTransactional)
            return KafkaError.InvalidTxnState;
        return batch.ProducerEpoch == open.Epoch ? KafkaError.None : KafkaError.InvalidProducerEpoch;
    }

    /// <summary>Takes note of a transactional batch that has its place: records, or how a transaction has ended.</summary>
    public void Appended(RecordBatch batch)
    {
        if (batch.IsControl)
            End(batch);
        else if (!_open.TryGetValue(batch.ProducerId, out var open) || open.First == NothingWritten)
            _open[batch.ProducerId] = (batch.ProducerEpoch, batch.BaseOffset);
        else
            return;
        FirstOpen = _open.Count == 0 ? NothingWritten : _open.Values.Min(o => o.First);
    }

    void End(RecordBatch marker)
    {
        if (!_open.Remove(marker.ProducerId, out var ended) || ended.First == NothingWritten || marker.IsCommit)
            return;
        var stable = Math.Min(marker.LastOffset + 1, _open.Count == 0 ? NothingWritten : _open.Values.Min(o => o.First));
        _aborted.Add(new AbortedTransaction(marker.ProducerId, ended.First, marker.LastOffset, stable));
    }

    /// <summary>Whether a transaction was aborted that ended at an offset or behind it.</summary>
    public bool HasAborted(long from) => _aborted.Count > 0 && _aborted[^1].LastOffset >= from;

    /// <summary>The aborted transactions that have something between two offsets, the second excluded.</summary>
    public IReadOnlyList<AbortedTransaction> Aborted(long from, long before)
    {
        var found = new List<AbortedTransaction>();
        for (var i = FirstEndingAt(from); i < _aborted.Count; i++)
        {
            if (_aborted[i].FirstOffset < before)
                found.Add(_aborted[i]);
            if (_aborted[i].StableOffset >= before)
                break;
        }
        return found;
    }

    /// <summary>What lay before an offset is gone.</summary>
    public void Forget(long before) => _aborted.RemoveRange(0, FirstEndingAt(before));

    int FirstEndingAt(long offset)
    {
        int low = 0, high = _aborted.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_aborted[middle].LastOffset < offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
