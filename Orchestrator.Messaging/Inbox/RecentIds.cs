namespace Orchestrator.Messaging.Inbox;

/// <summary>The last ids that took effect in a lane, in memory: most duplicates come soon, and are dropped without asking the database.</summary>
/// <param name="capacity">The most that are remembered.</param>
/// <param name="preallocate">Whether memory for all of them is taken at once, so that it never has to be moved while messages wait.</param>
internal sealed class RecentIds(int capacity, bool preallocate = true)
{
    readonly HashSet<Guid> _ids = new(preallocate ? capacity : 0);
    readonly Queue<Guid> _order = new(preallocate ? capacity : 0);

    /// <summary>How many are remembered.</summary>
    public int Count => _order.Count;

    /// <summary>The ids, the oldest first.</summary>
    public IReadOnlyCollection<Guid> Oldest => _order;

    public bool Contains(Guid id) => _ids.Contains(id);

    public void Add(Guid id)
    {
        if (!_ids.Add(id))
            return;
        _order.Enqueue(id);
        if (_order.Count > capacity)
            _ids.Remove(_order.Dequeue());
    }
}
