using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Records;

namespace Orchestrator.Broker.Logs;

/// <summary>What transactions do to a partition. One that has none pays for a look at a bit of each batch.</summary>
internal sealed partial class PartitionLog
{
    // Made with the first transaction.
    PartitionTransactions? _transactions;
    long _firstOpen = long.MaxValue;

    /// <summary>Up to here all transactions have ended: who reads what is committed gets nothing from this offset on.</summary>
    public long StableOffset
    {
        get
        {
            // In this order: a transaction is noted before its records can be read, so that an end that was read is never seen without it.
            var end = EndOffset;
            return Math.Max(StartOffset, Math.Min(end, Interlocked.Read(ref _firstOpen)));
        }
    }

    /// <summary>Whether there is or was a transaction: true before any of its records can be read.</summary>
    public bool HasTransactions => Volatile.Read(ref _transactions) is not null;

    /// <summary>The producers whose transactions are open here, with their epochs.</summary>
    public IReadOnlyList<(long ProducerId, short Epoch)> OpenTransactions
    {
        get
        {
            lock (_lock)
                return _transactions?.Open ?? [];
        }
    }

    /// <summary>Lets a producer write in its transaction.</summary>
    public void BeginTransaction(long producerId, short epoch)
    {
        lock (_lock)
            (_transactions ??= new PartitionTransactions()).Begin(producerId, epoch);
    }

    /// <summary>Writes how a producer's transaction has ended, if it is open here: to end it again does nothing.</summary>
    /// <param name="producerId">The producer.</param>
    /// <param name="epoch">Its epoch from now on.</param>
    /// <param name="committed">Whether what it wrote counts.</param>
    /// <param name="timestamp">Milliseconds since 1970, UTC.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void EndTransaction(long producerId, short epoch, bool committed, long timestamp)
    {
        Span<byte> marker = stackalloc byte[ControlBatch.TotalBytes];
        ControlBatch.Write(marker, producerId, epoch, committed, timestamp);
        List<FetchWaiter>? woken;
        lock (_lock)
        {
            if (_disposed || _transactions?.IsOpen(producerId) is not true)
                return;
            AppendOne(marker, new RecordBatch(marker));
            woken = TakeWaiting();
        }
        woken?.ForEach(w => w.Wake());
    }

    /// <summary>Whether there may be records of an aborted transaction at an offset or behind it.</summary>
    public bool HasAborted(long from)
    {
        if (Volatile.Read(ref _transactions) is null)
            return false;
        lock (_lock)
            return _transactions!.HasAborted(from);
    }

    /// <summary>The aborted transactions that have something between two offsets, the second excluded.</summary>
    public IReadOnlyList<AbortedTransaction> Aborted(long from, long before)
    {
        lock (_lock)
            return _transactions?.Aborted(from, before) ?? [];
    }

    KafkaError CheckTransaction(RecordBatch batch)
    {
        if (_transactions is not null)
            return _transactions.Check(batch);
        return batch.IsTransactional ? KafkaError.InvalidTxnState : KafkaError.None;
    }

    void NoteTransaction(RecordBatch batch)
    {
        _transactions ??= new PartitionTransactions();
        _transactions.Appended(batch);
        Interlocked.Exchange(ref _firstOpen, _transactions.FirstOpen);
    }
}
