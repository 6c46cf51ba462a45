using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Telemetry;

namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// Keeps this process's share of a group's lanes running: beats, claims what is free, gives up what is too much, starts anew when the
/// membership is lost. Lanes move one by one; the others never stop.
/// </summary>
internal sealed partial class GroupRunner : IAsyncDisposable
{
    static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan KafkaCommitInterval = TimeSpan.FromSeconds(1);

    readonly RunnableGroup _group;
    readonly LaneServices _services;
    readonly ILogger _logger;
    readonly GroupConsumer[] _consumers;
    readonly Dictionary<int, ILaneWorker> _workers = [];
    readonly Dictionary<int, string> _violated = [];
    readonly Dictionary<int, Task> _releasing = [];
    readonly CancellationTokenSource _stop = new();
    readonly GroupPace _pace;
    readonly LeftLanes _left;
    readonly GapProbe _gaps;
    readonly Task _loop;
    readonly Task _ticks;
    GroupMembership? _membership;
    volatile int _lanesElsewhere;
    string? _lastError;

    public GroupRunner(RunnableGroup group, LaneServices services, ILogger logger)
    {
        _group = group;
        _services = services;
        _logger = logger;
        _pace = new GroupPace(services.Time);
        _left = new LeftLanes(services.Time);
        _gaps = new GapProbe(group.Name, services.Kafka, gap => ConsumerOf(gap.Partition).PassOver(gap));
        services.Telemetry.Begin(group.Name);
        _consumers = [.. Enumerable.Range(0, group.Readers).Select(_ => new GroupConsumer(group.Name, group.Topics, services.Kafka, logger, services.Telemetry.Kafka))];
        _loop = Task.Run(RunAsync);
        _ticks = Task.Run(TickAsync);
    }

    /// <summary>The group's name.</summary>
    public string Name => _group.Name;

    public GroupStatus Status()
    {
        var workers = Workers();
        return new GroupStatus(
            _group.Name, _services.Options.Partitions, workers.Count, _lanesElsewhere, workers.Count(w => w.IsHalted), Lag(),
            workers.Sum(w => w.Buffered), workers.Sum(w => w.Unacknowledged), workers.OrderByDescending(w => w.IsHalted).Select(w => w.LastError).FirstOrDefault(e => e is not null) ?? _lastError ?? _left.Hindrance,
            _group.IsBackground)
        {
            LagSeconds = _pace.AgeSeconds,
            DrainSeconds = _pace.DrainSeconds,
        };
    }

    long Lag() => Places().Sum(p => Math.Max(0, p.End - p.Position));

    // Of partitions whose end a fetch has told.
    List<LanePlace> Places() => [..
        from worker in Workers()
        let positions = worker.Positions
        from topic in _group.Topics
        let high = ConsumerOf(worker.Grant.Lane.Partition).HighWatermark(new TopicPartition(topic, worker.Grant.Lane.Partition))
        where high is not null
        select new LanePlace(worker.Grant.Lane.Partition, topic, high.Value, positions.GetValueOrDefault(topic), worker.TakenAt)];

    GroupConsumer ConsumerOf(int partition) => _consumers[partition % _consumers.Length];

    List<ILaneWorker> Workers()
    {
        lock (_workers)
            return [.. _workers.Values];
    }

    async Task RunAsync()
    {
        var interval = TimeSpan.FromMilliseconds(_services.Options.HeartbeatMs);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_membership is { IsBroken: true } broken)
                    await broken.RejoinAsync([.. Workers().Select(w => w.Grant)], _stop.Token);
                _membership ??= await GroupMembership.JoinAsync(_services.Database, _group.Name, _services.Options, _services.Time, _stop.Token);
                await BalanceAsync(_membership);
                _lastError = null;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (_membership is { } membership && membership.Lasts(_group.WithoutStore) && e is not MembershipLostException && Failures.IsTransient(e))
            {
                _lastError = $"{e.GetType().Name}: {e.Message}";
                WithoutStore(_logger, _group.Name, e);
                await membership.BreakAsync();
            }
            catch (Exception e)
            {
                _lastError = $"{e.GetType().Name}: {e.Message}";
                _lanesElsewhere = 0;
                _services.Telemetry.MembershipLost(_group.Name);
                LostMembership(_logger, _group.Name, e);
                await AbandonAsync();
            }
            await Task.Delay(interval, _services.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task BalanceAsync(GroupMembership membership)
    {
        // Before the beat, so that a lane whose release ends meanwhile does not look like one whose release has failed.
        foreach (var done in _releasing.Where(r => r.Value.IsCompleted).Select(r => r.Key).ToList())
            _releasing.Remove(done);
        var (members, lanes) = await membership.HeartbeatAsync(_stop.Token);
        _lanesElsewhere = lanes.Count(l => l.Owner is { } owner && owner != membership.MemberId);
        // Not awaited either: draining may take as long as the lease.
        foreach (var ended in Workers().Where(w => w.HasEnded && !_releasing.ContainsKey(w.Grant.Lane.Partition)))
        {
            if (ended.LeftBecause is { } why)
            {
                _left.Leave(ended.Grant.Lane.Partition, why);
                _releasing[ended.Grant.Lane.Partition] = ReleaseAsync(membership, ended, LaneMove.Left);
                continue;
            }
            _services.Telemetry.Moved(_group.Name, LaneMove.Lost);
            _releasing[ended.Grant.Lane.Partition] = RemoveAsync(ended);
        }

        var (release, claim) = _group.DependsOnVersion ? _left.Decide(membership.MemberId, members, lanes) : LaneShare.Decide(membership.MemberId, members, lanes);
        foreach (var partition in release.Where(p => !_releasing.ContainsKey(p)))
        {
            // One that an invariant has stopped stays here: elsewhere it would begin anew before anybody has looked at it.
            if (WorkerOf(partition) is { ViolatedInvariant: null } worker)
                _releasing[partition] = ReleaseAsync(membership, worker, LaneMove.Released);
        }
        // A lane that is ours and runs nowhere is one whose release failed: it is claimed anew, and released again if it is too much.
        foreach (var lane in lanes.Where(l => (claim.Contains(l.Partition) || IsOurs(l)) && !_releasing.ContainsKey(l.Partition) && WorkerOf(l.Partition) is null))
        {
            if (await membership.ClaimAsync(lane, _stop.Token) is { } grant)
                Start(membership, grant);
        }

        bool IsOurs(LaneSight lane) => lane.Owner == membership.MemberId;
    }

    ILaneWorker? WorkerOf(int partition)
    {
        lock (_workers)
            return _workers.GetValueOrDefault(partition);
    }

    void Start(GroupMembership membership, LaneGrant grant)
    {
        _services.Telemetry.Moved(_group.Name, LaneMove.Claimed);
        lock (_workers)
        {
            _workers[grant.Lane.Partition] = _group.Start(
                new LaneStart(grant, membership, ConsumerOf(grant.Lane.Partition), _violated.GetValueOrDefault(grant.Lane.Partition)));
        }
    }

    // Beats go on while a lane drains; its row says who owns it until it is released.
    async Task ReleaseAsync(GroupMembership membership, ILaneWorker worker, string move)
    {
        await RemoveAsync(worker);
        try
        {
            await LaneRelease.ReleaseAsync(_services.Database, worker.Grant, CancellationToken.None);
            _services.Telemetry.Moved(_group.Name, move);
            Released(_logger, worker.Grant.Lane, membership.MemberId);
        }
        catch (NpgsqlException e)
        {
            NotReleased(_logger, worker.Grant.Lane, e);
        }
    }

    async Task RemoveAsync(ILaneWorker worker)
    {
        await worker.DisposeAsync();
        lock (_workers)
        {
            if (worker.ViolatedInvariant is { } invariant)
                _violated[worker.Grant.Lane.Partition] = invariant;
            if (_workers.TryGetValue(worker.Grant.Lane.Partition, out var current) && ReferenceEquals(current, worker))
                _workers.Remove(worker.Grant.Lane.Partition);
        }
    }

    async Task AbandonAsync()
    {
        _services.Telemetry.Moved(_group.Name, LaneMove.Lost, Workers().Count);
        await Task.WhenAll(Workers().Select(RemoveAsync));
        if (_membership is { } membership)
            await membership.DisposeAsync();
        _membership = null;
    }

    async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TickInterval, _services.Time);
        var committedAt = _services.Time.GetTimestamp();
        while (await NextTickAsync(timer))
        {
            Volatile.Read(ref _membership)?.Look();
            foreach (var worker in Workers())
                worker.Tick();
            if (_services.Time.GetElapsedTime(committedAt) < KafkaCommitInterval)
                continue;
            var places = Places();
            _pace.Look(places);
            _gaps.Look(places);
            CommitToKafka();
            committedAt = _services.Time.GetTimestamp();
        }
    }

    async Task<bool> NextTickAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    void CommitToKafka()
    {
        foreach (var workers in Workers().GroupBy(w => ConsumerOf(w.Grant.Lane.Partition)))
        {
            var positions = (
                from worker in workers
                from position in worker.Positions
                select new TopicPartitionOffset(position.Key, worker.Grant.Lane.Partition, position.Value)).ToList();
            if (positions.Count > 0)
                workers.Key.CommitPositions(positions);
        }
    }

    /// <summary>Drains every lane, releases it and leaves the group.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await _ticks;
        await _gaps.DisposeAsync();
        await Task.WhenAll(_releasing.Values);
        await Task.WhenAll(Workers().Select(w => w.DisposeAsync().AsTask()));
        CommitToKafka();
        if (_membership is { } membership)
            await membership.DisposeAsync();
        await Task.WhenAll(_consumers.Select(c => c.DisposeAsync().AsTask()));
        _stop.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Group {Group}: the membership is lost; joining anew")]
    static partial void LostMembership(ILogger logger, string group, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Group {Group}: the database does not answer; its lanes go on without it")]
    static partial void WithoutStore(ILogger logger, string group, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: not released")]
    static partial void NotReleased(ILogger logger, LaneId lane, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Lane}: released by {Member}")]
    static partial void Released(ILogger logger, LaneId lane, Guid member);
}
