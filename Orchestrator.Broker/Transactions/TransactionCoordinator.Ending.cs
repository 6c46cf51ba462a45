using Orchestrator.Broker.Logs;

namespace Orchestrator.Broker.Transactions;

/// <summary>How transactions end: because their producers or the clock say so, or because that was decided before a restart.</summary>
internal sealed partial class TransactionCoordinator
{
    /// <summary>
    /// Goes on where a former process stopped: what was prepared is completed, what is open goes on until its timeout, and what a partition has open that nobody
    /// knows is aborted, so that it holds no reader for ever.
    /// </summary>
    /// <param name="partitions">All that there are.</param>
    public void Recover(IEnumerable<PartitionLog> partitions)
    {
        lock (_lock)
        {
            foreach (var known in _store.All.Where(t => t.IsOpen))
            {
                if (known.IsPrepared)
                {
                    TryComplete(known, out _);
                    continue;
                }
                foreach (var partition in known.Partitions)
                    _find(partition)?.BeginTransaction(known.ProducerId, known.Epoch);
                var left = known.Timeout - TimeSpan.FromMilliseconds(Math.Max(0, Now - known.BegunAt));
                RingFor(known, left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }
            var producers = _open.Keys.Select(id => _store.Find(id)!.ProducerId).ToHashSet();
            foreach (var log in partitions)
            {
                foreach (var (producerId, epoch) in log.OpenTransactions.Where(o => !producers.Contains(o.ProducerId)))
                    log.EndTransaction(producerId, epoch, committed: false, Now);
            }
        }
    }

    bool TryPrepare(Transaction known, bool isCommit, out Transaction prepared)
    {
        prepared = known.Prepared(isCommit);
        return _store.TryPut(prepared);
    }

    // Every step may be done again: a marker is written only where the transaction is open, and positions are the same ones.
    bool TryComplete(Transaction prepared, out Transaction completed)
    {
        completed = prepared;
        var isCommit = prepared.State == TransactionState.PreparedCommit;
        var isDone = TryMark(prepared, isCommit) && (!isCommit || TryCommitPositions(prepared)) && _store.TryPut(prepared.Completed());
        if (!isDone)
        {
            RingFor(prepared, RetryAfter);
            return false;
        }
        _open.Remove(prepared.Id);
        completed = prepared.Completed();
        return true;
    }

    bool TryMark(Transaction prepared, bool isCommit)
    {
        try
        {
            foreach (var partition in prepared.Partitions)
                _find(partition)?.EndTransaction(prepared.ProducerId, prepared.Epoch, isCommit, Now);
            return true;
        }
        catch (IOException)
        {
            // The disk is full or gone. It is decided, and will be tried again.
            return false;
        }
    }

    bool TryCommitPositions(Transaction prepared) =>
        prepared.Positions.All(group => _offsets.TryStore(group.Key, [.. group.Value.Values.Where(p => _find(new TransactionPartition(p.Topic, p.Partition)) is not null)]));

    // The alarm: one that was open for too long is aborted and its producer fenced, and what could not be completed is tried again.
    void Ring()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _alarm.Rang();
            foreach (var id in _open.Where(o => o.Value <= _alarm.Now).Select(o => o.Key).ToList())
                EndDue(_store.Find(id)!);
            if (_open.Count > 0)
                _alarm.RingBy(_open.Values.Min());
        }
    }

    void EndDue(Transaction due)
    {
        if (due.IsPrepared || TryPrepare(due.Fenced(), isCommit: false, out due))
            TryComplete(due, out _);
        else
            RingFor(_store.Find(due.Id)!, RetryAfter);
    }
}
