using System.Collections.Frozen;
using System.Diagnostics;
using System.Text;
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
    volatile FrozenDictionary<string, StreamRoom> _rooms = FrozenDictionary<string, StreamRoom>.Empty;

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
        {
            _running.AddRange(all.Select(group => Run(group, logger)));
            _rooms = _running.ToFrozenDictionary(r => r.Runner.Name, r => r.Room, StringComparer.Ordinal);
        }
    }

    /// <summary>
    /// Asks the lane of a key, when this process runs it: the message is taken at once, and answered when the broker has the answer. It stands on no topic. The same
    /// id gets the same answer for as long as that is remembered (<see cref="StreamGroup.RememberedAnswers"/>), whatever the message says; what comes while it is
    /// being decided waits for that answer.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="key">The message's key.</param>
    /// <param name="message">A record of the catalog, which is valid.</param>
    /// <param name="id">Names what is asked for ever; it has nothing to do with ids of messages on topics.</param>
    /// <param name="cancellationToken">Gives up waiting. What was taken takes effect all the same.</param>
    /// <exception cref="ArgumentException">The key is not the message's.</exception>
    public async Task<StreamReply> AskAsync(string group, string key, object message, Guid id, CancellationToken cancellationToken)
    {
        var contract = services.Catalog.Of(message.GetType());
        if (!string.Equals(contract.Key(message), key, StringComparison.Ordinal))
            throw new ArgumentException("the key is not the message's", nameof(key));
        if (!_rooms.TryGetValue(group, out var room) || room.LaneOf(KeyPartition.Of(key, services.Options.Partitions)) is not { } lane)
            return new StreamReply.Refused(StreamRefusal.LaneNotHere);
        var (reply, isRepeated) = lane.Ask(new StreamMessage
        {
            Topic = contract.Topic,
            Offset = -1,
            Key = key,
            KeyBytes = Encoding.UTF8.GetBytes(key),
            Id = id,
            Contract = contract,
            Body = message,
            BrokerTime = services.Time.GetUtcNow(),
            IsAsked = true,
            TraceParentHeader = Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } trace } ? Encoding.ASCII.GetBytes(trace) : null,
        });
        var known = await reply.WaitAsync(cancellationToken);
        return isRepeated && known is StreamReply.Answered answered ? answered with { IsRepeated = true } : known;
    }

    (GroupRunner, StreamRoom) Run(StreamGroup group, ILogger logger)
    {
        var room = new StreamRoom(new KafkaProducer(services.Kafka, group.LingerMs, loggers.CreateLogger<KafkaProducer>(), services.Telemetry.Kafka.Producer(group.Name)), services.Options.Partitions);
        var runnable = new RunnableGroup(
            group.Name, group.Topics, start => new StreamWorker(start.Grant, group, services, room, start.Membership, start.Consumer, logger))
        {
            Readers = group.ReadingThreads,
            DependsOnVersion = true,
            WithoutStore = group.WithoutStore,
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
            _rooms = FrozenDictionary<string, StreamRoom>.Empty;
        }
        await Task.WhenAll(ending.Select(r => r.Runner.DisposeAsync().AsTask()));
        foreach (var (_, room) in ending)
            room.Dispose();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);
}
