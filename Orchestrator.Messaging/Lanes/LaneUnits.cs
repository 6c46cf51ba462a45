using System.Text.Json;
using Orchestrator.Messaging.Inbox;
using Orchestrator.Messaging.Outbox;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Telemetry;
using Orchestrator.Messaging.Timers;

namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// Runs units of work for one lane: sorts out duplicates and what must be parked, lets the processor decide, commits everything together, publishes.
/// A unit either takes effect whole, or throws and has changed nothing.
/// </summary>
internal sealed class LaneUnits(
    LaneGrant grant, LaneProcessor processor, LaneServices services, GroupCommit commits, LaneOutbox outbox, LaneTimers timers, ParkedLane parked)
{
    const int RecentIdsKept = 16_384;

    // A busy lane deletes several acknowledged rows with one statement; an idle one has TidyAsync.
    const int DeletedTogether = 8;

    readonly RecentIds _recent = new(RecentIdsKept);
    readonly PassedOver _passedOver = new(services.Time);
    readonly Dictionary<string, long> _positions = new(grant.Positions, StringComparer.Ordinal);
    long _outboxSeq = grant.OutboxSeq;
    long _deletedSeq;

    /// <summary>The next offset to read, by topic, as committed.</summary>
    public IReadOnlyDictionary<string, long> Positions
    {
        get
        {
            lock (_positions)
                return new Dictionary<string, long>(_positions, StringComparer.Ordinal);
        }
    }

    /// <summary>Whether acknowledged rows wait to be deleted.</summary>
    public bool HasAcknowledged => outbox.AcknowledgedSeq > _deletedSeq;

    /// <summary>Whether positions behind messages that were passed over are not committed yet.</summary>
    public bool HasPassedOver => _passedOver.Any;

    /// <summary>Whether they have waited for long enough.</summary>
    public bool IsPassedOverDue => _passedOver.IsDue;

    /// <summary>Goes on behind messages that are none of the group's, when all before them is committed. Where it has come to is committed with what comes next.</summary>
    public void PassOver(IEnumerable<LaneMessage> messages) => _passedOver.Add(messages);

    /// <summary>
    /// Reads where the lane stands after a failure that may have hidden a successful commit, and publishes what such a commit left.
    /// </summary>
    /// <exception cref="LaneFencedException">The lane has another owner.</exception>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        // The lock waits for a commit that the server is still busy with when its answer is given up: what is read then includes it.
        await using (var command = services.Database.CreateCommand(
            "select outbox_seq, positions::text from messaging.lane where group_id = $1 and partition = $2 and epoch = $3 for share"))
        {
            command.Parameters.Add(new() { Value = grant.GroupId });
            command.Parameters.Add(new() { Value = grant.Lane.Partition });
            command.Parameters.Add(new() { Value = grant.Epoch });
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            if (!await row.ReadAsync(cancellationToken))
                throw new LaneFencedException(grant.Lane);
            _outboxSeq = row.GetInt64(0);
            var stored = JsonSerializer.Deserialize<Dictionary<string, long>>(row.GetString(1))!;
            HasNotForgotten(stored);
            Move(stored);
            _passedOver.Committed(stored);
        }
        await outbox.RepublishAsync(services.Database, cancellationToken);
        await parked.RefreshAsync(cancellationToken);
        await timers.RefreshAsync(cancellationToken);
    }

    /// <summary>Forgets where a topic was read: its stored position is not in Kafka any more.</summary>
    public void ForgetPosition(string topic)
    {
        lock (_positions)
            _positions.Remove(topic);
        _passedOver.Forget(topic);
    }

    Dictionary<string, long> Known(IEnumerable<string> topics)
    {
        var known = new Dictionary<string, long>(StringComparer.Ordinal);
        lock (_positions)
        {
            foreach (var topic in topics)
            {
                if (_positions.TryGetValue(topic, out var position))
                    known.Add(topic, position);
            }
        }
        return known;
    }

    // What was committed is gone: the lane begins anew, and reads again what it had taken since.
    void HasNotForgotten(Dictionary<string, long> stored)
    {
        lock (_positions)
        {
            if (_positions.Any(p => stored.GetValueOrDefault(p.Key) < p.Value))
                throw new LaneFencedException(grant.Lane);
        }
    }

    void Move(Dictionary<string, long> positions)
    {
        lock (_positions)
        {
            foreach (var (topic, next) in positions)
                _positions[topic] = next;
        }
    }

    /// <summary>Takes messages from Kafka or timers, in order.</summary>
    public async Task RunAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken)
    {
        var started = services.Time.GetTimestamp();
        while (true)
        {
            var sorted = SortOut(messages);
            try
            {
                await CommitAsync(sorted, Advance(messages), [], started, cancellationToken);
                return;
            }
            catch (DuplicateIdsException)
            {
                await RememberTakenAsync(sorted.Handled, cancellationToken);
            }
        }
    }

    /// <summary>Parks one message that keeps raising an error, and goes on behind it.</summary>
    public Task ParkAsync(LaneMessage message, Exception exception, int attempts, CancellationToken cancellationToken)
    {
        var cause = ParkedCause.Of(exception);
        var status = cause.StackHash is null ? ParkedStatus.Refused : ParkedStatus.Failed;
        var sorted = new Sorted([], [new ParkedEntry(message, status, cause, attempts)], FiredTimers([message]), 0);
        return CommitAsync(sorted, Advance([message]), [], services.Time.GetTimestamp(), cancellationToken);
    }

    /// <summary>Takes one parked message whose turn has come; its row goes, or says why it failed again.</summary>
    /// <returns>Whether it is gone, so that what is queued behind it may follow.</returns>
    public async Task<bool> RunParkedAsync(ParkedDue due, CancellationToken cancellationToken)
    {
        var started = services.Time.GetTimestamp();
        if (due.Discard)
        {
            await CommitAsync(Sorted.Nothing, Unmoved, ParkedCommands.Delete(due.ParkedId, due.Revision, "discarded"), started, cancellationToken);
            return true;
        }
        try
        {
            if (due.Message.Fault is { } fault)
                throw fault;
            var taken = _recent.Contains(due.Message.Id);
            var sorted = taken ? Sorted.Nothing : Sorted.Nothing with { Handled = [due.Message] };
            try
            {
                await CommitAsync(sorted, Unmoved, ParkedCommands.Delete(due.ParkedId, due.Revision, taken ? "duplicate" : "done"), started, cancellationToken);
            }
            catch (DuplicateIdsException)
            {
                await CommitAsync(Sorted.Nothing, Unmoved, ParkedCommands.Delete(due.ParkedId, due.Revision, "duplicate"), started, cancellationToken);
            }
            return true;
        }
        catch (Exception e) when (Failures.IsMessagesFault(e))
        {
            await CommitAsync(Sorted.Nothing, Unmoved, ParkedCommands.Fail(due.ParkedId, due.Revision, ParkedCause.Of(e)), started, cancellationToken);
            return false;
        }
    }

    /// <summary>Deletes acknowledged outbox rows, and moves behind what was passed over, when no unit comes by that would.</summary>
    public Task TidyAsync(CancellationToken cancellationToken) =>
        CommitAsync(Sorted.Nothing, Advance([]), [], services.Time.GetTimestamp(), cancellationToken);

    static readonly Dictionary<string, long> Unmoved = [];

    Sorted SortOut(IReadOnlyList<LaneMessage> messages)
    {
        var handled = new List<LaneMessage>(messages.Count);
        var ids = new HashSet<Guid>(messages.Count);
        List<ParkedEntry>? toPark = null;
        var duplicates = 0;
        foreach (var message in messages.Where(m => !m.IsPassedOver))
        {
            if (message.Fault is { } fault)
                (toPark ??= []).Add(new ParkedEntry(message, ParkedStatus.Refused, ParkedCause.Of(fault), 0));
            else if (parked.IsBlocked(message.Key))
                (toPark ??= []).Add(new ParkedEntry(message, ParkedStatus.Queued, ParkedCause.None, 0));
            else if (_recent.Contains(message.Id) || !ids.Add(message.Id))
                duplicates++;
            else
                handled.Add(message);
        }
        return new Sorted(handled, toPark ?? [], FiredTimers(messages), duplicates);
    }

    static List<Guid> FiredTimers(IReadOnlyList<LaneMessage> messages) =>
        messages.Where(m => m.TimerId is not null).Select(m => m.TimerId!.Value).ToList();

    Dictionary<string, long> Advance(IReadOnlyList<LaneMessage> messages)
    {
        var moved = _passedOver.Positions();
        foreach (var message in messages)
        {
            if (message.Origin.Offset >= 0)
                moved[message.Origin.Topic] = message.Origin.Offset + 1;
        }
        return moved;
    }

    // A unit that rested on a guess may be at fault by that alone, wherever its messages come from: once more, without.
    async Task CommitAsync(
        Sorted sorted, Dictionary<string, long> moved, IReadOnlyList<(Npgsql.NpgsqlBatchCommand Command, int? Rows)> extra, long started, CancellationToken cancellationToken)
    {
        try
        {
            await CommitOnceAsync(sorted, moved, extra, started, cancellationToken);
        }
        catch (Exception e) when (processor.Guessed && sorted.Handled.Count > 0 && Failures.IsMessagesFault(e) && e is not DuplicateIdsException)
        {
            await CommitOnceAsync(sorted, moved, extra, started, cancellationToken);
        }
    }

    async Task CommitOnceAsync(
        Sorted sorted, Dictionary<string, long> moved, IReadOnlyList<(Npgsql.NpgsqlBatchCommand Command, int? Rows)> extra, long started, CancellationToken cancellationToken)
    {
        using var span = Spans.Unit(grant.Lane, sorted.Handled.Count);
        var work = new UnitOfWork(grant.Lane, services.Time.GetUtcNow(), services.Catalog) { Waiting = parked.IsBlocked };
        var seq = _outboxSeq;
        var acknowledged = outbox.AcknowledgedSeq;
        var deletes = acknowledged - _deletedSeq >= (sorted.Handled.Count > 0 ? DeletedTogether : 1);
        var delete = deletes ? new AcknowledgedRows(_deletedSeq, acknowledged) : AcknowledgedRows.None;
        try
        {
            if (sorted.Handled.Count > 0)
                await DecideAsync(sorted.Handled, work, cancellationToken);
            foreach (var entry in sorted.Parked)
                work.Publish(ParkedCopy.Of(entry, work.Lane, work.Now));
            foreach (var (command, rows) in extra)
                work.Write(command, rows);
            if (work.Outgoing.Count > 0)
                seq++;
            var ids = processor.KnowsDuplicates ? [] : sorted.Handled.Select(m => m.Id).ToList();
            var commit = new UnitCommit(grant, moved, ids, sorted.FiredTimers, sorted.Parked, seq, delete, work)
            {
                Messages = Math.Max(1, sorted.Handled.Count + sorted.Parked.Count),
                From = Known(moved.Keys),
            };
            using (Spans.Commit())
                await commits.CommitAsync(commit, cancellationToken);
        }
        catch (Exception e)
        {
            processor.RolledBack();
            if (processor.InvariantOf(e) is { } invariant)
                throw new InvariantViolatedException(invariant, e);
            throw;
        }
        processor.Committed();
        Committed(sorted, moved, work, seq, delete, started);
        if (work.Outgoing.Count > 0)
            await outbox.PublishAsync(seq, work.Outgoing, cancellationToken);
    }

    async Task DecideAsync(IReadOnlyList<LaneMessage> messages, UnitOfWork work, CancellationToken cancellationToken)
    {
        await services.UnitSlots.WaitAsync(cancellationToken);
        try
        {
            await processor.PrepareAsync(messages, cancellationToken);
            foreach (var message in messages)
                await HandleAsync(message, work, cancellationToken);
            processor.Complete(work);
        }
        finally
        {
            services.UnitSlots.Release();
        }
    }

    async ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken)
    {
        using var activity = Spans.Message(message.Origin.Topic, message.Contract?.Name, message.TraceParent, grant.Lane, message.Id);
        work.TraceParent = activity?.Id ?? message.TraceParent;
        await processor.HandleAsync(message, work, cancellationToken);
    }

    void Committed(Sorted sorted, Dictionary<string, long> moved, UnitOfWork work, long seq, AcknowledgedRows deleted, long started)
    {
        foreach (var message in sorted.Handled)
            _recent.Add(message.Id);
        Move(moved);
        _passedOver.Committed(moved);
        timers.Scheduled(work.Timers);
        parked.Parked(sorted.Parked);
        _outboxSeq = seq;
        _deletedSeq = Math.Max(_deletedSeq, deleted.UpTo);
        services.Telemetry.Unit(grant.Lane, sorted.Handled.Count, sorted.Duplicates, work.Outgoing.Count, services.Time.GetElapsedTime(started));
        foreach (var group in sorted.Parked.GroupBy(p => p.Status, StringComparer.Ordinal))
            services.Telemetry.Parked(grant.Lane, group.Key, group.Count());
    }

    async Task RememberTakenAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken)
    {
        await using var command = services.Database.CreateCommand(
            "select message_id from messaging.inbox where group_id = $1 and message_id = any($2)");
        command.Parameters.Add(new() { Value = grant.GroupId });
        command.Parameters.Add(new() { Value = messages.Select(m => m.Id).ToArray() });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            _recent.Add(rows.GetGuid(0));
    }

    /// <summary>What becomes of each message of a batch.</summary>
    sealed record Sorted(IReadOnlyList<LaneMessage> Handled, IReadOnlyList<ParkedEntry> Parked, IReadOnlyList<Guid> FiredTimers, int Duplicates)
    {
        public static Sorted Nothing { get; } = new([], [], [], 0);
    }
}
