using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Logs;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Transactions;

/// <summary>
/// Begins, ends and times out the transactions of all producers (KIP-98). What it decides is in the journal before it is carried out, and what was decided is carried
/// out after a restart. One lock guards it: it may be taken inside of a group's, and partitions and positions are written inside of it.
/// </summary>
internal sealed partial class TransactionCoordinator : IDisposable
{
    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    readonly TransactionStore _store;
    readonly Func<TransactionPartition, PartitionLog?> _find;
    readonly GroupOffsets _offsets;
    readonly Func<long> _nextProducerId;
    readonly TimeProvider _time;
    readonly TransactionOptions _options;
    readonly GroupAlarm _alarm;

    // Those that are open, and when something is to be done about them: by the alarm's clock.
    readonly Dictionary<string, TimeSpan> _open = new(StringComparer.Ordinal);
    bool _isDisposed;

    /// <param name="store">What is known; the coordinator's from now on.</param>
    /// <param name="find">Partitions; null where there is none.</param>
    /// <param name="offsets">Where positions go that were committed.</param>
    /// <param name="nextProducerId">Gives numbers to producers.</param>
    /// <param name="time">Whose clock timeouts follow.</param>
    /// <param name="options">What transactions may do.</param>
    public TransactionCoordinator(
        TransactionStore store, Func<TransactionPartition, PartitionLog?> find, GroupOffsets offsets, Func<long> nextProducerId, TimeProvider time, TransactionOptions options)
    {
        _store = store;
        _find = find;
        _offsets = offsets;
        _nextProducerId = nextProducerId;
        _time = time;
        _options = options;
        _alarm = new GroupAlarm(time, Ring);
    }

    /// <summary>Gives a transactional id to the producer that comes with it. The one that had it is fenced, and its open transaction aborted.</summary>
    /// <param name="id">The transactional id.</param>
    /// <param name="timeout">How long its transactions may stay open.</param>
    /// <param name="former">As whom it has come before and comes again (KIP-360); null when it comes for the first time.</param>
    public ProducerGrant Take(string id, TimeSpan timeout, (long ProducerId, short Epoch)? former)
    {
        if (id.Length == 0 || id.Length > _options.MaxIdLength)
            return ProducerGrant.Refused(KafkaError.InvalidRequest);
        if (timeout <= TimeSpan.Zero || timeout > _options.MaxTimeout)
            return ProducerGrant.Refused(KafkaError.InvalidTransactionTimeout);
        lock (_lock)
        {
            if (_isDisposed)
                return ProducerGrant.Refused(KafkaError.CoordinatorNotAvailable);
            if (_store.Find(id) is not { } known)
                return Grant(new Transaction(id, _nextProducerId(), 0, -1, timeout));
            if (former is { } before)
            {
                if (before.ProducerId != known.ProducerId || (before.Epoch != known.Epoch && before.Epoch != known.LastEpoch))
                    return ProducerGrant.Refused(KafkaError.ProducerFenced);
                // Its answer was lost, or its transaction took too long: the next epoch is its own already.
                if (before.Epoch != known.Epoch && !known.IsOpen)
                    return Grant(known with { Timeout = timeout });
            }
            if (known.State == TransactionState.Ongoing && !TryPrepare(known.Fenced(), isCommit: false, out known))
                return ProducerGrant.Refused(KafkaError.CoordinatorNotAvailable);
            if (known.IsPrepared && !TryComplete(known, out known))
                return ProducerGrant.Refused(KafkaError.ConcurrentTransactions);
            return Grant(known.Taken(timeout, former is not null, _nextProducerId));
        }
    }

    ProducerGrant Grant(Transaction taken) =>
        _store.TryPut(taken) ? new ProducerGrant(KafkaError.None, taken.ProducerId, taken.Epoch) : ProducerGrant.Refused(KafkaError.CoordinatorNotAvailable);

    /// <summary>Takes partitions into the producer's transaction, and begins it if it is not open. All of them are there.</summary>
    public KafkaError AddPartitions(TransactionalProducer who, IReadOnlyCollection<TransactionPartition> partitions)
    {
        lock (_lock)
        {
            if (Check(who, out var known) is not KafkaError.None and var error)
                return error;
            var next = known.With(partitions);
            if (next.Partitions.Count > _options.MaxPartitions)
                return KafkaError.InvalidPartitions;
            if (TryBegin(known, next) is not KafkaError.None and var refused)
                return refused;
            foreach (var partition in partitions)
                _find(partition)?.BeginTransaction(who.ProducerId, who.Epoch);
            return KafkaError.None;
        }
    }

    /// <summary>Takes a group into the producer's transaction, whose positions may follow, and begins it if it is not open.</summary>
    public KafkaError AddGroup(TransactionalProducer who, string group)
    {
        lock (_lock)
        {
            if (group.Length == 0)
                return KafkaError.InvalidGroupId;
            if (Check(who, out var known) is not KafkaError.None and var error)
                return error;
            var next = known.With(group);
            return next.PositionCount > _options.MaxPositions ? KafkaError.InvalidRequest : TryBegin(known, next);
        }
    }

    /// <summary>Positions that count when the transaction is committed.</summary>
    public KafkaError AddPositions(TransactionalProducer who, string group, IReadOnlyCollection<GroupPosition> positions)
    {
        lock (_lock)
        {
            if (Check(who, out var known) is not KafkaError.None and var error)
                return error;
            if (known.State != TransactionState.Ongoing || !known.Positions.ContainsKey(group))
                return KafkaError.InvalidTxnState;
            var next = known.With(group, positions);
            if (next.PositionCount > _options.MaxPositions)
                return KafkaError.InvalidRequest;
            if (_offsets.CheckRoom(group, positions) is not KafkaError.None and var refused)
                return refused;
            return _store.TryPut(next) ? KafkaError.None : KafkaError.CoordinatorNotAvailable;
        }
    }

    /// <summary>Commits or aborts the producer's transaction. With None it is decided; to ask again for the same is answered with the same.</summary>
    public KafkaError End(TransactionalProducer who, bool isCommit)
    {
        lock (_lock)
        {
            if (Identify(who, out var known) is not KafkaError.None and var error)
                return error;
            switch (known.State)
            {
                case TransactionState.Ongoing:
                    if (!TryPrepare(known, isCommit, out var prepared))
                        return KafkaError.CoordinatorNotAvailable;
                    TryComplete(prepared, out _);
                    return KafkaError.None;
                case TransactionState.PreparedCommit or TransactionState.Committed when isCommit:
                case TransactionState.PreparedAbort or TransactionState.Aborted when !isCommit:
                    return KafkaError.None;
                default:
                    return KafkaError.InvalidTxnState;
            }
        }
    }

    /// <summary>Whether a transaction that has not ended holds another position than the group has.</summary>
    public bool HoldsPosition(string group, string topic, int partition)
    {
        lock (_lock)
        {
            return _open.Count > 0 && _open.Keys.Any(id =>
                _store.Find(id)!.Positions.TryGetValue(group, out var positions) && positions.ContainsKey(new TransactionPartition(topic, partition)));
        }
    }

    /// <summary>The topic is deleted: what is open has nothing more to do with it, nor with a successor of the same name.</summary>
    public void Forget(string topic)
    {
        lock (_lock)
        {
            foreach (var known in _open.Keys.Select(id => _store.Find(id)!))
            {
                if (known.Partitions.Any(p => p.Topic == topic) || known.Positions.Values.Any(g => g.Keys.Any(p => p.Topic == topic)))
                    _store.TryPut(known.Without(topic));
            }
        }
    }

    KafkaError Identify(TransactionalProducer who, out Transaction known)
    {
        known = _store.Find(who.TransactionalId)!;
        if (_isDisposed)
            return KafkaError.CoordinatorNotAvailable;
        if (known is null || known.ProducerId != who.ProducerId)
            return KafkaError.InvalidProducerIdMapping;
        return known.Epoch == who.Epoch ? KafkaError.None : KafkaError.ProducerFenced;
    }

    // Who may do something in a transaction, or begin one.
    KafkaError Check(TransactionalProducer who, out Transaction known) =>
        Identify(who, out known) is not KafkaError.None and var error ? error : known.IsPrepared ? KafkaError.ConcurrentTransactions : KafkaError.None;

    KafkaError TryBegin(Transaction known, Transaction next)
    {
        var isNew = known.State != TransactionState.Ongoing;
        if (isNew && _open.Count >= _options.MaxOpen)
            return KafkaError.ConcurrentTransactions;
        if (!_store.TryPut(next.Begun(Now)))
            return KafkaError.CoordinatorNotAvailable;
        if (isNew)
            RingFor(next, next.Timeout);
        return KafkaError.None;
    }

    long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    void RingFor(Transaction transaction, TimeSpan after)
    {
        var at = _alarm.Now + after;
        _open[transaction.Id] = at;
        _alarm.RingBy(at);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _alarm.Dispose();
            _store.Dispose();
        }
    }
}
