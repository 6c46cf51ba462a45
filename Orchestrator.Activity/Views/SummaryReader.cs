using System.Runtime.InteropServices;
using Npgsql;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Views;

/// <summary>Figures of a stretch of time.</summary>
/// <param name="From">When it begins, UTC.</param>
/// <param name="To">When it ends, UTC.</param>
/// <param name="By"><c>hour</c> or <c>day</c>: what the series goes by.</param>
/// <param name="Totals">The whole stretch.</param>
/// <param name="Series">Hour by hour or day by day, the oldest first, none left out.</param>
public sealed record SummaryView(DateTimeOffset From, DateTimeOffset To, string By, SummaryFigures Totals, IReadOnlyList<SummaryFigures> Series);

/// <summary>Figures of an hour, a day, or a whole stretch. Sessions count when they begin, events when they happen.</summary>
/// <param name="At">When it begins, UTC.</param>
/// <param name="Events">All events.</param>
/// <param name="Views">Page views.</param>
/// <param name="Clicks">Clicks.</param>
/// <param name="Pings">Pings.</param>
/// <param name="Customs">Events that the site names.</param>
/// <param name="Sessions">Sessions that began.</param>
/// <param name="Bounces">Those of them with one view or none.</param>
/// <param name="BounceRate">Bounces as a part of sessions, from 0 to 1.</param>
/// <param name="AverageSessionSeconds">How long sessions lasted.</param>
/// <param name="ViewsPerSession">How many page views they had.</param>
/// <param name="NewVisitors">Visitors whose first event is in it.</param>
/// <param name="Visitors">Who did anything on each day, added up: who came on two days counts twice. By day alone.</param>
/// <param name="ReturningVisitors">Those of them who had been there on a day before. By day alone.</param>
/// <param name="Customers">Those of them who were known as customers. By day alone.</param>
public sealed record SummaryFigures(
    DateTimeOffset At, long Events, long Views, long Clicks, long Pings, long Customs, long Sessions, long Bounces, double BounceRate, double AverageSessionSeconds,
    double ViewsPerSession, long NewVisitors, long? Visitors, long? ReturningVisitors, long? Customers);

/// <summary>Reads figures of stretches of time.</summary>
public sealed class SummaryReader(NpgsqlDataSource database)
{
    const string Sql =
        """
        select date_trunc($3, at, 'UTC'), sum(events)::bigint, sum(views)::bigint, sum(clicks)::bigint, sum(pings)::bigint, sum(customs)::bigint, sum(newly)::bigint,
            sum(sessions)::bigint, sum(bounces)::bigint, sum(duration_ms)::bigint, sum(session_views)::bigint, sum(visitors)::bigint, sum(new_visitors)::bigint, sum(customers)::bigint
        from (
            select minute as at, events, views, clicks, pings, customs, new_visitors as newly,
                0 as sessions, 0 as bounces, 0 as duration_ms, 0 as session_views, 0 as visitors, 0 as new_visitors, 0 as customers
            from activity.minute where minute >= $1 and minute < $2
            union all
            select hour, 0, 0, 0, 0, 0, 0, sessions, bounces, duration_ms, views, 0, 0, 0 from activity.session_hour where hour >= $1 and hour < $2
            union all
            select day::timestamp at time zone 'UTC', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, visitors, new_visitors, customers
            from activity.day where $3 = 'day' and day >= ($1 at time zone 'UTC')::date and day < ($2 at time zone 'UTC')::date
        ) figures
        group by 1
        """;

    /// <summary>Hour by hour.</summary>
    /// <param name="from">The beginning of an hour.</param>
    /// <param name="to">The end of an hour.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<SummaryView> HoursAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        ReadAsync(from, to, "hour", TimeSpan.FromHours(1), cancellationToken);

    /// <summary>Day by day.</summary>
    /// <param name="from">The beginning of a day, UTC.</param>
    /// <param name="to">The end of a day, UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<SummaryView> DaysAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        ReadAsync(from, to, "day", TimeSpan.FromDays(1), cancellationToken);

    async Task<SummaryView> ReadAsync(DateTimeOffset from, DateTimeOffset to, string by, TimeSpan step, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(from), Of(to), Of(by) });
        var found = new Dictionary<DateTimeOffset, Sums>();
        var total = default(Sums);
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                var sums = Sums.Read(rows);
                found.Add(rows.GetFieldValue<DateTimeOffset>(0), sums);
                total = total.Plus(sums);
            }
        }
        var series = new List<SummaryFigures>();
        for (var at = from; at < to; at += step)
            series.Add(found.GetValueOrDefault(at).Figures(at, by));
        return new SummaryView(from, to, by, total.Figures(from, by), series);
    }

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Sums(
        long Events, long Views, long Clicks, long Pings, long Customs, long Newly, long Sessions, long Bounces, long DurationMs, long SessionViews, long Visitors,
        long NewVisitors, long Customers)
    {
        public static Sums Read(NpgsqlDataReader row) => new(
            row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.GetInt64(9),
            row.GetInt64(10), row.GetInt64(11), row.GetInt64(12), row.GetInt64(13));

        public Sums Plus(Sums other) => new(
            Events + other.Events, Views + other.Views, Clicks + other.Clicks, Pings + other.Pings, Customs + other.Customs, Newly + other.Newly, Sessions + other.Sessions,
            Bounces + other.Bounces, DurationMs + other.DurationMs, SessionViews + other.SessionViews, Visitors + other.Visitors, NewVisitors + other.NewVisitors,
            Customers + other.Customers);

        // By day the visitors of days say who is new: they are kept for longer than minutes are, and say the same.
        public SummaryFigures Figures(DateTimeOffset at, string by) => new(
            at, Events, Views, Clicks, Pings, Customs, Sessions, Bounces, Parts.Of(Bounces, Sessions), Parts.Of(DurationMs / 1000.0, Sessions),
            Parts.Of(SessionViews, Sessions), by == "day" ? NewVisitors : Newly, by == "day" ? Visitors : null, by == "day" ? Math.Max(0, Visitors - NewVisitors) : null,
            by == "day" ? Customers : null);
    }
}
