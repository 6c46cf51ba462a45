using System.Text;
using Orchestrator.Activity.Figures;

namespace Orchestrator.Tests.Activity.Engine;

/// <summary>What a store has when it does with each hand-over what a store has to do: rows by key, sessions that are none any more deleted first.</summary>
sealed class StoredFigures
{
    LaneDelta? _waiting;

    public SortedDictionary<DateTimeOffset, MinuteRow> Minutes { get; } = [];

    public SortedDictionary<(DateTimeOffset Hour, BreakdownKind Kind, string Key), BreakdownRow> Breakdowns { get; } = [];

    public SortedDictionary<DateTimeOffset, SessionHourRow> SessionHours { get; } = [];

    public SortedDictionary<DateOnly, DayRow> Days { get; } = [];

    public SortedDictionary<(DateOnly Cohort, int Later), RetentionRow> Retention { get; } = [];

    public SortedDictionary<(string Funnel, DateOnly Day, int Step), FunnelRow> Funnels { get; } = [];

    public SortedDictionary<Guid, SessionRow> Sessions { get; } = [];

    /// <summary>Takes a hand-over as a sink does: the one before is stored first, and this one waits.</summary>
    public void Take(Func<LaneDelta> make)
    {
        Settle();
        _waiting = make();
    }

    /// <summary>What waits is stored.</summary>
    public void Settle()
    {
        if (_waiting is { } delta)
            Store(delta);
        _waiting = null;
    }

    /// <summary>The process has died: what waits is not stored.</summary>
    public void Crash() => _waiting = null;

    void Store(LaneDelta delta)
    {
        foreach (var row in delta.Minutes)
            Minutes[row.Minute] = row;
        foreach (var row in delta.Breakdowns)
            Breakdowns[(row.Hour, row.Kind, row.Key)] = row;
        foreach (var row in delta.SessionHours)
            SessionHours[row.Hour] = row;
        foreach (var row in delta.Days)
            Days[row.Day] = row;
        foreach (var row in delta.Retention)
            Retention[(row.Cohort, row.DaysLater)] = row;
        foreach (var row in delta.Funnels)
            Funnels[(row.Funnel, row.Day, row.Step)] = row;
        foreach (var id in delta.Merged)
            Sessions.Remove(id);
        foreach (var row in delta.Sessions)
            Sessions[row.SessionId] = row;
    }

    /// <summary>All of it, line by line, without figures of nothing.</summary>
    public override string ToString() => Lines(Sessions.Values);

    /// <summary>The same without what sessions are called, and which are final: names follow from what came first.</summary>
    public string Counts() => Lines(
        Sessions.Values.Select(s => s with { SessionId = Guid.Empty, IsFinal = false }).OrderBy(s => s.VisitorId, StringComparer.Ordinal).ThenBy(s => s.StartedAt));

    string Lines(IEnumerable<SessionRow> sessions)
    {
        var text = new StringBuilder();
        Add(Minutes.Values.Where(r => r is not { Events: 0, Sessions: 0, NewVisitors: 0 }));
        Add(Breakdowns.Values.Where(r => r is not { Views: 0, Entrances: 0, Exits: 0, Bounces: 0 }));
        Add(SessionHours.Values.Where(r => r.Sessions != 0 || r.Events != 0 || r.DurationMs != 0 || r.Bounces != 0));
        Add(Days.Values.Where(r => r is not { Visitors: 0, NewVisitors: 0, Customers: 0 }));
        Add(Retention.Values.Where(r => r.Visitors != 0));
        Add(Funnels.Values.Where(r => r.Visitors != 0));
        Add(sessions);
        return text.ToString();

        void Add<T>(IEnumerable<T> rows)
        {
            foreach (var row in rows)
                text.Append(row).Append('\n');
        }
    }
}
