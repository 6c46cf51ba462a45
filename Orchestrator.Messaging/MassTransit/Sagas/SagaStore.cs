using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.MassTransit.Sagas;

/// <summary>The instances of one saga on one lane, without their type.</summary>
abstract class SagaStore
{
    public abstract SagaCorrelations Correlations { get; }

    /// <summary>The coming unit touches this instance.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="isNew">Whether it is taken not to be stored; its insertion fails if it is.</param>
    public abstract void Want(Guid id, bool isNew);

    /// <summary>Whether an instance that the unit wants was taken not to be stored.</summary>
    public abstract bool Guessed { get; }

    /// <summary>Reads what is wanted and not in memory, in one query.</summary>
    public abstract Task LoadAsync(CancellationToken cancellationToken);

    /// <summary>Hands the unit's changes over to be written.</summary>
    public abstract void Complete(UnitOfWork work);

    public abstract void Committed();

    public abstract void RolledBack();
}

/// <summary>
/// The instances that one lane keeps in memory. The lane is the single writer of its keys, so what is in memory is what is stored, as long as the lane's
/// commits succeed; after one that did not, all that the unit touched is forgotten. The stored version guards against whatever else may happen.
/// </summary>
sealed class SagaStore<TSaga>(LaneSagaType<TSaga> type) : SagaStore
    where TSaga : class, ILaneSaga, new()
{
    readonly Dictionary<Guid, Entry> _entries = [];
    readonly LinkedList<Entry> _recent = new();
    readonly HashSet<Guid> _wanted = [];
    readonly HashSet<Guid> _absent = [];
    readonly List<Entry> _touched = [];
    bool _guessed;
    List<SagaChange<TSaga>> _changes = [];

    public override SagaCorrelations Correlations => type.Correlations;

    /// <summary>How many instances are in memory.</summary>
    public int Count => _entries.Count;

    public override bool Guessed => _guessed;

    public override void Want(Guid id, bool isNew)
    {
        if (_entries.ContainsKey(id))
            return;
        if (isNew && !_wanted.Contains(id))
            _absent.Add(id);
        else
            _wanted.Add(id);
    }

    public override async Task LoadAsync(CancellationToken cancellationToken)
    {
        _guessed = _absent.Count > 0;
        if (_wanted.Count == 0)
            return;
        var loaded = await type.Loader.LoadAsync(_wanted, cancellationToken);
        _absent.UnionWith(_wanted);
        _wanted.Clear();
        foreach (var saga in loaded)
        {
            (saga as IUpgradedSaga)?.Upgrade();
            Add(new Entry(saga) { IsStored = true });
            _absent.Remove(saga.CorrelationId);
        }
    }

    /// <summary>The instance, about to be handled; null when there is none.</summary>
    /// <exception cref="InvalidOperationException">It was not asked for ahead, so whether it exists is unknown.</exception>
    public TSaga? Find(Guid id)
    {
        if (_entries.TryGetValue(id, out var entry))
        {
            Touch(entry);
            return entry.IsRemoved ? null : entry.Saga;
        }
        return _absent.Contains(id)
            ? null
            : throw new InvalidOperationException($"{typeof(TSaga).Name} {id} was not read ahead: correlation must depend on the message alone");
    }

    /// <summary>The instance as it is in memory; null when it is not there.</summary>
    public TSaga? Peek(Guid id) => _entries.TryGetValue(id, out var entry) && !entry.IsRemoved ? entry.Saga : null;

    /// <summary>Takes a new instance in.</summary>
    public void Insert(TSaga saga)
    {
        if (_entries.TryGetValue(saga.CorrelationId, out var removed))
        {
            // Removed earlier in this unit and begun anew: the stored row is overwritten.
            saga.Version = removed.Saga.Version;
            removed.Replace(saga);
            removed.IsChanged = true;
            return;
        }
        var entry = new Entry(saga) { IsChanged = true };
        Add(entry);
        entry.IsTouched = true;
        _touched.Add(entry);
    }

    public void Update(Guid id) => _entries[id].IsChanged = true;

    public void Remove(Guid id)
    {
        if (_entries.TryGetValue(id, out var entry))
            entry.IsRemoved = true;
    }

    public override void Complete(UnitOfWork work)
    {
        List<TSaga> inserted = [], updated = [], deleted = [];
        List<SagaChange<TSaga>> changes = [];
        foreach (var entry in _touched)
        {
            if (entry.IsRemoved && entry.IsStored)
                deleted.Add(entry.Saga);
            else if (entry.IsChanged && !entry.IsRemoved)
            {
                // The version in memory is the one being stored; a failed unit forgets the instance with it.
                entry.Saga.Version++;
                (entry.IsStored ? updated : inserted).Add(entry.Saga);
            }
            else
                continue;
            changes.Add(new SagaChange<TSaga>(entry.Saga, entry.Before, entry.IsRemoved ? null : entry.Saga.CurrentState));
        }
        _changes = changes;
        if (changes.Count == 0)
            return;
        if (inserted.Count > 0)
            work.WriteRows(type.Table.Insert(inserted), inserted.Count);
        if (updated.Count > 0)
            work.WriteRows(type.Table.Update(updated), updated.Count);
        if (deleted.Count > 0)
            work.WriteRows(type.Table.Delete(deleted), deleted.Count);
        foreach (var watcher in type.Watchers)
            watcher.Saving(work, changes);
    }

    public override void Committed()
    {
        foreach (var entry in _touched)
        {
            if (entry.IsRemoved)
                Forget(entry);
            else
                entry.Settle();
        }
        _touched.Clear();
        _absent.Clear();
        while (_entries.Count > type.InstancesKept && _recent.Last is { } oldest)
            Forget(oldest.Value);
        if (_changes.Count == 0)
            return;
        foreach (var watcher in type.Watchers)
            watcher.Saved(_changes);
        _changes = [];
    }

    public override void RolledBack()
    {
        foreach (var entry in _touched)
            Forget(entry);
        _touched.Clear();
        _absent.Clear();
        _wanted.Clear();
        _changes = [];
    }

    void Add(Entry entry)
    {
        _entries.Add(entry.Saga.CorrelationId, entry);
        _recent.AddFirst(entry.Node);
    }

    void Forget(Entry entry)
    {
        if (_entries.Remove(entry.Saga.CorrelationId))
            _recent.Remove(entry.Node);
    }

    void Touch(Entry entry)
    {
        if (entry.IsTouched)
            return;
        entry.IsTouched = true;
        entry.Before = entry.Saga.CurrentState;
        _touched.Add(entry);
        _recent.Remove(entry.Node);
        _recent.AddFirst(entry.Node);
    }

    sealed class Entry
    {
        public Entry(TSaga saga)
        {
            Saga = saga;
            Node = new LinkedListNode<Entry>(this);
        }

        public TSaga Saga { get; private set; }

        public LinkedListNode<Entry> Node { get; }

        public bool IsStored { get; set; }

        public bool IsTouched { get; set; }

        public bool IsChanged { get; set; }

        public bool IsRemoved { get; set; }

        /// <summary>Its state when the unit first touched it; null when it did not exist.</summary>
        public string? Before { get; set; }

        public void Replace(TSaga saga)
        {
            Saga = saga;
            IsRemoved = false;
        }

        public void Settle()
        {
            IsStored |= IsChanged;
            IsTouched = IsChanged = false;
            Before = null;
        }
    }
}
