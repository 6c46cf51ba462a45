using Npgsql;
using Orchestrator.Activity.Customers;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Customers;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Activity.Segments;

/// <summary>
/// Keeps the segments of a lane's customers. With each fact they are worked out at once; what changes with time alone is found by a durable timer, which comes at the first instant
/// at which that can be. What has changed is told in the transaction that stores it.
/// </summary>
public sealed class SegmentsProcessor : LaneProcessor
{
    readonly NpgsqlDataSource _database;
    readonly SegmentsWatch _watch;
    readonly SegmentTelemetry _telemetry;
    readonly RecentlyUsed<CustomerSlot> _customers;
    readonly HashSet<CustomerSlot> _touched = [];
    readonly List<SegmentChanged> _changes = [];
    readonly List<SegmentTransition> _transitions = [];
    SegmentsInForce _segments = SegmentsInForce.None;

    /// <summary>The processor of a lane.</summary>
    /// <param name="database">Where customers are.</param>
    /// <param name="watch">Knows the definitions in force.</param>
    /// <param name="telemetry">Counts what changes.</param>
    /// <param name="customersInMemory">How many customers it remembers.</param>
    public SegmentsProcessor(NpgsqlDataSource database, SegmentsWatch watch, SegmentTelemetry telemetry, int customersInMemory)
    {
        (_database, _watch, _telemetry) = (database, watch, telemetry);
        _customers = new RecentlyUsed<CustomerSlot>(customersInMemory);
    }

    /// <inheritdoc />
    public override async ValueTask PrepareAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken)
    {
        var read = 0L;
        var unknown = messages.Select(m => m.Key).Distinct(StringComparer.Ordinal).Where(c => !_customers.TryGet(c, out _)).ToArray();
        if (unknown.Length > 0)
        {
            var slots = await SegmentRows.ReadAsync(_database, unknown, cancellationToken);
            foreach (var slot in slots.Concat(unknown.Except(slots.Select(s => s.CustomerId), StringComparer.Ordinal).Select(c => new CustomerSlot(c))))
            {
                _customers.Set(slot.CustomerId, slot);
                read = Math.Max(read, slot.Definitions);
            }
        }
        // Who is told to look again is told so after the definition was stored, so that it is found now. Another process may have known a definition before this one does.
        var mustKnow = messages.Any(m => m.Body is CustomerFact { Kind: CustomerFactKind.Reconsider }) || read > _watch.Current.Clock;
        _segments = mustKnow ? await _watch.AskAsync(cancellationToken) : await _watch.FreshAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken)
    {
        var now = CustomerState.Whole(work.Now);
        var slot = _customers.TryGet(message.Key, out var known) ? known : throw new InvalidOperationException("a customer was not read before a fact about him was handled");
        _transitions.Clear();
        switch (message.Body)
        {
            case CustomerFact fact:
                Take(slot, fact, now, work);
                _telemetry.Taken(message.Time, now);
                break;
            case SegmentsDue when slot.IsKnown:
                slot.TimerDue = null;
                SegmentDecider.Look(slot, _segments, now, _transitions);
                Touch(slot);
                break;
        }
        foreach (var transition in _transitions)
            Tell(slot, transition, message.Id, now, work);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override void Complete(UnitOfWork work)
    {
        foreach (var slot in _touched)
            SetTimer(slot, work);
        SegmentRows.Write(_touched, _changes, work);
    }

    /// <inheritdoc />
    public override void Committed()
    {
        foreach (var slot in _touched)
            slot.Stored();
        _telemetry.Committed(_changes);
        Forget();
        _customers.Trim();
    }

    /// <inheritdoc />
    public override void RolledBack()
    {
        Forget();
        _customers.Clear();
    }

    void Take(CustomerSlot slot, CustomerFact fact, DateTimeOffset now, UnitOfWork work)
    {
        if (SegmentDecider.Look(slot, _segments, now, _transitions))
            Touch(slot);
        if (fact.Kind == CustomerFactKind.Reconsider)
            return;
        var isLatest = !(CustomerState.Whole(fact.At) < slot.State.LastSeenAt);
        if (!SegmentDecider.Take(slot, fact, _segments, now, _transitions))
            return;
        Touch(slot);
        if (fact.Observed is { } seen && isLatest)
            Offer(slot, seen, work);
    }

    void Tell(CustomerSlot slot, SegmentTransition change, Guid cause, DateTimeOffset now, UnitOfWork work)
    {
        var changed = new SegmentChanged(
            HashedId.Of($"segment:{slot.CustomerId}:{change.Sequence}:{change.Segment}:{cause}"), slot.CustomerId, change.Segment, change.Entered, change.Version, now, change.Cause,
            change.Segments, change.Sequence);
        _changes.Add(changed);
        work.Publish(changed, changed.ChangeId);
    }

    // A payment may be decided from any of the customer's accounts.
    static void Offer(CustomerSlot slot, CustomerObserved seen, UnitOfWork work)
    {
        foreach (var account in slot.State.Accounts)
        {
            var features = new ActivityFeatures(
                HashedId.Of($"features:{seen.ObservationId}:{account}"), account, slot.CustomerId, seen.At, seen.SessionStartedAt, seen.PagesInSession, seen.SessionsInHour,
                seen.NewDevice, seen.LoggedInAt);
            work.Publish(features, features.ObservationId);
        }
    }

    // One timer a customer; its message has another id each time that it is set.
    static void SetTimer(CustomerSlot slot, UnitOfWork work)
    {
        if (!slot.NeedsTimer)
            return;
        var due = slot.NextDue!.Value;
        var message = HashedId.Of($"segments-due:{slot.CustomerId}:{slot.Version + 1}:{due.UtcTicks}");
        work.Schedule(new TimerEntry(HashedId.Of($"segments-due:{slot.CustomerId}"), due, OutgoingMessage.Of(
            work.Catalog.Of(typeof(SegmentsDue)), new SegmentsDue(slot.CustomerId, due), message, work.Lane.Source, work.Now)));
        slot.TimerDue = due;
    }

    void Touch(CustomerSlot slot)
    {
        slot.IsTouched = true;
        _touched.Add(slot);
    }

    void Forget()
    {
        _touched.Clear();
        _changes.Clear();
    }
}
