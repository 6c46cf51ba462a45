using System.Text.Json;
using Npgsql;
using Orchestrator.Casework.Alerts;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Cases;

/// <summary>A case with all that belongs to it.</summary>
/// <param name="Case">The case.</param>
/// <param name="Alerts">Its alerts, the newest first; at most 500.</param>
/// <param name="Log">What people did, oldest first; at most 1,000.</param>
public sealed record WholeCase(CaseFile Case, IReadOnlyList<StoredAlert> Alerts, IReadOnlyList<CaseLogEntry> Log);

/// <summary>What somebody did with a case.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What, by its stable name.</param>
/// <param name="From">What people can change, before.</param>
/// <param name="To">And after.</param>
/// <param name="Reason">Why; a note's text.</param>
public sealed record CaseLogEntry(DateTimeOffset At, string Actor, string Action, JsonElement? From, JsonElement? To, string? Reason);

/// <summary>Reads cases.</summary>
public sealed class CaseReader(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most of one page.</summary>
    public const int MaxPage = 500;

    /// <summary>The most cases that one page looks at.</summary>
    public const int MaxLooked = 10_000;

    /// <summary>How many one page looks at.</summary>
    internal int Looked { get; init; } = MaxLooked;

    /// <summary>
    /// Cases in the order of the filter's sort. A page looks at <see cref="MaxLooked"/> at most, so with a filter that no index serves it may be short, even empty, and not the last.
    /// </summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(IReadOnlyList<CaseFile> Items, CaseCursor? Next)> ListAsync(
        CaseFilter filter, CaseCursor? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = CaseListing.Of(filter, after, limit, Looked, time.GetUtcNow());
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        command.Connection = connection;
        var items = new List<CaseFile>();
        CaseCursor? last = null;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (items.Count < limit && await rows.ReadAsync(cancellationToken))
        {
            var file = CaseRows.Read(rows);
            last = CaseCursor.Of(file, filter.Sort);
            if (rows.GetBoolean(CaseRows.Count))
                items.Add(file);
            if (rows.GetBoolean(CaseRows.Count + 1))
                return (items, last);
        }
        return (items, items.Count == limit ? last : null);
    }

    /// <summary>How many cases wait, are looked into and await approval, by queue.</summary>
    public async Task<IReadOnlyList<QueueFigures>> QueuesAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select queue, count(*) filter (where state = 'pending'), count(*) filter (where state = 'investigating'), count(*) filter (where state = 'awaiting_approval'),
                count(*) filter (where escalated), min(opened_at)
            from casework.work_case where state <> 'closed' group by queue order by queue
            """);
        var queues = new List<QueueFigures>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            queues.Add(new QueueFigures(
                row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetFieldValue<DateTimeOffset>(5)));
        }
        return queues;
    }

    /// <summary>A case with all that belongs to it; null when there is none.</summary>
    public async Task<WholeCase?> FindAsync(Guid caseId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"select {CaseRows.Columns} from casework.work_case where case_id = $1") { Parameters = { Statements.Of(caseId) } },
                new($"select {AlertReader.Columns} from casework.alert where case_id = $1 order by raised_at desc, alert_id desc limit 500")
                {
                    Parameters = { Statements.Of(caseId) },
                },
                new("select at, actor, action, old_value, new_value, reason from casework.case_log where case_id = $1 order by id limit 1000")
                {
                    Parameters = { Statements.Of(caseId) },
                },
            },
        };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            return null;
        var file = CaseRows.Read(rows);
        await rows.NextResultAsync(cancellationToken);
        var alerts = new List<StoredAlert>();
        while (await rows.ReadAsync(cancellationToken))
            alerts.Add(AlertReader.Read(rows));
        await rows.NextResultAsync(cancellationToken);
        var log = new List<CaseLogEntry>();
        while (await rows.ReadAsync(cancellationToken))
            log.Add(new CaseLogEntry(rows.GetFieldValue<DateTimeOffset>(0), rows.GetString(1), rows.GetString(2), Json(rows, 3), Json(rows, 4), rows.Text(5)));
        return new WholeCase(file, alerts, log);
    }

    static JsonElement? Json(NpgsqlDataReader row, int column) => row.Text(column) is { } json ? JsonDocument.Parse(json).RootElement : null;
}

/// <summary>How much waits in a queue.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Pending">Cases that nobody has.</param>
/// <param name="Investigating">Those that somebody looks into.</param>
/// <param name="AwaitingApproval">Those that somebody else has to approve.</param>
/// <param name="Escalated">Of all of these, those that are overdue.</param>
/// <param name="Oldest">When the oldest of them was opened, UTC.</param>
public sealed record QueueFigures(string Queue, long Pending, long Investigating, long AwaitingApproval, long Escalated, DateTimeOffset Oldest);
