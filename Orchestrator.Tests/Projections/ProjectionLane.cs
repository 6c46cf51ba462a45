using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Projections;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Projections;

/// <summary>Runs units of work of one lane of a generation against a database, without Kafka.</summary>
sealed class ProjectionLane(NpgsqlDataSource database, Projection projection, string schema, int partition = 0)
{
    static readonly RawMessage NoBytes = new(null, [], []);

    ProjectionProcessor _processor = Processor(database, projection, schema, partition);

    /// <summary>Another process takes the lane over: nothing is in memory.</summary>
    public void Restart() => _processor = Processor(database, projection, schema, partition);

    /// <summary>The accounts that have a parked message.</summary>
    public HashSet<string> Waiting { get; } = new(StringComparer.Ordinal);

    /// <summary>One unit of work, committed.</summary>
    public Task RunAsync(IReadOnlyList<LedgerEventRecorded> events) => RunAsync(events, commit: true, noticed: true);

    /// <summary>One unit of work that is written and then lost.</summary>
    public Task LoseAsync(IReadOnlyList<LedgerEventRecorded> events) => RunAsync(events, commit: false, noticed: false);

    /// <summary>One unit of work that is committed although the lane is told that it failed.</summary>
    public Task CommitUnnoticedAsync(IReadOnlyList<LedgerEventRecorded> events) => RunAsync(events, commit: true, noticed: false);

    /// <summary>SQL that takes the lanes of a generation back to their beginning.</summary>
    public static string BeginAgainSql(string schema) => $"truncate {schema}.waiting; update {schema}.watermark set sequence = 0, recorded_at = '-infinity'";

    /// <summary>Makes the tables of a generation that is served.</summary>
    public static async Task<string> ServeAsync(NpgsqlDataSource database, Projection projection)
    {
        var served = new ServedGeneration(projection.Name, 1, projection.Version);
        await using var command = database.CreateCommand(
            $"""
            insert into ledger.projection (name, generation, version, state, source, requested_at)
            values ('{served.Name}', 1, {served.Version}, 'active', 'store', now());
            create schema {served.Schema}; {LaneMarks.CreateSql(served.Schema)} {LaneMarks.BeginSql(served.Schema, 1, atHeads: false)} {projection.CreateSql(served.Schema)}
            """);
        await command.ExecuteNonQueryAsync();
        return served.Schema;
    }

    async Task RunAsync(IReadOnlyList<LedgerEventRecorded> events, bool commit, bool noticed)
    {
        try
        {
            await WriteAsync(events, commit);
        }
        catch
        {
            _processor.RolledBack();
            throw;
        }
        if (noticed)
            _processor.Committed();
        else
            _processor.RolledBack();
    }

    async Task WriteAsync(IReadOnlyList<LedgerEventRecorded> events, bool commit)
    {
        var work = new UnitOfWork(new LaneId("projection", partition), Commands.Noon, MessageCatalog.Contracts) { Waiting = Waiting.Contains };
        var messages = events.Select(Message).ToList();
        await _processor.PrepareAsync(messages, CancellationToken.None);
        foreach (var message in messages)
            await _processor.HandleAsync(message, work, CancellationToken.None);
        _processor.Complete(work);
        var steps = UnitWrite.Merged([work.Writes]).Select(CommitBatch.Step.Of).ToList();
        if (!commit)
            steps.Add(new(new NpgsqlBatchCommand("select 1"), 0, _ => new TakenBackException()));
        try
        {
            if (steps.Count > 0)
                await CommitBatch.ExecuteAsync(database, steps, CancellationToken.None);
        }
        catch (TakenBackException)
        {
            // As it should be.
        }
    }

    sealed class TakenBackException : Exception;

    static ProjectionProcessor Processor(NpgsqlDataSource database, Projection projection, string schema, int partition) =>
        new(projection, schema, partition, database);

    static LaneMessage Message(LedgerEventRecorded e) => new()
    {
        Origin = new MessageOrigin("ledger-events", 0),
        Key = e.AccountId,
        Id = Guid.Empty,
        Contract = MessageCatalog.Contracts.Of(typeof(LedgerEventRecorded)),
        Body = e,
        Time = e.RecordedAt,
        Raw = NoBytes,
    };
}
