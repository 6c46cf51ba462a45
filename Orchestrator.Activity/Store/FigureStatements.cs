using Npgsql;
using NpgsqlTypes;
using Orchestrator.Activity.Figures;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Activity.Store;

/// <summary>
/// The statements of the store. Each writes its rows as a set, of the lanes that are claimed alone, each row as a whole, and touches no row that has that value already.
/// </summary>
internal static class FigureStatements
{
    // Shared by all who write sessions, and taken alone by whoever erases: so an erasure has every session that was written before it, and is seen by all that come after.
    public const string ErasureLock = "hashtextextended('activity.erasure', 0)";

    /// <summary>Claims lanes: the number of each opening, and the position of what is stored.</summary>
    public const string Claim =
        """
        insert into activity.lane as l (lane, opening) select lane, 1 from unnest($1) u(lane) order by lane
        on conflict (lane) do update set opening = l.opening + 1
        returning lane, opening, position
        """;

    public static NpgsqlBatchCommand DoNotWait() => new("select set_config('synchronous_commit', 'off', true)");

    public static NpgsqlBatchCommand ErasureComesBetweenTransactions() => new($"select pg_advisory_xact_lock_shared({ErasureLock})");

    public static NpgsqlBatchCommand Lanes(IReadOnlyList<LaneRow> lanes) => new(
        """
        update activity.lane l set position = coalesce(u.position, l.position), at = coalesce(u.at, l.at), live = coalesce(u.live::jsonb, l.live)
        from unnest($1, $2, $3, $4, $5) u(lane, opening, position, at, live)
        where l.lane = u.lane and l.opening = u.opening
        returning l.lane
        """)
    {
        Parameters =
        {
            PgArray.Column(lanes, NpgsqlDbType.Integer, l => l.Lane), PgArray.Column(lanes, NpgsqlDbType.Bigint, l => l.Claimed),
            PgArray.Column(lanes, NpgsqlDbType.Bigint, l => l.Position), PgArray.Column(lanes, NpgsqlDbType.TimestampTz, l => l.At?.ToUniversalTime()),
            PgArray.Column(lanes, NpgsqlDbType.Text, l => l.Live),
        },
    };

    public static NpgsqlBatchCommand Minutes(IReadOnlyList<Row<MinuteRow>> rows) => Of(
        rows,
        """
        insert into activity.minute as t (lane, minute, events, views, clicks, pings, customs, sessions, new_visitors)
        select u.lane, u.minute, u.events, u.views, u.clicks, u.pings, u.customs, u.sessions, u.new_visitors
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) u(lane, opening, minute, events, views, clicks, pings, customs, sessions, new_visitors)
        join activity.lane l on l.lane = u.lane and l.opening = u.opening
        on conflict (minute, lane) do update set (events, views, clicks, pings, customs, sessions, new_visitors)
            = (excluded.events, excluded.views, excluded.clicks, excluded.pings, excluded.customs, excluded.sessions, excluded.new_visitors)
        where (t.events, t.views, t.clicks, t.pings, t.customs, t.sessions, t.new_visitors)
            is distinct from (excluded.events, excluded.views, excluded.clicks, excluded.pings, excluded.customs, excluded.sessions, excluded.new_visitors)
        """,
        Rows<MinuteRow>.Column(rows, NpgsqlDbType.TimestampTz, r => r.Minute.ToUniversalTime()), Numbers(rows, r => r.Events), Numbers(rows, r => r.Views),
        Numbers(rows, r => r.Clicks), Numbers(rows, r => r.Pings), Numbers(rows, r => r.Customs), Numbers(rows, r => r.Sessions), Numbers(rows, r => r.NewVisitors));

    public static NpgsqlBatchCommand Breakdowns(IReadOnlyList<Row<BreakdownRow>> rows) => Of(
        rows,
        """
        insert into activity.breakdown as t (lane, kind, hour, key, views, entrances, exits, bounces)
        select u.lane, u.kind, u.hour, u.key, u.views, u.entrances, u.exits, u.bounces
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) u(lane, opening, kind, hour, key, views, entrances, exits, bounces)
        join activity.lane l on l.lane = u.lane and l.opening = u.opening
        on conflict (kind, hour, lane, key) do update set (views, entrances, exits, bounces) = (excluded.views, excluded.entrances, excluded.exits, excluded.bounces)
        where (t.views, t.entrances, t.exits, t.bounces) is distinct from (excluded.views, excluded.entrances, excluded.exits, excluded.bounces)
        """,
        Rows<BreakdownRow>.Column(rows, NpgsqlDbType.Smallint, r => (short)r.Kind), Rows<BreakdownRow>.Column(rows, NpgsqlDbType.TimestampTz, r => r.Hour.ToUniversalTime()),
        Rows<BreakdownRow>.Column(rows, NpgsqlDbType.Text, r => StoredText.Key(r.Key)),
        Numbers(rows, r => r.Views), Numbers(rows, r => r.Entrances), Numbers(rows, r => r.Exits), Numbers(rows, r => r.Bounces));

    public static NpgsqlBatchCommand SessionHours(IReadOnlyList<Row<SessionHourRow>> rows) => Of(
        rows,
        """
        insert into activity.session_hour as t (lane, hour, sessions, bounces, duration_ms, events, views)
        select u.lane, u.hour, u.sessions, u.bounces, u.duration_ms, u.events, u.views
        from unnest($1, $2, $3, $4, $5, $6, $7, $8) u(lane, opening, hour, sessions, bounces, duration_ms, events, views)
        join activity.lane l on l.lane = u.lane and l.opening = u.opening
        on conflict (hour, lane) do update set (sessions, bounces, duration_ms, events, views)
            = (excluded.sessions, excluded.bounces, excluded.duration_ms, excluded.events, excluded.views)
        where (t.sessions, t.bounces, t.duration_ms, t.events, t.views)
            is distinct from (excluded.sessions, excluded.bounces, excluded.duration_ms, excluded.events, excluded.views)
        """,
        Rows<SessionHourRow>.Column(rows, NpgsqlDbType.TimestampTz, r => r.Hour.ToUniversalTime()), Numbers(rows, r => r.Sessions), Numbers(rows, r => r.Bounces),
        Numbers(rows, r => r.DurationMs), Numbers(rows, r => r.Events), Numbers(rows, r => r.Views));

    public static NpgsqlBatchCommand Days(IReadOnlyList<Row<DayRow>> rows) => Of(
        rows,
        """
        insert into activity.day as t (lane, day, visitors, new_visitors, customers)
        select u.lane, u.day, u.visitors, u.new_visitors, u.customers
        from unnest($1, $2, $3, $4, $5, $6) u(lane, opening, day, visitors, new_visitors, customers)
        join activity.lane l on l.lane = u.lane and l.opening = u.opening
        on conflict (day, lane) do update set (visitors, new_visitors, customers) = (excluded.visitors, excluded.new_visitors, excluded.customers)
        where (t.visitors, t.new_visitors, t.customers) is distinct from (excluded.visitors, excluded.new_visitors, excluded.customers)
        """,
        Rows<DayRow>.Column(rows, NpgsqlDbType.Date, r => r.Day), Numbers(rows, r => r.Visitors), Numbers(rows, r => r.NewVisitors), Numbers(rows, r => r.Customers));

    public static NpgsqlBatchCommand Retention(IReadOnlyList<Row<RetentionRow>> rows) => Of(
        rows,
        """
        insert into activity.retention as t (lane, cohort, days_later, visitors)
        select u.lane, u.cohort, u.days_later, u.visitors
        from unnest($1, $2, $3, $4, $5) u(lane, opening, cohort, days_later, visitors)
        join activity.lane l on l.lane = u.lane and l.opening = u.opening
        on conflict (cohort, days_later, lane) do update set visitors = excluded.visitors
        where t.visitors <> excluded.visitors
        """,
        Rows<RetentionRow>.Column(rows, NpgsqlDbType.Date, r => r.Cohort), Rows<RetentionRow>.Column(rows, NpgsqlDbType.Smallint, r => (short)r.DaysLater),
        Numbers(rows, r => r.Visitors));

    public static NpgsqlBatchCommand Funnels(IReadOnlyList<Row<FunnelRow>> rows) => Of(
        rows,
        """
        insert into activity.funnel as t (lane, day, funnel, step, visitors)
        select u.lane, u.day, u.funnel, u.step, u.visitors
        from unnest($1, $2, $3, $4, $5, $6) u(lane, opening, day, funnel, step, visitors)
        join activity.lane l on l.lane = u.lane and l.opening = u.opening
        on conflict (day, lane, funnel, step) do update set visitors = excluded.visitors
        where t.visitors <> excluded.visitors
        """,
        Rows<FunnelRow>.Column(rows, NpgsqlDbType.Date, r => r.Day), Rows<FunnelRow>.Column(rows, NpgsqlDbType.Text, r => StoredText.Key(r.Funnel)),
        Rows<FunnelRow>.Column(rows, NpgsqlDbType.Smallint, r => (short)r.Step), Numbers(rows, r => r.Visitors));

    /// <summary>Sessions, but for those that began before their visitor was erased. One that is final stays as it is.</summary>
    public static NpgsqlBatchCommand Sessions(IReadOnlyList<Row<SessionRow>> rows) => Of(
        rows,
        """
        insert into activity.session as t (
            session_id, visitor_id, customer_id, started_at, ended_at, is_final, events, views, clicks, entry_page, exit_page, referrer, device)
        select u.session_id, u.visitor_id, u.customer_id, u.started_at, u.ended_at, u.is_final, u.events, u.views, u.clicks, u.entry_page, u.exit_page, u.referrer, u.device
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) u(
            lane, opening, session_id, visitor_id, customer_id, started_at, ended_at, is_final, events, views, clicks, entry_page, exit_page, referrer, device)
        join activity.lane l on l.lane = u.lane and l.opening = u.opening
        where not exists (select 1 from activity.erasure e where e.visitor_hash = sha256(convert_to(u.visitor_id, 'UTF8')) and e.at >= u.started_at)
        on conflict (session_id) do update set (visitor_id, customer_id, started_at, ended_at, is_final, events, views, clicks, entry_page, exit_page, referrer, device)
            = (excluded.visitor_id, excluded.customer_id, excluded.started_at, excluded.ended_at, excluded.is_final, excluded.events, excluded.views, excluded.clicks,
                excluded.entry_page, excluded.exit_page, excluded.referrer, excluded.device)
        where (excluded.is_final or not t.is_final)
            and (t.customer_id, t.started_at, t.ended_at, t.is_final, t.events, t.views, t.clicks, t.entry_page, t.exit_page, t.referrer, t.device)
            is distinct from (excluded.customer_id, excluded.started_at, excluded.ended_at, excluded.is_final, excluded.events, excluded.views, excluded.clicks,
                excluded.entry_page, excluded.exit_page, excluded.referrer, excluded.device)
        """,
        Rows<SessionRow>.Column(rows, NpgsqlDbType.Uuid, r => r.SessionId), Texts(rows, r => r.VisitorId), Texts(rows, r => r.CustomerId),
        Rows<SessionRow>.Column(rows, NpgsqlDbType.TimestampTz, r => r.StartedAt.ToUniversalTime()),
        Rows<SessionRow>.Column(rows, NpgsqlDbType.TimestampTz, r => r.EndedAt.ToUniversalTime()), Rows<SessionRow>.Column(rows, NpgsqlDbType.Boolean, r => r.IsFinal),
        Rows<SessionRow>.Column(rows, NpgsqlDbType.Integer, r => r.Events), Rows<SessionRow>.Column(rows, NpgsqlDbType.Integer, r => r.Views),
        Rows<SessionRow>.Column(rows, NpgsqlDbType.Integer, r => r.Clicks), Texts(rows, r => r.EntryPage), Texts(rows, r => r.ExitPage), Texts(rows, r => r.Referrer),
        Texts(rows, r => r.Device));

    public static NpgsqlBatchCommand Merged(IReadOnlyList<Row<Guid>> rows) => Of(
        rows,
        """
        delete from activity.session t using unnest($1, $2, $3) u(lane, opening, session_id)
        join activity.lane l on l.lane = u.lane and l.opening = u.opening
        where t.session_id = u.session_id
        """,
        Rows<Guid>.Column(rows, NpgsqlDbType.Uuid, r => r));

    static NpgsqlBatchCommand Of<T>(IReadOnlyList<Row<T>> rows, string text, params ReadOnlySpan<NpgsqlParameter> columns)
    {
        var command = new NpgsqlBatchCommand(text)
        {
            Parameters = { PgArray.Column(rows, NpgsqlDbType.Integer, r => r.Lane), PgArray.Column(rows, NpgsqlDbType.Bigint, r => r.Claimed) },
        };
        foreach (var column in columns)
            command.Parameters.Add(column);
        return command;
    }

    static NpgsqlParameter Numbers<T>(IReadOnlyList<Row<T>> rows, Func<T, long> read) => Rows<T>.Column(rows, NpgsqlDbType.Bigint, read);

    static NpgsqlParameter Texts(IReadOnlyList<Row<SessionRow>> rows, Func<SessionRow, string?> read) =>
        Rows<SessionRow>.Column(rows, NpgsqlDbType.Text, r => StoredText.Clean(read(r)));
}
