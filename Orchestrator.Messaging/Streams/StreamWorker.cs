using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Ownership;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// Keeps one stream lane open while this process owns it: opens it, opens it anew when it cannot go on, and brings it to its end in good order, with a last snapshot,
/// so that the next owner has nothing to replay.
/// </summary>
internal sealed partial class StreamWorker : ILaneWorker
{
    static readonly TimeSpan SettlingInterval = TimeSpan.FromMilliseconds(1);

    readonly StreamGroup _group;
    readonly LaneServices _services;
    readonly StreamRoom _room;
    readonly GroupMembership _membership;
    readonly GroupConsumer _consumer;
    readonly StreamSnapshotStore _store;
    readonly ILogger _logger;
    readonly CancellationTokenSource _stop = new();
    readonly Lock _ending = new();
    readonly Task _loop;
    volatile StreamLane? _lane;
    IReadOnlyDictionary<string, long> _lastPositions;
    Task? _end;
    int _failures;

    public StreamWorker(LaneGrant grant, StreamGroup group, LaneServices services, StreamRoom room, GroupMembership membership, GroupConsumer consumer, ILogger logger)
    {
        Grant = grant;
        _group = group;
        _services = services;
        _room = room;
        _membership = membership;
        _consumer = consumer;
        _logger = logger;
        _store = new StreamSnapshotStore(grant, services.Database);
        _lastPositions = grant.Positions;
        _loop = Task.Run(RunAsync);
    }

    public LaneGrant Grant { get; }

    public bool HasEnded => _loop.IsCompleted;

    public bool IsHalted { get; private set; }

    public string? LeftBecause { get; private set; }

    public string? LastError
    {
        get => field ?? (_lane is { Held: > 0 } ? _services.Reader.Formats.Hindrance : null);
        private set;
    }

    public int Buffered => _lane?.Held ?? 0;

    public int Unacknowledged => _lane?.Unacknowledged ?? 0;

    public IReadOnlyDictionary<string, long> Positions => _lane?.Positions ?? _lastPositions;

    public DateTimeOffset? TakenAt => _lane?.TakenAt;

    /// <summary>Ends a lane that is another's now, and takes back what a lane without a fresh lease has not sent yet.</summary>
    public void Tick()
    {
        if (_lane is not { } lane)
            return;
        if (_membership.HasLost(Grant))
            lane.End(new LaneFencedException(Grant.Lane));
        if (!lane.MayAnswer && lane.IsUnderWay)
            lane.Abandon();
    }

    async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested && !IsHalted)
        {
            try
            {
                await OpenedAsync();
                return;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (LaneFencedException)
            {
                Fenced(_logger, Grant.Lane, Grant.Epoch);
                return;
            }
            catch (SnapshotOfOtherVersionException e)
            {
                LastError = LeftBecause = $"snapshot_of_other_version: {Grant.Lane}: {e.Message}. It is left to a process of the version that wrote it, or a newer one";
                LeftToOthers(_logger, Grant.Lane, e.Message);
                return;
            }
            catch (UnreadableSnapshotException e)
            {
                Halt(e);
            }
            catch (Exception e) when (e is LostInputException or LostOutputException)
            {
                await LostPositionAsync(e);
            }
            catch (Exception e)
            {
                await PauseAsync(e);
            }
        }
        // A halted lane stays this process's, so that nobody else runs into the same.
        await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // From an opening to the end of what was opened.
    async Task OpenedAsync()
    {
        StreamOpening opening;
        await (_group.ReadyAsync?.Invoke(_stop.Token) ?? Task.CompletedTask);
        await _services.Reader.Formats.ReadyAsync(_group.OutputTopic, _stop.Token);
        await _room.Producer.Abandoned.WaitAsync(_stop.Token);
        await _room.Openings.WaitAsync(_stop.Token);
        try
        {
            opening = await StreamOpening.ReadAsync(Grant, _group, _services, _store, _stop.Token);
        }
        finally
        {
            _room.Openings.Release();
        }
        await using var parking = new StreamParking(Grant, _services, _logger);
        await using var redrive = new StreamRedrive(Grant, _services, parking, _logger);
        await using var processor = opening.Processor;
        var lane = new StreamLane(Grant, _group, _services, _room.Producer, _membership, opening, parking, _logger);
        lane.Snapshots = new StreamSnapshots(lane, processor, _store, _services, _room.Snapshots, _logger);
        _lane = lane;
        var openedAt = _services.Time.GetTimestamp();
        try
        {
            Opened(_logger, Grant.Lane, Grant.Epoch, opening.Answered.ById.Count);
            _consumer.Add(lane, opening.Positions);
            _room.Enter(lane);
            LastError = null;
            await lane.Ended.WaitAsync(_stop.Token);
        }
        finally
        {
            // What fails at once, again and again, is tried less and less often.
            if (_services.Time.GetElapsedTime(openedAt).TotalMilliseconds > _services.Options.MaxBackoffMs)
                _failures = 0;
            // Behind this the lane's state is this task's: nobody asks it, and the consumer calls it no more.
            _room.Leave(lane);
            lane.EndAsking();
            await _consumer.RemoveAsync(lane);
            _lastPositions = lane.Positions;
            await CloseAsync(lane, parking);
            _lane = null;
        }
    }

    async Task CloseAsync(StreamLane lane, StreamParking parking)
    {
        using var drained = new CancellationTokenSource(TimeSpan.FromMilliseconds(_services.Options.DrainMs), _services.Time);
        try
        {
            // Whoever reads the output topic next must find all that was sent.
            while (lane.IsUnderWay && lane.MayAnswer)
                await Task.Delay(SettlingInterval, drained.Token);
            if (lane.IsUnderWay)
                lane.Abandon();
            else if (_stop.IsCancellationRequested && lane is { IsSettled: true, HasNews: true, Ended.IsCompleted: false } && parking.LastError is null)
                await lane.Snapshots!.TakeLastAsync(drained.Token);
        }
        catch (Exception e)
        {
            if (lane.IsUnderWay)
                lane.Abandon();
            NotDrained(_logger, Grant.Lane, e.Message);
        }
        lane.Asked.FailUnderWay();
        await lane.Snapshots!.DisposeAsync();
    }

    async Task LostPositionAsync(Exception lost)
    {
        var topic = lost is LostInputException input ? input.Topic : ((LostOutputException)lost).Topic;
        try
        {
            var halts = _services.Options.OnLostPosition == LostPositionPolicy.Halt;
            await LostPositions.RecordAsync(_services.Database, Grant with { Positions = _lastPositions }, topic, forget: !halts, _stop.Token);
            if (halts)
            {
                Halt(lost);
                return;
            }
            PositionLost(_logger, Grant.Lane, topic);
            await _store.ForgetPositionAsync(topic, _stop.Token);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            await PauseAsync(e);
        }
    }

    void Halt(Exception e)
    {
        IsHalted = true;
        LastError = e is UnreadableSnapshotException ? e.Message : $"position_lost: {e.Message}";
        Halted(_logger, Grant.Lane, e);
    }

    async Task PauseAsync(Exception e)
    {
        LastError = $"{e.GetType().Name}: {e.Message}";
        _services.Telemetry.Paused(Grant.Lane);
        var pause = _services.Options.PauseAfter(++_failures);
        Pausing(_logger, Grant.Lane, pause.TotalMilliseconds, e);
        await Task.Delay(pause, _services.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Several may ask at once; all wait for the same end.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_ending)
            return new ValueTask(_end ??= EndAsync());
    }

    async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Lane}: open, epoch {Epoch}; {Answers} answers since the snapshot")]
    static partial void Opened(ILogger logger, LaneId lane, long epoch, int answers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: fenced at epoch {Epoch}; another member owns it now")]
    static partial void Fenced(ILogger logger, LaneId lane, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: opening anew after {PauseMs} ms")]
    static partial void Pausing(ILogger logger, LaneId lane, double pauseMs, Exception exception);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Lane}: halted")]
    static partial void Halted(ILogger logger, LaneId lane, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: left to a process of another version, for this one cannot read its snapshot: {Reason}")]
    static partial void LeftToOthers(ILogger logger, LaneId lane, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Lane}: what is needed of {Topic} is gone from Kafka; going on with the earliest message")]
    static partial void PositionLost(ILogger logger, LaneId lane, string topic);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: not drained in time: {Reason}")]
    static partial void NotDrained(ILogger logger, LaneId lane, string reason);
}
