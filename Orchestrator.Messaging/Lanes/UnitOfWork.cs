using Npgsql;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// What a batch of a lane decided: messages to publish, timers to set or cancel, rows to write. All of it is committed in one database
/// transaction together with the lane's input positions, or none of it.
/// </summary>
public sealed class UnitOfWork(LaneId lane, DateTimeOffset now, MessageCatalog catalog)
{
    readonly List<OutgoingMessage> _outgoing = [];
    readonly OrderedDictionary<Guid, TimerEntry> _timers = [];
    readonly List<Guid> _cancelledTimers = [];
    readonly List<UnitWrite> _writes = [];

    /// <summary>The lane it belongs to.</summary>
    public LaneId Lane { get; } = lane;

    /// <summary>One instant for the whole unit, UTC.</summary>
    public DateTimeOffset Now { get; } = now;

    /// <summary>The messages that can be published.</summary>
    public MessageCatalog Catalog { get; } = catalog;

    internal IReadOnlyList<OutgoingMessage> Outgoing => _outgoing;

    internal IReadOnlyList<TimerEntry> Timers => _timers.Values;

    internal IReadOnlyList<Guid> CancelledTimers => _cancelledTimers;

    internal IReadOnlyList<UnitWrite> Writes => _writes;

    /// <summary>W3C trace context of the message that is being handled: what it brings about belongs to its trace, whether or not anybody listens here.</summary>
    internal string? TraceParent { get; set; }

    /// <summary>Which keys of the lane wait behind a parked message.</summary>
    internal Func<string, bool> Waiting { get; init; } = static _ => false;

    /// <summary>Whether messages of <paramref name="key"/> wait behind one that is parked in this lane: they are yet to come, in their order.</summary>
    public bool IsWaiting(string key) => Waiting(key);

    /// <summary>Publishes <paramref name="message"/> after the commit, to the topic and under the key that its contract says.</summary>
    /// <param name="message">A record of the catalog.</param>
    /// <param name="id">Its ce_id; a new version 7 UUID when null.</param>
    /// <exception cref="InvalidOperationException">The record is not in the catalog, or its body is too large.</exception>
    public void Publish(object message, Guid? id = null) =>
        Publish(OutgoingMessage.Of(
            Catalog.Of(message.GetType()), message, id ?? Guid.CreateVersion7(Now), Lane.Source, Now, TraceParent));

    /// <summary>Publishes a message that is serialized already.</summary>
    public void Publish(OutgoingMessage message) => _outgoing.Add(message);

    /// <summary>Delivers a message to this lane at a later time; in the place of a timer of the same id, if there is one.</summary>
    public void Schedule(TimerEntry timer)
    {
        _timers.Remove(timer.Id);
        _timers.Add(timer.Id, timer);
    }

    /// <summary>Cancels a timer; one that is not there any more is no error.</summary>
    public void CancelTimer(Guid timerId)
    {
        if (!_timers.Remove(timerId))
            _cancelledTimers.Add(timerId);
    }

    /// <summary>Adds a command to the transaction.</summary>
    /// <param name="command">Set-based: one command for all rows of a kind.</param>
    /// <param name="expectedRows">How many rows it must affect, or find; another count fails the unit (a lost race). Null when any count is right.</param>
    public void Write(NpgsqlBatchCommand command, int? expectedRows = null) => _writes.Add(new UnitWrite(command, expectedRows, false));

    /// <summary>
    /// Adds a command to the transaction whose parameters are columns, an array each, of rows that only this lane writes. Units of several lanes share
    /// a transaction, and commands of the same text then run as one, with the rows of all.
    /// </summary>
    /// <param name="command">All of its parameters are arrays of the same length, and no row of them affects more than one of the table.</param>
    /// <param name="expectedRows">As of <see cref="Write"/>.</param>
    /// <param name="invariant">The name of the invariant that another number violates, so that the lane stops; null when another number can be right.</param>
    public void WriteRows(NpgsqlBatchCommand command, int? expectedRows = null, string? invariant = null) =>
        _writes.Add(new UnitWrite(command, expectedRows, true, invariant));
}
