using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Outbox;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Timers;

namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// Runs one lane while this process owns it: takes what has arrived, up to a batch, and never waits for more. One loop, one unit of work at a time.
/// </summary>
internal sealed partial class LaneWorker : ILaneWorker
{
    readonly int _maxBatch;
    readonly TimeSpan _rest;
    readonly LaneServices _services;
    readonly GroupConsumer _consumer;
    readonly Func<bool> _leaseIsFresh;
    readonly ILogger _logger;
    readonly WakeSignal _wake = new();
    readonly CancellationTokenSource _stop = new();
    readonly CancellationTokenSource _abort = new();
    readonly LaneProcessor _processor;
    readonly LaneOutbox _outbox;
    readonly LaneTimers _timers;
    readonly ParkedLane _parked;
    readonly LaneUnits _units;
    readonly LaneIntake _intake;
    readonly Queue<LaneMessage> _pending = new();
    readonly Lock _ending = new();
    readonly Task _loop;
    Task? _end;
    long _parkedLookedAt;
    long _workedAt;
    int _failures;

    /// <param name="grant">The lane.</param>
    /// <param name="group">Its group.</param>
    /// <param name="services">What all lanes share.</param>
    /// <param name="consumer">Reads for the group.</param>
    /// <param name="leaseIsFresh">Whether the lane may be written.</param>
    /// <param name="violatedInvariant">The invariant that stopped the lane before in this process, so that it stays stopped.</param>
    /// <param name="logger">Gets what happens.</param>
    public LaneWorker(
        LaneGrant grant, LaneGroup group, LaneServices services, GroupConsumer consumer, Func<bool> leaseIsFresh, string? violatedInvariant, ILogger logger)
    {
        if (violatedInvariant is not null)
            Stop(violatedInvariant);
        Grant = grant;
        _maxBatch = group.MaxBatch ?? services.Options.MaxBatch;
        _rest = group.Rest;
        _services = services;
        _consumer = consumer;
        _leaseIsFresh = leaseIsFresh;
        _logger = logger;
        Inbox = new LaneInbox(grant.Lane.Partition, services.Options, _wake.Set);
        _intake = new LaneIntake(Inbox, new TakenTypes(services.Catalog, group.Takes, group.KeeperOf, services.Forgotten), services.Reader);
        _processor = group.CreateProcessor(grant.Lane);
        _outbox = new LaneOutbox(grant, services.Producer, services.Options.MaxUnacknowledged / 2, _wake.Set);
        _timers = new LaneTimers(grant, services.Database, services.Reader);
        _parked = new ParkedLane(grant, services.Database, services.Reader);
        _units = new LaneUnits(grant, _processor, services, services.CommitOf(group), _outbox, _timers, _parked);
        _loop = Task.Run(RunAsync);
    }

    public LaneGrant Grant { get; }

    public LaneInbox Inbox { get; }

    public IReadOnlyDictionary<string, long> Positions => _units.Positions;

    public DateTimeOffset? TakenAt => Inbox.TakenAt;

    public int Buffered => Inbox.Count;

    public int Unacknowledged => _outbox.MessagesUnderWay;

    /// <summary>Whether it has ended by itself: another owner has taken over.</summary>
    public bool HasEnded => _loop.IsCompleted;

    /// <summary>Whether it waits for an operator.</summary>
    public bool IsHalted { get; private set; }

    /// <summary>The invariant that has stopped it, until the process is restarted; null when none has.</summary>
    public string? ViolatedInvariant { get; private set; }

    public string? LastError { get; private set; }

    /// <summary>Lets it look at what comes with time alone: timers, parked messages, acknowledgements, a lease that is fresh again.</summary>
    public void Tick()
    {
        if (HasWork || HasIdleWork || Inbox.HasGaps || _parked.Any || _outbox.Failed)
            _wake.Set();
    }

    async Task RunAsync()
    {
        try
        {
            while (!await SucceedsAsync(OpenAsync))
                _stop.Token.ThrowIfCancellationRequested();
            _consumer.Add(Inbox, Positions);
            Opened(_logger, Grant.Lane, Grant.Epoch);
            while (!_stop.IsCancellationRequested)
            {
                await _wake.WaitAsync(_stop.Token);
                while (!_stop.IsCancellationRequested && await SucceedsAsync(StepAsync))
                    await RestAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Asked to stop: what was taken and not committed is read again by the next owner.
        }
        catch (LaneFencedException)
        {
            Fenced(_logger, Grant.Lane, Grant.Epoch);
        }
    }

    Task RestAsync() =>
        _rest == TimeSpan.Zero || _pending.Count > 0 || Inbox.Count >= _maxBatch ? Task.CompletedTask : Task.Delay(_rest, _services.Time, _stop.Token);

    async Task<bool> OpenAsync()
    {
        await _units.RecoverAsync(_abort.Token);
        await _processor.OpenAsync(_abort.Token);
        return true;
    }

    /// <summary>One unit of work, if there is one to do.</summary>
    /// <returns>Whether there may be more to do at once.</returns>
    async Task<bool> StepAsync()
    {
        if (!_leaseIsFresh() || IsHalted)
            return false;
        if (_outbox.Failed || _failures > 0)
            await RecoverAsync();
        if (_outbox.MessagesUnderWay > _services.Options.MaxUnacknowledged)
            return false;
        if (Inbox.LostPosition is { } topic)
            return await LostPositionAsync(topic);
        if (await RunParkedAsync())
            return true;
        if (HasWork && await WorkAsync())
            return true;
        PassOverGaps();
        if (HasIdleWork)
            await _units.TidyAsync(_abort.Token);
        return false;
    }

    // A commit whose answer was lost has taken what is pending: it is not taken twice. Timers are read anew.
    async Task RecoverAsync()
    {
        await _units.RecoverAsync(_abort.Token);
        var positions = Positions;
        for (var left = _pending.Count; left > 0; left--)
        {
            var message = _pending.Dequeue();
            if (message.Origin.Offset >= positions.GetValueOrDefault(message.Origin.Topic))
                _pending.Enqueue(message);
        }
    }

    bool HasWork => _pending.Count > 0 || _intake.Any || _timers.IsDue(_services.Time.GetUtcNow());

    bool HasIdleWork => _units.IsPassedOverDue || (_units.HasAcknowledged && _services.Time.GetElapsedTime(Volatile.Read(ref _workedAt)) > IdleInterval);

    async Task<bool> WorkAsync()
    {
        await TakeAsync();
        if (_pending.Count == 0)
            return false;
        if (_pending.All(m => m.IsPassedOver))
        {
            await PassOverAsync();
            return true;
        }
        await RunPendingAsync();
        Volatile.Write(ref _workedAt, _services.Time.GetTimestamp());
        return true;
    }

    async Task TakeAsync()
    {
        if (_pending.Count > 0)
            return;
        var now = _services.Time.GetUtcNow();
        if (_timers.IsDue(now))
        {
            foreach (var message in await _timers.DueAsync(now, _maxBatch, _abort.Token))
                _pending.Enqueue(message);
        }
        if (_pending.Count == 0)
            await _intake.TakeAsync(_pending, _maxBatch, _abort.Token);
    }

    // Not worth a transaction of its own, but now and then, so that others see how far the lane is.
    async Task PassOverAsync()
    {
        _units.PassOver(_pending);
        _pending.Clear();
        if (_units.IsPassedOverDue)
            await _units.TidyAsync(_abort.Token);
    }

    void PassOverGaps()
    {
        if (!Inbox.HasGaps || HasWork)
            return;
        var positions = Positions;
        foreach (var gap in Inbox.TakeGaps().Where(g => g.Holds(positions.GetValueOrDefault(g.Topic))))
            _units.PassOver([LaneMessage.PassedOver(gap.Topic, gap.End - 1)]);
    }

    async Task RunPendingAsync()
    {
        try
        {
            await _units.RunAsync([.. _pending], _abort.Token);
            _pending.Clear();
            return;
        }
        catch (Exception e) when (Failures.IsMessagesFault(e))
        {
            Isolating(_logger, Grant.Lane, _pending.Count, e.GetType().Name);
        }
        while (_pending.TryPeek(out var message))
        {
            if (message.IsPassedOver)
                _units.PassOver([message]);
            else
                await RunAloneAsync(message);
            _pending.Dequeue();
        }
    }

    async Task RunAloneAsync(LaneMessage message)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _units.RunAsync([message], _abort.Token);
                return;
            }
            catch (Exception e) when (Failures.IsMessagesFault(e))
            {
                if (attempt < _services.Options.MaxAttempts && e is not Wire.BadMessageException)
                    continue;
                Parking(_logger, Grant.Lane, message.Origin.Topic, message.Origin.Offset, message.Id, attempt, e);
                await _units.ParkAsync(message, e, attempt, _abort.Token);
                return;
            }
        }
    }

    async Task<bool> RunParkedAsync()
    {
        if (!_parked.Any || _pending.Count > 0 || _services.Time.GetElapsedTime(_parkedLookedAt) < ParkedLookInterval)
            return false;
        var due = await _parked.DueAsync(_abort.Token);
        // Two of one key may be due together; the second waits for the next look when the first has failed.
        var failed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var next in due.Where(d => !failed.Contains(d.Message.Key)))
        {
            if (!await _units.RunParkedAsync(next, _abort.Token))
                failed.Add(next.Message.Key);
        }
        if (due.Count > 0)
            await _parked.RefreshAsync(_abort.Token);
        else
            _parkedLookedAt = _services.Time.GetTimestamp();
        return due.Count > 0;
    }

    async Task<bool> LostPositionAsync(string topic)
    {
        var halts = _services.Options.OnLostPosition == LostPositionPolicy.Halt;
        await LostPositions.RecordAsync(_services.Database, Grant, topic, forget: !halts, _abort.Token);
        if (halts)
        {
            IsHalted = true;
            LastError = $"position_lost: {topic} holds no message at the stored position any more";
            Halted(_logger, Grant.Lane, topic);
            return false;
        }
        PositionLost(_logger, Grant.Lane, topic);
        await _consumer.RemoveAsync(Inbox);
        _intake.Clear();
        _units.ForgetPosition(topic);
        _consumer.Add(Inbox, Positions);
        return true;
    }

    /// <summary>Runs a step; on a transient failure pauses and says that there is more to do. The pause doubles up to its bound.</summary>
    async Task<bool> SucceedsAsync(Func<Task<bool>> step)
    {
        try
        {
            var more = await step();
            _failures = 0;
            LastError = IsHalted ? LastError : null;
            return more;
        }
        catch (InvariantViolatedException e)
        {
            Stop(e.Invariant);
            _services.Telemetry.Halted(Grant.Lane, e.Invariant);
            Violated(_logger, Grant.Lane, e.Invariant, e);
            return step == OpenAsync;
        }
        catch (Exception e) when (e is not LaneFencedException && !(e is OperationCanceledException && _abort.IsCancellationRequested))
        {
            _failures++;
            LastError = $"{e.GetType().Name}: {e.Message}";
            _services.Telemetry.Paused(Grant.Lane);
            var pause = _services.Options.PauseAfter(_failures);
            Pausing(_logger, Grant.Lane, pause.TotalMilliseconds, e);
            await Task.Delay(pause, _services.Time, _stop.Token);
            _wake.Set();
            return step != OpenAsync;
        }
    }

    void Stop(string invariant)
    {
        IsHalted = true;
        ViolatedInvariant = invariant;
        LastError = $"invariant_violated: {invariant}";
    }

    /// <summary>
    /// Finishes the unit under way, waits for its acknowledgements within the bound, and ends. Several may ask at once, when the membership is lost
    /// while a lane is being released; all wait for the same end.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        lock (_ending)
            return new ValueTask(_end ??= EndAsync());
    }

    async Task EndAsync()
    {
        await _stop.CancelAsync();
        using var drained = new CancellationTokenSource(TimeSpan.FromMilliseconds(_services.Options.DrainMs), _services.Time);
        await using var abort = drained.Token.Register(_abort.Cancel);
        try
        {
            await _loop;
            await _consumer.RemoveAsync(Inbox).WaitAsync(drained.Token);
            await _outbox.SettledAsync(drained.Token);
            if ((_units.HasAcknowledged || _units.HasPassedOver) && !_outbox.Failed)
                await _units.TidyAsync(drained.Token);
        }
        catch (Exception e)
        {
            // The rows that were to be deleted are published again by the next owner; receivers drop them by id.
            NotDrained(_logger, Grant.Lane, e.Message);
        }
        await _processor.DisposeAsync();
        _stop.Dispose();
        _abort.Dispose();
    }

    static readonly TimeSpan ParkedLookInterval = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan IdleInterval = TimeSpan.FromMilliseconds(200);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Lane}: open, epoch {Epoch}")]
    static partial void Opened(ILogger logger, LaneId lane, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: fenced at epoch {Epoch}; another member owns it now, or it does not stand where it was left")]
    static partial void Fenced(ILogger logger, LaneId lane, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: {Error} in a batch of {Count}; handling its messages one by one")]
    static partial void Isolating(ILogger logger, LaneId lane, int count, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Lane}: parking {Topic}@{Offset} {MessageId} after {Attempts} attempts")]
    static partial void Parking(ILogger logger, LaneId lane, string topic, long offset, Guid messageId, int attempts, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: pausing {PauseMs} ms")]
    static partial void Pausing(ILogger logger, LaneId lane, double pauseMs, Exception exception);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Lane}: halted, the stored position of {Topic} is gone from Kafka")]
    static partial void Halted(ILogger logger, LaneId lane, string topic);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Lane}: halted, the invariant {Invariant} is violated; it takes nothing more until the process is restarted")]
    static partial void Violated(ILogger logger, LaneId lane, string invariant, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Lane}: the stored position of {Topic} is gone from Kafka; reading from the earliest message")]
    static partial void PositionLost(ILogger logger, LaneId lane, string topic);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: not drained in time: {Reason}")]
    static partial void NotDrained(ILogger logger, LaneId lane, string reason);
}
