using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Streams;

/// <summary>Runs every registered <see cref="StreamGroup"/> in this process, from start to drained stop, beside the <see cref="LaneHost"/>.</summary>
public sealed class StreamHost(IEnumerable<StreamGroup> groups, LaneServices services, ClusterGuard guard, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    readonly List<(GroupRunner Runner, StreamRoom Room)> _running = [];
    readonly Lock _lock = new();

    /// <summary>How each group does in this process.</summary>
    public IReadOnlyList<GroupStatus> Status()
    {
        lock (_lock)
            return [.. _running.Select(r => r.Runner.Status())];
    }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var all = groups.ToList();
        if (all.Count == 0)
            return;
        await guard.CheckAsync(all.Select(g => new GroupTopics(g.Name, [.. g.Topics, g.OutputTopic])), cancellationToken);
        services.Telemetry.Observe(Status);
        var logger = loggers.CreateLogger("Orchestrator.Messaging.Streams");
        lock (_lock)
            _running.AddRange(all.Select(group => Run(group, logger)));
    }

    (GroupRunner, StreamRoom) Run(StreamGroup group, ILogger logger)
    {
        var room = new StreamRoom(new KafkaProducer(services.Kafka, group.LingerMs, loggers.CreateLogger<KafkaProducer>()));
        var runnable = new RunnableGroup(
            group.Name, group.Topics, start => new StreamWorker(start.Grant, group, services, room, start.Membership, start.Consumer, logger))
        {
            Readers = group.ReadingThreads,
        };
        return (new GroupRunner(runnable, services, logger), room);
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        List<(GroupRunner Runner, StreamRoom Room)> ending;
        lock (_lock)
        {
            ending = [.. _running];
            _running.Clear();
        }
        await Task.WhenAll(ending.Select(r => r.Runner.DisposeAsync().AsTask()));
        foreach (var (_, room) in ending)
            room.Dispose();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);
}
