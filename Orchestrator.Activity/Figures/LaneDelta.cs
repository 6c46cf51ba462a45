namespace Orchestrator.Activity.Figures;

/// <summary>
/// What a lane has to have stored: the rows that have changed since it last handed over, each with its whole value and not with a difference, so that storing them twice, or again
/// after a crash, changes nothing. Figures of a site are the sums over its lanes.
/// </summary>
/// <param name="Lane">The partition.</param>
/// <param name="Position">The offset behind the last message that is in it.</param>
/// <param name="At">When it was handed over, UTC.</param>
/// <param name="Live">What moves with the clock.</param>
/// <param name="Minutes">Events by minute.</param>
/// <param name="Breakdowns">Views by hour and page, referrer, device.</param>
/// <param name="SessionHours">Sessions by the hour in which they began.</param>
/// <param name="Days">Visitors by day.</param>
/// <param name="Retention">Who came back, by day.</param>
/// <param name="Funnels">How far visitors came, by day.</param>
/// <param name="Sessions">Sessions.</param>
/// <param name="Merged">Sessions that are parts of others now, and no sessions any more.</param>
public sealed record LaneDelta(
    int Lane, long Position, DateTimeOffset At, LiveLane Live, IReadOnlyList<MinuteRow> Minutes, IReadOnlyList<BreakdownRow> Breakdowns,
    IReadOnlyList<SessionHourRow> SessionHours, IReadOnlyList<DayRow> Days, IReadOnlyList<RetentionRow> Retention, IReadOnlyList<FunnelRow> Funnels,
    IReadOnlyList<SessionRow> Sessions, IReadOnlyList<Guid> Merged);

/// <summary>Events of a minute of event time.</summary>
/// <param name="Minute">When it begins, UTC.</param>
/// <param name="Events">All of them.</param>
/// <param name="Views">Page views.</param>
/// <param name="Clicks">Clicks.</param>
/// <param name="Pings">Pings.</param>
/// <param name="Customs">Named by the site.</param>
/// <param name="Sessions">Sessions that began in it.</param>
/// <param name="NewVisitors">Visitors whose first event is in it.</param>
public readonly record struct MinuteRow(DateTimeOffset Minute, long Events, long Views, long Clicks, long Pings, long Customs, long Sessions, long NewVisitors);

/// <summary>What views are broken down by.</summary>
public enum BreakdownKind
{
    /// <summary>The page's path, without query and fragment.</summary>
    Page = 1,

    /// <summary>The host that the session came from; <c>(direct)</c> for none.</summary>
    Referrer = 2,

    /// <summary><c>desktop</c>, <c>mobile</c>, <c>tablet</c>, <c>bot</c> or <c>other</c>, as the browser names itself.</summary>
    Device = 3,
}

/// <summary>Views of an hour of one page, referrer or kind of device. Entrances, exits and bounces are those of sessions, in the hour of the view that they are about.</summary>
/// <param name="Hour">When it begins, UTC.</param>
/// <param name="Kind">What <paramref name="Key"/> is.</param>
/// <param name="Key">Which page, host or device; <c>(other)</c> for those beyond the most that are told apart.</param>
/// <param name="Views">Page views.</param>
/// <param name="Entrances">Sessions that began with it.</param>
/// <param name="Exits">Sessions whose last view it is.</param>
/// <param name="Bounces">Sessions that began with it and had no other view.</param>
public readonly record struct BreakdownRow(DateTimeOffset Hour, BreakdownKind Kind, string Key, long Views, long Entrances, long Exits, long Bounces);

/// <summary>Sessions that began in an hour.</summary>
/// <param name="Hour">When it begins, UTC.</param>
/// <param name="Sessions">How many.</param>
/// <param name="Bounces">How many had one view or none.</param>
/// <param name="DurationMs">From first to last event, added up, in milliseconds.</param>
/// <param name="Events">Their events.</param>
/// <param name="Views">Their views.</param>
public readonly record struct SessionHourRow(DateTimeOffset Hour, long Sessions, long Bounces, long DurationMs, long Events, long Views);

/// <summary>Visitors of a day, UTC, each counted once.</summary>
/// <param name="Day">The day.</param>
/// <param name="Visitors">Who did anything.</param>
/// <param name="NewVisitors">Whose first event is on that day.</param>
/// <param name="Customers">Visitors who were known as customers.</param>
public readonly record struct DayRow(DateOnly Day, long Visitors, long NewVisitors, long Customers);

/// <summary>Of the visitors whose first event is on a day, how many did anything so many days later.</summary>
/// <param name="Cohort">The day of the first event.</param>
/// <param name="DaysLater">From 0, at most 63.</param>
/// <param name="Visitors">How many.</param>
public readonly record struct RetentionRow(DateOnly Cohort, int DaysLater, long Visitors);

/// <summary>How many visitors came how far in a funnel, by the day of their first step.</summary>
/// <param name="Funnel">Its name.</param>
/// <param name="Day">The day.</param>
/// <param name="Step">From 1.</param>
/// <param name="Visitors">Who reached this step or a later one.</param>
public readonly record struct FunnelRow(string Funnel, DateOnly Day, int Step, long Visitors);

/// <summary>A session.</summary>
/// <param name="SessionId">Identifies it, until it merges into an older one.</param>
/// <param name="VisitorId">Whose.</param>
/// <param name="CustomerId">Whose, once known.</param>
/// <param name="StartedAt">Its first event, UTC.</param>
/// <param name="EndedAt">Its last event so far, UTC.</param>
/// <param name="IsFinal">Whether no event can change it any more.</param>
/// <param name="Events">How many.</param>
/// <param name="Views">Page views.</param>
/// <param name="Clicks">Clicks.</param>
/// <param name="EntryPage">The path of its first view.</param>
/// <param name="ExitPage">The path of its last view.</param>
/// <param name="Referrer">The host it came from.</param>
/// <param name="Device">The kind of device.</param>
public sealed record SessionRow(
    Guid SessionId, string VisitorId, string? CustomerId, DateTimeOffset StartedAt, DateTimeOffset EndedAt, bool IsFinal, int Events, int Views, int Clicks,
    string? EntryPage, string? ExitPage, string? Referrer, string? Device);
