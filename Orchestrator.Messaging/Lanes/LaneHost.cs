using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Clusters;

namespace Orchestrator.Messaging.Lanes;

/// <summary>Runs every registered group in this process, from start to drained stop, and those that are added while it runs.</summary>
public sealed class LaneHost(IEnumerable<LaneGroup> groups, LaneServices services, ClusterGuard guard, ClusterFacts facts, ILoggerFactory loggers)
    : IHostedService, IAsyncDisposable
{
    readonly List<GroupRunner> _runners = [];
    readonly Lock _lock = new();
    bool _running;

    /// <summary>How each group does in this process.</summary>
    public IReadOnlyList<GroupStatus> Status()
    {
        lock (_lock)
            return [.. _runners.Select(r => r.Status())];
    }

    /// <summary>Whether groups may be added: it has started, and is not asked to stop.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_lock)
                return _running;
        }
    }

    /// <summary>Runs a group beside the others. One that runs already stays as it is.</summary>
    /// <returns>Whether it runs: not before the host has started, nor once it stops.</returns>
    /// <exception cref="ClusterRefusedException">Its topic is not on the cluster, or does not have as many partitions as there are lanes.</exception>
    public async Task<bool> AddAsync(LaneGroup group, CancellationToken cancellationToken)
    {
        if (Find(group.Name) is not null)
            return true;
        if (!IsRunning)
            return false;
        await guard.CheckAsync([Topics(group)], cancellationToken);
        lock (_lock)
        {
            if (_running && _runners.TrueForAll(r => !IsNamed(r, group.Name)))
                _runners.Add(Run(group, Logger()));
            return _running;
        }
    }

    /// <summary>Drains a group's lanes in this process and releases them; other processes may go on with it. Nothing happens when it does not run here.</summary>
    public async Task RemoveAsync(string name)
    {
        GroupRunner? runner;
        lock (_lock)
        {
            runner = _runners.Find(r => IsNamed(r, name));
            if (runner is null)
                return;
            _runners.Remove(runner);
        }
        await runner.DisposeAsync();
    }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var all = groups.ToList();
        await guard.CheckAsync(all.Select(Topics), cancellationToken);
        services.Telemetry.Observe(Status);
        var logger = Logger();
        await new OlderDatabase(services.Database, facts, services.Options, logger).CheckAsync(all, cancellationToken);
        services.Forgotten = await ForgottenMessages.ReadAsync(services.Database, services.Options, logger, cancellationToken);
        lock (_lock)
        {
            _runners.AddRange(all.Select(group => Run(group, logger)));
            _running = true;
        }
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Ending().Select(r => r.DisposeAsync().AsTask()));
        lock (_lock)
            _runners.Clear();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    static GroupTopics Topics(LaneGroup group) => new(group.Name, group.Topics);

    GroupRunner Run(LaneGroup group, ILogger logger) => new(
        new RunnableGroup(
            group.Name,
            group.Topics,
            start => new LaneWorker(start.Grant, group, services, start.Consumer, () => start.Membership.IsFresh, start.ViolatedInvariant, logger))
        {
            IsBackground = group.IsBackground,
        },
        services,
        logger);

    List<GroupRunner> Ending()
    {
        lock (_lock)
        {
            _running = false;
            return [.. _runners];
        }
    }

    GroupRunner? Find(string name)
    {
        lock (_lock)
            return _runners.Find(r => IsNamed(r, name));
    }

    static bool IsNamed(GroupRunner runner, string name) => string.Equals(runner.Name, name, StringComparison.Ordinal);

    ILogger Logger() => loggers.CreateLogger("Orchestrator.Messaging.Lanes");
}
