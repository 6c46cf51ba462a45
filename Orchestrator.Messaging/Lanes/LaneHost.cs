using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Clusters;

namespace Orchestrator.Messaging.Lanes;

/// <summary>Runs every registered group in this process, from start to drained stop.</summary>
public sealed class LaneHost(IEnumerable<LaneGroup> groups, LaneServices services, ClusterGuard guard, ILoggerFactory loggers)
    : IHostedService, IAsyncDisposable
{
    readonly List<GroupRunner> _runners = [];
    readonly Lock _lock = new();

    /// <summary>How each group does in this process.</summary>
    public IReadOnlyList<GroupStatus> Status()
    {
        lock (_lock)
            return [.. _runners.Select(r => r.Status())];
    }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var all = groups.ToList();
        await guard.CheckAsync(all, cancellationToken);
        services.Telemetry.Observe(Status);
        var logger = loggers.CreateLogger("Orchestrator.Messaging.Lanes");
        lock (_lock)
            _runners.AddRange(all.Select(group => new GroupRunner(group, services, logger)));
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Runners().Select(r => r.DisposeAsync().AsTask()));
        lock (_lock)
            _runners.Clear();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    List<GroupRunner> Runners()
    {
        lock (_lock)
            return [.. _runners];
    }
}
