using Npgsql;
using Orchestrator.Activity.Figures;
using Orchestrator.Messaging.Rows;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Views;

/// <summary>Which sessions; null for any.</summary>
/// <param name="VisitorId">Of this visitor.</param>
/// <param name="CustomerId">Of this customer.</param>
/// <param name="From">Begun then or later, UTC.</param>
/// <param name="To">Begun before then, UTC.</param>
public sealed record SessionFilter(string? VisitorId = null, string? CustomerId = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>A visitor, of all sessions that are stored.</summary>
/// <param name="VisitorId">Who.</param>
/// <param name="CustomerId">The customer, as the latest session that knows one says.</param>
/// <param name="FirstAt">The first event, UTC.</param>
/// <param name="LastAt">The last event, UTC.</param>
/// <param name="Sessions">How many.</param>
/// <param name="Events">Their events.</param>
/// <param name="Views">Their page views.</param>
/// <param name="Clicks">Their clicks.</param>
/// <param name="DurationMs">How long they lasted, added up, in milliseconds.</param>
public sealed record VisitorTotals(
    string VisitorId, string? CustomerId, DateTimeOffset FirstAt, DateTimeOffset LastAt, long Sessions, long Events, long Views, long Clicks, long DurationMs);

/// <summary>Reads sessions. They follow what happens within moments, unless very many change at once.</summary>
public sealed class SessionReader(NpgsqlDataSource database)
{
    /// <summary>The most of one page.</summary>
    public const int MaxPage = 500;

    /// <summary>The most of one page of an export.</summary>
    public const int MaxExported = 5_000;

    const string Columns =
        "session_id, visitor_id, customer_id, started_at, ended_at, is_final, events, views, clicks, entry_page, exit_page, referrer, device";

    /// <summary>Sessions, the newest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">From 1 to <see cref="MaxExported"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<(IReadOnlyList<SessionRow> Items, TimeCursor? Next)> ListAsync(SessionFilter filter, TimeCursor? after, int limit, CancellationToken cancellationToken) =>
        ListAsync(filter, "", null, after, limit, cancellationToken);

    /// <summary>Sessions of all visitors of whom one is stored as the customer's, the newest first.</summary>
    /// <param name="customerId">The customer.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">From 1 to <see cref="MaxExported"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<(IReadOnlyList<SessionRow> Items, TimeCursor? Next)> OfCustomersVisitorsAsync(
        string customerId, TimeCursor? after, int limit, CancellationToken cancellationToken) => ListAsync(
        new SessionFilter(), "visitor_id in (select visitor_id from activity.session where customer_id = {0})", customerId, after, limit, cancellationToken);

    /// <summary>A visitor; null when no session is stored.</summary>
    public async Task<VisitorTotals?> TotalsAsync(string visitorId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select count(*), min(started_at), max(ended_at), sum(events)::bigint, sum(views)::bigint, sum(clicks)::bigint,
                (sum(extract(epoch from ended_at - started_at)) * 1000)::bigint,
                (select customer_id from activity.session where visitor_id = $1 and customer_id is not null order by started_at desc, session_id desc limit 1)
            from activity.session where visitor_id = $1
            """);
        command.Parameters.Add(Of(visitorId));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.GetInt64(0) == 0
            ? null
            : new VisitorTotals(
                visitorId, row.Text(7), row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<DateTimeOffset>(2), row.GetInt64(0), row.GetInt64(3), row.GetInt64(4),
                row.GetInt64(5), row.GetInt64(6));
    }

    async Task<(IReadOnlyList<SessionRow> Items, TimeCursor? Next)> ListAsync(
        SessionFilter filter, string condition, string? value, TimeCursor? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxExported);
        var end = filter.To is { } to ? new TimeCursor(to.ToUniversalTime(), Guid.Empty) : TimeCursor.Newest;
        var start = after is { } given && given.At < end.At ? given : end;
        await using var command = database.CreateCommand();
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(start.At), Of(start.Id), Of(limit) });
        var where = "(started_at, session_id) < ($1, $2)";
        // Only what is asked for is in the statement: each has an index of its own.
        Add(filter.VisitorId, "visitor_id = {0}");
        Add(filter.CustomerId, "customer_id = {0}");
        Add(filter.From?.ToUniversalTime(), "started_at >= {0}");
        Add(value, condition);
        command.CommandText = $"select {Columns} from activity.session where {where} order by started_at desc, session_id desc limit $3";
        var items = new List<SessionRow>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            items.Add(new SessionRow(
                rows.GetGuid(0), rows.GetString(1), rows.Text(2), rows.GetFieldValue<DateTimeOffset>(3), rows.GetFieldValue<DateTimeOffset>(4), rows.GetBoolean(5),
                rows.GetInt32(6), rows.GetInt32(7), rows.GetInt32(8), rows.Text(9), rows.Text(10), rows.Text(11), rows.Text(12)));
        }
        return (items, items.Count == limit ? new TimeCursor(items[^1].StartedAt, items[^1].SessionId) : null);

        void Add<T>(T? with, string of)
        {
            if (with is null)
                return;
            command.Parameters.Add(new NpgsqlParameter { Value = with });
            where += $" and {string.Format(System.Globalization.CultureInfo.InvariantCulture, of, $"${command.Parameters.Count}")}";
        }
    }
}
