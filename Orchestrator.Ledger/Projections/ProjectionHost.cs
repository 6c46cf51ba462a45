using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Ledger.Projections;

/// <summary>
/// Keeps every registered projection served: builds its first generation and those that are asked for, runs the group of lanes of each generation
/// that is folded, swaps, and drops what is over. Each projection by itself, so that one that fails holds up no other.
/// </summary>
sealed class ProjectionHost(IServiceProvider services, IEnumerable<Projection> projections, ILogger<ProjectionHost> logger) : BackgroundService
{
    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var topic = services.GetRequiredService<MessageCatalog>().Of(typeof(LedgerEventRecorded)).Topic;
        // All take the same messages; one of them keeps the topic.
        var keeper = projections.Select(p => p.Name).Order(StringComparer.Ordinal).FirstOrDefault();
        return Task.WhenAll(projections.Select(p => Runner(p, topic, keeperOf: string.Equals(p.Name, keeper, StringComparison.Ordinal) ? [topic] : []).RunAsync(stoppingToken)));
    }

    ProjectionRunner Runner(Projection projection, string topic, IReadOnlyCollection<string> keeperOf)
    {
        var database = services.LaneDatabase();
        var options = services.GetRequiredService<IOptions<ProjectionOptions>>().Value;
        var messaging = services.GetRequiredService<MessagingOptions>();
        return new ProjectionRunner(
            projection,
            new ProjectionCatalog(database),
            new GenerationBuild(
                projection, database, topic, messaging.Partitions, services.GetRequiredService<ClusterFacts>(), options, TimeSpan.FromMilliseconds(messaging.LeaseMs)),
            services.GetRequiredService<LaneHost>(),
            generation => new LaneGroup
            {
                Name = generation.Group,
                Topics = [topic],
                Takes = [typeof(LedgerEventRecorded)],
                KeeperOf = keeperOf,
                IsBackground = true,
                Rest = TimeSpan.FromMilliseconds(options.RestMs),
                CreateProcessor = lane => new ProjectionProcessor(projection, generation.Schema, lane.Partition, database),
            },
            options,
            services.GetRequiredService<TimeProvider>(),
            logger);
    }
}

/// <summary>Looks after one projection in this process.</summary>
sealed partial class ProjectionRunner(
    Projection projection, ProjectionCatalog catalog, GenerationBuild build, LaneHost lanes, Func<ProjectionGeneration, LaneGroup> group,
    ProjectionOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Until it is stopped; whatever fails is tried again, after a pause that doubles up to its bound.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            var pauseMs = 0.0;
            try
            {
                pauseMs = await LookAsync(stop) ? 0 : options.LookMs;
                if (failures > 0)
                    await catalog.NoteErrorAsync(projection.Name, error: null, stop);
                failures = 0;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                pauseMs = Math.Min(options.MaxBackoffMs, options.LookMs * Math.Pow(2, Math.Min(failures++, 16)));
                Failed(logger, Failures.IsTransient(e) ? LogLevel.Warning : LogLevel.Error, projection.Name, pauseMs, e);
                await NoteAsync(e, stop);
            }
            if (pauseMs > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(pauseMs), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One look at all generations, one step of each.</summary>
    /// <returns>Whether there is more to do at once.</returns>
    async Task<bool> LookAsync(CancellationToken stop)
    {
        if (!lanes.IsRunning)
            return false;
        var generations = await catalog.LiveAsync(projection.Name, stop);
        if (await RenewAsync(generations, stop))
            return true;
        var more = false;
        // What is served comes first: the rest may fail.
        foreach (var generation in generations.OrderByDescending(g => g.State is GenerationState.Active))
            more |= await StepAsync(generation, stop);
        return more;
    }

    // Versions go up, so while processes of two versions run side by side the older one leaves the newer one's generations alone.
    async Task<bool> RenewAsync(IReadOnlyList<ProjectionGeneration> generations, CancellationToken stop)
    {
        var building = generations.FirstOrDefault(g => g.IsBuilding);
        if (building is { State: not GenerationState.Requested } && building.Version < projection.Version)
        {
            await catalog.AbandonAsync(building, stop);
            Abandoned(logger, building.Name, building.Number, building.Version, projection.Version);
            return true;
        }
        if (building is not null || generations.Any(g => g.State is GenerationState.Active && g.Version >= projection.Version))
            return false;
        await catalog.RenewAsync(projection, stop);
        return true;
    }

    async Task<bool> StepAsync(ProjectionGeneration generation, CancellationToken stop)
    {
        var isMine = generation.Version == projection.Version;
        switch (generation.State)
        {
            case GenerationState.Requested when generation.Version <= projection.Version:
                if (!await build.StartAsync(generation, stop))
                    return false;
                Started(logger, generation.Name, generation.Number, generation.Source);
                return true;
            case GenerationState.Copying when isMine:
                return await build.CopyAsync(generation, stop);
            case GenerationState.CatchingUp when isMine:
                await lanes.AddAsync(group(generation), stop);
                if (!await build.IsCaughtUpAsync(generation, stop))
                    return false;
                await build.SwapAsync(generation, stop);
                Swapped(logger, generation.Name, generation.Number, generation.Version);
                return true;
            case GenerationState.Active when isMine:
                await lanes.AddAsync(group(generation), stop);
                return false;
            case GenerationState.Retired:
                await lanes.RemoveAsync(generation.Group);
                await build.DropAsync(generation, stop);
                return false;
            default:
                return false;
        }
    }

    async Task NoteAsync(Exception failure, CancellationToken stop)
    {
        try
        {
            await catalog.NoteErrorAsync(projection.Name, $"{failure.GetType().Name}: {failure.Message}", stop);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            // The log has it; the database is away, or the service stops.
        }
    }

    [LoggerMessage(Message = "Projection {Name}: trying again in {PauseMs} ms")]
    static partial void Failed(ILogger logger, LogLevel level, string name, double pauseMs, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Projection {Name}: generation {Generation} of version {Version} is given up for one of version {Wanted}")]
    static partial void Abandoned(ILogger logger, string name, int generation, int version, int wanted);

    [LoggerMessage(Level = LogLevel.Information, Message = "Projection {Name}: generation {Generation} is built from the {Source}")]
    static partial void Started(ILogger logger, string name, int generation, RebuildSource source);

    [LoggerMessage(Level = LogLevel.Information, Message = "Projection {Name}: generation {Generation} of version {Version} is served")]
    static partial void Swapped(ILogger logger, string name, int generation, int version);
}
