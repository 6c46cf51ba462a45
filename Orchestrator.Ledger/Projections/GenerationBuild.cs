using Confluent.Kafka;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Projections;

/// <summary>
/// The steps of a generation from being asked for to being dropped. Each is one transaction that begins by locking the generation's row in the state that
/// the step leads out of: any number of processes may try, one does it, and one that dies in the middle has done nothing.
/// </summary>
/// <param name="projection">The code.</param>
/// <param name="database">Where.</param>
/// <param name="topic">ledger-events by its actual name.</param>
/// <param name="partitions">How many it has.</param>
/// <param name="facts">Tells how far the topic is.</param>
/// <param name="options">Bounds.</param>
/// <param name="lease">How long a member of a group counts as alive.</param>
sealed class GenerationBuild(
    Projection projection, NpgsqlDataSource database, string topic, int partitions, ClusterFacts facts, ProjectionOptions options, TimeSpan lease)
{
    const int StatementSeconds = 60;
    const string DropWaitsAtMost = "set local lock_timeout = '2s'";

    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    (int Generation, IReadOnlyDictionary<int, long> Ends)? _atFirst;

    /// <summary>Makes the tables, and remembers where the topic is.</summary>
    /// <returns>Whether it was done here.</returns>
    public async Task<bool> StartAsync(ProjectionGeneration generation, CancellationToken cancellationToken)
    {
        // Before the marks, which so are beyond what the topic holds up to there: an event is on the topic after its commit.
        var ends = generation.Source is RebuildSource.Store ? await EndsAsync(cancellationToken) : null;
        await using var step = await StepAsync(generation, "requested", cancellationToken);
        if (step is null)
            return false;
        await step.ExecuteAsync(
            $"drop schema if exists {generation.Schema} cascade; create schema {generation.Schema}; {LaneMarks.CreateSql(generation.Schema)} "
            + $"{LaneMarks.BeginSql(generation.Schema, partitions, atHeads: ends is not null)} {projection.CreateSql(generation.Schema)}",
            cancellationToken);
        if (ends is not null)
            await StoredGroup.SeedAsync(step.Connection, generation.Group, topic, ends, cancellationToken);
        // From the topic, only what was recorded before lanes numbered their events is copied: the topic does not tell where it belongs.
        await step.MoveAsync(
            "version = $3, started_at = now(), state = case when $4 or (select events_before from ledger.chain_origin) > 0 then 'copying' else 'catching_up' end",
            cancellationToken, new() { Value = projection.Version }, new() { Value = ends is not null });
        return true;
    }

    /// <summary>Folds the next events of the store.</summary>
    /// <returns>Whether it did something, so that there may be more to do at once.</returns>
    public async Task<bool> CopyAsync(ProjectionGeneration generation, CancellationToken cancellationToken)
    {
        await using var step = await StepAsync(generation, "copying", cancellationToken);
        if (step is null)
            return false;
        var events = await StoredEvents.NextAsync(step.Connection, generation.Schema, await step.CursorAsync(cancellationToken), options.CopyBatch, cancellationToken);
        if (events.Count == 0)
        {
            await step.MoveAsync("state = 'catching_up'", cancellationToken);
            return true;
        }
        await FoldAsync(projection, step.Connection, generation.Schema, partitions, events, cancellationToken);
        var last = events[^1];
        await step.MoveAsync(
            "copied_account = $3, copied_version = $4, copied_counters = $5, copied_events = copied_events + $6", cancellationToken,
            new() { Value = last.AccountId }, new() { Value = last.Version }, PgArray.Of(NpgsqlDbType.Bigint, Stored(last.Counters)), new() { Value = events.Count });
        return true;
    }

    /// <summary>
    /// Whether all is folded that was on the topic when it was first asked here, and no partition has more left than the bound: a short topic is not
    /// caught up before it is read.
    /// </summary>
    public async Task<bool> IsCaughtUpAsync(ProjectionGeneration generation, CancellationToken cancellationToken)
    {
        var marks = await WatermarksAsync(cancellationToken);
        if (_atFirst?.Generation != generation.Number)
            _atFirst = (generation.Number, marks.ToDictionary(e => e.Key.Partition.Value, e => e.Value.High));
        var positions = await StoredGroup.PositionsAsync(database, [generation.Group], topic, cancellationToken);
        return marks.All(e =>
        {
            var read = Math.Max(e.Value.Low, positions.GetValueOrDefault((generation.Group, e.Key.Partition.Value)));
            return read >= _atFirst.Value.Ends[e.Key.Partition.Value] && e.Value.High - read <= options.CaughtUpLag;
        });
    }

    /// <summary>Serves it instead of the one that is served.</summary>
    public async Task SwapAsync(ProjectionGeneration generation, CancellationToken cancellationToken)
    {
        await using var step = await StepAsync(generation, "catching_up", cancellationToken);
        if (step is null)
            return;
        await step.ExecuteAsync(
            "update ledger.projection set state = 'retired', retired_at = now() where name = $1 and state = 'active'", cancellationToken,
            new NpgsqlParameter { Value = generation.Name });
        await step.MoveAsync("state = 'active', active_at = now(), error = null", cancellationToken);
    }

    /// <summary>Drops the tables of one that is retired, once its readers have had time and nobody folds it; waits for those that still read, but not long.</summary>
    public async Task DropAsync(ProjectionGeneration generation, CancellationToken cancellationToken)
    {
        if (!await StoredGroup.ForgetAsync(database, generation.Group, lease, cancellationToken))
            return;
        await using var step = await StepAsync(generation, "retired", cancellationToken);
        if (step is null || !await step.IsRetiredAsync(TimeSpan.FromMilliseconds(options.KeepRetiredMs), cancellationToken))
            return;
        await step.ExecuteAsync($"{DropWaitsAtMost}; drop schema if exists {generation.Schema} cascade", cancellationToken);
        await step.MoveAsync("state = 'dropped', error = null", cancellationToken);
    }

    /// <summary>Folds events of any accounts, in the order of each account's versions, where nobody else folds, in the connection's transaction.</summary>
    public static async Task FoldAsync(
        Projection projection, NpgsqlConnection connection, string schema, int partitions, IReadOnlyList<LedgerEventRecorded> events, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = StatementSeconds };
        foreach (var lane in events.GroupBy(e => KeyPartition.Of(e.AccountId, partitions)).OrderBy(g => g.Key))
        {
            foreach (var command in projection.Fold(schema, lane.Key, [.. lane]))
                batch.BatchCommands.Add(command);
        }
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    IEnumerable<TopicPartition> Partitions() => Enumerable.Range(0, partitions).Select(p => new TopicPartition(topic, p));

    async Task<IReadOnlyDictionary<int, long>> EndsAsync(CancellationToken cancellationToken) =>
        (await WatermarksAsync(cancellationToken)).ToDictionary(e => e.Key.Partition.Value, e => e.Value.High);

    // A stop does not wait for a broker that is away.
    Task<IReadOnlyDictionary<TopicPartition, Watermarks>> WatermarksAsync(CancellationToken cancellationToken) =>
        Task.Run(() => facts.ReadWatermarks(Partitions(), AnswerWithin), cancellationToken).WaitAsync(cancellationToken);

    Task<GenerationStep?> StepAsync(ProjectionGeneration generation, string state, CancellationToken cancellationToken) =>
        GenerationStep.BeginAsync(database, generation, state, cancellationToken);

    static long[] Stored(AccountCounters c) => [c.DebitsPendingMinor, c.DebitsPostedMinor, c.CreditsPendingMinor, c.CreditsPostedMinor];
}
