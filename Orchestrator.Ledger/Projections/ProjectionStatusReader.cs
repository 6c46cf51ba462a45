using Confluent.Kafka;
using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Ledger.Projections;

/// <summary>
/// How projections do, whichever process folds them. A look counts accounts and asks the cluster where the topic ends, so an answer serves for
/// a second, and one look runs at a time, however many ask.
/// </summary>
public sealed class ProjectionStatusReader(
    NpgsqlDataSource database, ProjectionCatalog catalog, ClusterFacts facts, MessageCatalog messages, MessagingOptions messaging, TimeProvider time) : IDisposable
{
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(3);

    const string OlderThanChains = "select events_before from ledger.chain_origin";

    readonly SemaphoreSlim _one = new(1);
    IReadOnlyList<ProjectionView> _last = [];
    long? _at;

    /// <summary>All projections that have a generation, by name.</summary>
    public async Task<IReadOnlyList<ProjectionView>> ReadAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_at is null || time.GetElapsedTime(_at.Value) > Fresh)
            {
                _last = await LookAsync(cancellationToken);
                _at = time.GetTimestamp();
            }
            return _last;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();

    async Task<IReadOnlyList<ProjectionView>> LookAsync(CancellationToken cancellationToken)
    {
        var live = await catalog.LiveAsync(name: null, cancellationToken);
        var topic = messages.Of(typeof(LedgerEventRecorded)).Topic;
        var positions = await StoredGroup.PositionsAsync(database, [.. live.Select(g => g.Group)], topic, cancellationToken);
        var ends = live.Count == 0 ? null : await EndsAsync(topic, cancellationToken);
        var total = await ScalarAsync($"select coalesce(sum(sequence), 0)::bigint + ({OlderThanChains}) from ledger.chain", cancellationToken);
        var views = new List<(string Name, GenerationView View)>();
        foreach (var generation in live.Where(g => g.State is not GenerationState.Retired))
            views.Add((generation.Name, await ViewAsync(generation, total, Lag(generation, positions, ends), cancellationToken)));
        return
        [
            .. views.GroupBy(v => v.Name, StringComparer.Ordinal).Select(g => new ProjectionView(
                g.Key,
                g.Select(v => v.View).FirstOrDefault(v => v.State is GenerationState.Active),
                g.Select(v => v.View).FirstOrDefault(v => v.State is GenerationState.Requested or GenerationState.Copying or GenerationState.CatchingUp))),
        ];
    }

    async Task<GenerationView> ViewAsync(ProjectionGeneration generation, long total, IReadOnlyList<PartitionLag>? lag, CancellationToken cancellationToken)
    {
        var folded = await FoldedAsync(generation, cancellationToken);
        var seconds = generation.StartedAt is { } started ? (time.GetUtcNow() - started).TotalSeconds : 0;
        return new GenerationView(
            generation.Number, generation.Version, generation.State, generation.Source, folded, total,
            total == 0 ? 1 : Math.Round(Math.Min(1, (double)folded / total), 4),
            generation.IsBuilding && seconds > 0 ? Math.Round(folded / seconds, 1) : null,
            lag?.Sum(l => l.Messages), lag, generation.StartedAt, generation.ActiveAt, generation.Error);
    }

    async Task<long> FoldedAsync(ProjectionGeneration generation, CancellationToken cancellationToken)
    {
        if (generation.State is GenerationState.Requested)
            return 0;
        try
        {
            return await ScalarAsync(
                generation.State is GenerationState.Copying
                    ? $"select copied_events from ledger.projection where name = '{generation.Name}' and generation = {generation.Number}"
                    : $"""
                        select coalesce(sum(sequence), 0)::bigint + ({OlderThanChains}) - (select count(*) from {generation.Schema}.{LaneMarks.WaitingTable})
                        from {generation.Schema}.{LaneMarks.Table}
                        """,
                cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // Dropped since it was listed, or given up before it had tables.
            return 0;
        }
    }

    List<PartitionLag>? Lag(
        ProjectionGeneration generation, IReadOnlyDictionary<(string Group, int Partition), long> positions, IReadOnlyDictionary<TopicPartition, Watermarks>? ends) =>
        ends?.OrderBy(e => e.Key.Partition.Value).Select(e => new PartitionLag(
            e.Key.Partition.Value,
            Math.Max(0, e.Value.High - Math.Max(e.Value.Low, positions.GetValueOrDefault((generation.Group, e.Key.Partition.Value)))))).ToList();

    async Task<IReadOnlyDictionary<TopicPartition, Watermarks>?> EndsAsync(string topic, CancellationToken cancellationToken)
    {
        try
        {
            var partitions = Enumerable.Range(0, messaging.Partitions).Select(p => new TopicPartition(topic, p));
            return await Task.Run(() => facts.ReadWatermarks(partitions, AnswerWithin), cancellationToken).WaitAsync(cancellationToken);
        }
        catch (KafkaException)
        {
            // No broker answers: all else is known, and /health/ready says so.
            return null;
        }
    }

    async Task<long> ScalarAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

/// <summary>How a projection does.</summary>
/// <param name="Name">The projection.</param>
/// <param name="Active">The generation that is served; absent until the first is built.</param>
/// <param name="Building">The generation that is built beside it, when one is.</param>
public sealed record ProjectionView(string Name, GenerationView? Active, GenerationView? Building);

/// <summary>How a generation does.</summary>
/// <param name="Generation">Its number.</param>
/// <param name="Version">Of the code that folds it; while it is only requested, of the code that asks for it, 0 for any.</param>
/// <param name="State">How far it is.</param>
/// <param name="Source">What it is built from.</param>
/// <param name="EventsFolded">How many events it holds.</param>
/// <param name="EventsTotal">How many the ledger has.</param>
/// <param name="Progress">The one by the other, 0 to 1.</param>
/// <param name="EventsPerSecond">Of one that is built: how fast, on average since it began.</param>
/// <param name="Lag">Messages on the topic that it has yet to read; absent while no broker answers.</param>
/// <param name="LagByPartition">The same by partition.</param>
/// <param name="StartedAt">When its building began, UTC.</param>
/// <param name="ActiveAt">Since when it is served, UTC.</param>
/// <param name="Error">Why it does not go on, as of the last try.</param>
public sealed record GenerationView(
    int Generation,
    int Version,
    GenerationState State,
    RebuildSource Source,
    long EventsFolded,
    long EventsTotal,
    double Progress,
    double? EventsPerSecond,
    long? Lag,
    IReadOnlyList<PartitionLag>? LagByPartition,
    DateTimeOffset? StartedAt,
    DateTimeOffset? ActiveAt,
    string? Error);

/// <summary>How far a generation is behind on a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Messages">How many messages.</param>
public sealed record PartitionLag(int Partition, long Messages);
