using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Messaging.Schema;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Store;

/// <summary>
/// Deletes what has been kept long enough, and makes hours of old minutes and days of old hours: some rows at a time, with rests in proportion. Any number of processes may do it, any number
/// of times.
/// </summary>
public sealed class ActivityRetention(NpgsqlDataSource database, IOptions<RetentionOptions> options, TimeProvider time)
{
    /// <summary>The most rows that one step deletes.</summary>
    internal const int AtOnce = 2_000;

    const int MaxSteps = 20_000;

    const string FoldMinutes =
        """
        with old as (
            select m.lane, d.day from generate_series($1::timestamptz, $2::timestamptz, interval '24 hours') d(day)
            cross join lateral (
                select lane from activity.minute where minute >= d.day and minute < d.day + interval '24 hours' and minute <> date_trunc('hour', minute, 'UTC') limit 1
            ) m
            order by d.day limit 1
        ), gone as (
            delete from activity.minute t using old where t.lane = old.lane and t.minute >= old.day and t.minute < old.day + interval '24 hours' returning t.*
        )
        insert into activity.minute (minute, lane, events, views, clicks, pings, customs, sessions, new_visitors)
        select date_trunc('hour', minute, 'UTC'), lane, sum(events), sum(views), sum(clicks), sum(pings), sum(customs), sum(sessions), sum(new_visitors)
        from gone group by 1, 2
        """;

    const string FoldBreakdowns =
        """
        with old as (
            select b.kind, b.lane, d.day from generate_series($1::timestamptz, $2::timestamptz, interval '24 hours') d(day)
            cross join (values (1::smallint), (2::smallint), (3::smallint)) k(kind)
            cross join lateral (
                select kind, lane from activity.breakdown where kind = k.kind and hour > d.day and hour < d.day + interval '24 hours' limit 1
            ) b
            order by d.day limit 1
        ), gone as (
            delete from activity.breakdown t using old
            where t.kind = old.kind and t.lane = old.lane and t.hour >= old.day and t.hour < old.day + interval '24 hours' returning t.*
        )
        insert into activity.breakdown (kind, hour, lane, key, views, entrances, exits, bounces)
        select kind, date_trunc('day', hour, 'UTC'), lane, key, sum(views), sum(entrances), sum(exits), sum(bounces) from gone group by 1, 2, 3, 4
        """;

    static readonly (string Table, string Of)[] Figures =
        [("minute", "minute"), ("breakdown", "hour"), ("session_hour", "hour"), ("day", "day"), ("retention", "cohort"), ("funnel", "day"), ("erasure", "at")];

    /// <summary>Does it, and says in a few words what was done.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var today = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var (oldest, minutes) = (today.AddDays(-options.Value.BreakdownDays), today.AddDays(-options.Value.MinuteDays));
        List<string> done = [Deleted("session", await RepeatAsync(ct => DeleteAsync("session", "started_at", today.AddDays(-options.Value.SessionDays), ct), AtOnce, cancellationToken))];
        foreach (var (table, of) in Figures)
            done.Add(Deleted(table, await RepeatAsync(ct => DeleteAsync(table, of, oldest, ct), AtOnce, cancellationToken)));
        // The day before the first that stays as it is, back to the oldest that is kept.
        done.Add(Folded("hours", await RepeatAsync(ct => FoldAsync(FoldMinutes, oldest, minutes.AddDays(-1), ct), 1, cancellationToken)));
        done.Add(Folded("days", await RepeatAsync(ct => FoldAsync(FoldBreakdowns, oldest, minutes.AddDays(-1), ct), 1, cancellationToken)));
        return string.Join("; ", done);
    }

    async Task<int> DeleteAsync(string table, string of, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var kept = table == "erasure" ? " and at <= now() - interval '30 days'" : "";
        await using var command = database.CreateCommand(
            $"delete from activity.{table} where ctid = any(array(select ctid from activity.{table} where {of} < $1{kept} order by {of} limit $2 for update skip locked))");
        command.Parameters.AddRange(new NpgsqlParameter[] { of is "day" or "cohort" ? Of(DateOnly.FromDateTime(before.UtcDateTime)) : Of(before), Of(AtOnce) });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<int> FoldAsync(string fold, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(fold);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(from), Of(to) });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    Task<long> RepeatAsync(Func<CancellationToken, Task<int>> step, int full, CancellationToken cancellationToken) =>
        GentleSteps.RepeatAsync(step, full, MaxSteps, time, cancellationToken);

    static string Deleted(string table, long count) => string.Create(CultureInfo.InvariantCulture, $"deleted {count} from activity.{table}");

    static string Folded(string into, long count) => string.Create(CultureInfo.InvariantCulture, $"made {count} {into} of what was finer");
}
