using System.Data;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Ledger.Projections;

/// <summary>
/// Compares what is served of a projection with what its code makes of the ledger's own events: folds them anew, each lane up to where the served
/// generation is, and compares every table row by row. All in one transaction over one snapshot, which is rolled back, so it leaves nothing. It takes as
/// long as a rebuild; one runs at a time.
/// </summary>
public sealed class ProjectionCheck(
    NpgsqlDataSource database, ProjectionCatalog catalog, IEnumerable<Projection> projections, MessagingOptions messaging, IOptions<ProjectionOptions> options)
{
    // Any constant serves, so long as it never changes.
    const long OneAtATime = 0x6F72_6368_6368_6563;
    const string Schema = "ledger_check";
    const int StatementSeconds = 600;

    // Folding looks rows up by key in tables that were empty when it was planned; comparing reads them whole.
    const string AsLanesDo = "set local enable_seqscan = off; set local jit = off";
    const string AsUsual = "set local enable_seqscan = on";

    /// <summary>Checks a projection.</summary>
    /// <exception cref="ProjectionNotReadyException">None of this version is served.</exception>
    public async Task<CheckOutcome> RunAsync(string name, CancellationToken cancellationToken)
    {
        if (projections.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.Ordinal)) is not { } projection)
            return new CheckOutcome.Unknown();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using (var locking = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection) { Parameters = { new() { Value = OneAtATime } } })
        {
            if (await locking.ExecuteScalarAsync(cancellationToken) is not true)
                return new CheckOutcome.Running();
        }
        var served = await catalog.ServedAsync(name, cancellationToken);
        if (served is null || served.Version != projection.Version)
            throw new ProjectionNotReadyException(name);
        var difference = await LackingAsync(connection, served, cancellationToken);
        var (events, behind) = await FoldAsync(connection, projection, served, cancellationToken);
        difference ??= await CompareAsync(connection, served, cancellationToken);
        return new CheckOutcome.Checked(new ProjectionCheckView(name, served.Number, difference is null, events, behind, difference));
    }

    // It cannot be ahead of the ledger.
    static async Task<ProjectionDifference?> LackingAsync(NpgsqlConnection connection, ServedGeneration served, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select to_jsonb(w)::text from {served.Schema}.{LaneMarks.Table} w left join ledger.chain c on c.lane = w.lane
            where w.sequence > coalesce(c.sequence, 0) order by w.lane limit 1
            """, connection) { CommandTimeout = StatementSeconds };
        return await command.ExecuteScalarAsync(cancellationToken) is string row
            ? new ProjectionDifference(LaneMarks.Table, "folded_beyond_the_store", row)
            : null;
    }

    async Task<(long Checked, long Behind)> FoldAsync(NpgsqlConnection connection, Projection projection, ServedGeneration served, CancellationToken cancellationToken)
    {
        // With the marks of what is served, so that the same events are folded.
        await using (var create = new NpgsqlCommand(
            $"""
            {AsLanesDo}; drop schema if exists {Schema} cascade; create schema {Schema}; {LaneMarks.CreateSql(Schema)}
            insert into {Schema}.{LaneMarks.Table} select * from {served.Schema}.{LaneMarks.Table};
            insert into {Schema}.{LaneMarks.WaitingTable} select * from {served.Schema}.{LaneMarks.WaitingTable};
            {projection.CreateSql(Schema)}
            """, connection))
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        var (cursor, count) = (EventCursor.Start, 0L);
        while (await StoredEvents.NextAsync(connection, Schema, cursor, options.Value.CopyBatch, cancellationToken) is { Count: > 0 } events)
        {
            cursor = EventCursor.After(events[^1]);
            await GenerationBuild.FoldAsync(projection, connection, Schema, messaging.Partitions, events, cancellationToken);
            count += events.Count;
        }
        return (count, await BehindAsync(connection, served, cancellationToken));
    }

    static async Task<long> BehindAsync(NpgsqlConnection connection, ServedGeneration served, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select (select coalesce(sum(c.sequence - coalesce(w.sequence, 0)), 0) from ledger.chain c left join {served.Schema}.{LaneMarks.Table} w on w.lane = c.lane)::bigint
                + (select count(*) from {served.Schema}.{LaneMarks.WaitingTable})
            """, connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task<ProjectionDifference?> CompareAsync(NpgsqlConnection connection, ServedGeneration served, CancellationToken cancellationToken)
    {
        await using (var planning = new NpgsqlCommand(AsUsual, connection))
            await planning.ExecuteNonQueryAsync(cancellationToken);
        foreach (var table in await TablesAsync(connection, cancellationToken))
        {
            if (await OnlyInAsync(connection, $"{Schema}.{table}", $"{served.Schema}.{table}", cancellationToken) is { } missing)
                return new ProjectionDifference(table, "missing", missing);
            if (await OnlyInAsync(connection, $"{served.Schema}.{table}", $"{Schema}.{table}", cancellationToken) is { } extra)
                return new ProjectionDifference(table, "not_of_the_store", extra);
        }
        return null;
    }

    static async Task<List<string>> TablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select quote_ident(tablename) from pg_tables where schemaname = $1 order by tablename", connection) { Parameters = { new() { Value = Schema } } };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var tables = new List<string>();
        while (await rows.ReadAsync(cancellationToken))
            tables.Add(rows.GetString(0));
        return tables;
    }

    static async Task<string?> OnlyInAsync(NpgsqlConnection connection, string here, string there, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select to_jsonb(d)::text from (select * from {here} except all select * from {there}) d order by 1 limit 1", connection) { CommandTimeout = StatementSeconds };
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}

/// <summary>What became of a check.</summary>
public abstract record CheckOutcome
{
    CheckOutcome()
    {
    }

    /// <summary>It was done.</summary>
    /// <param name="View">What it found.</param>
    public sealed record Checked(ProjectionCheckView View) : CheckOutcome;

    /// <summary>Another check runs.</summary>
    public sealed record Running : CheckOutcome;

    /// <summary>There is no such projection.</summary>
    public sealed record Unknown : CheckOutcome;
}

/// <summary>What a check has found.</summary>
/// <param name="Name">The projection.</param>
/// <param name="Generation">The generation that is served.</param>
/// <param name="Agrees">Whether its rows are those that the ledger's events make.</param>
/// <param name="EventsChecked">How many events were folded to find out.</param>
/// <param name="EventsBehind">How many the ledger has beyond those: none once everything on the topic is read.</param>
/// <param name="Difference">The first difference, when there is one.</param>
public sealed record ProjectionCheckView(string Name, int Generation, bool Agrees, long EventsChecked, long EventsBehind, ProjectionDifference? Difference);

/// <summary>Where a projection is not what the ledger's events make.</summary>
/// <param name="Table">The table, within the generation.</param>
/// <param name="Kind"><c>missing</c>: the row should be there; <c>not_of_the_store</c>: it should not; <c>folded_beyond_the_store</c>: it has events that the ledger has not.</param>
/// <param name="Row">The row, as JSON.</param>
public sealed record ProjectionDifference(string Table, string Kind, string Row);
