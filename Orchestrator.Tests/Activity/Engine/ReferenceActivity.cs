using System.Text;
using Orchestrator.Activity;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Funnels;
using Orchestrator.Activity.Visitors;
using Orchestrator.Contracts.Activity;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Tests.Activity.Engine;

/// <summary>
/// The figures by brute force: which events count follows from the watermark alone; those are kept whole, and everything is worked out from all of them, sorted, each time that somebody
/// asks. Written from what the figures mean, without a look at how the engine comes to them.
/// </summary>
sealed class ReferenceActivity(EngineBounds bounds, IReadOnlyList<FunnelOptions> funnels)
{
    readonly List<ActivityEvent> _accepted = [];
    long _watermark = -1;
    long _duplicates;
    long _late;
    long _flooding;

    /// <summary>The latest time.</summary>
    public long WatermarkMs => _watermark;

    /// <summary>What became of the events.</summary>
    public LaneCounters Counters => new(_accepted.Count, _duplicates, _late, _flooding, 0);

    public IReadOnlyList<ActivityEvent> Accepted => _accepted;

    /// <summary>Takes the next event.</summary>
    public Taken Offer(ActivityEvent happened)
    {
        if (happened.TimeMs < _watermark - bounds.LatenessMs)
        {
            _late++;
            return Taken.Late;
        }
        _watermark = Math.Max(_watermark, happened.TimeMs);
        var mine = _accepted.Where(e => e.VisitorId == happened.VisitorId).ToList();
        if (mine.Any(e => e.EventId == happened.EventId))
        {
            _duplicates++;
            return Taken.Duplicate;
        }
        if (Split(mine.Append(happened)).Single(s => s.Any(e => e.EventId == happened.EventId)).Count > bounds.MaxSessionEvents)
        {
            _flooding++;
            return Taken.Flooding;
        }
        _accepted.Add(happened);
        return Taken.Counted;
    }

    /// <summary>All figures, as a store would have them.</summary>
    public StoredFigures Figures()
    {
        var figures = new StoredFigures();
        var sessions = _accepted.GroupBy(e => e.VisitorId).SelectMany(Split).Select(Summary).ToList();
        foreach (var row in sessions)
            figures.Sessions[row.Row.SessionId] = row.Row;
        var visitors = _accepted.GroupBy(e => e.VisitorId).Select(g => g.ToList()).ToList();

        foreach (var minute in _accepted.GroupBy(e => Floor(e.TimeMs, TimeSpan.FromMinutes(1))))
        {
            figures.Minutes[minute.Key] = new MinuteRow(
                minute.Key, minute.Count(), minute.Count(e => e.Type == ActivityType.PageView), minute.Count(e => e.Type == ActivityType.Click),
                minute.Count(e => e.Type == ActivityType.PagePing), minute.Count(e => e.Type == ActivityType.Custom),
                sessions.Count(s => Floor(s.Row.StartedAt.ToUnixTimeMilliseconds(), TimeSpan.FromMinutes(1)) == minute.Key),
                visitors.Count(v => Floor(v.Min(e => e.TimeMs), TimeSpan.FromMinutes(1)) == minute.Key));
        }
        foreach (var hour in sessions.GroupBy(s => Floor(s.Row.StartedAt.ToUnixTimeMilliseconds(), TimeSpan.FromHours(1))))
        {
            figures.SessionHours[hour.Key] = new SessionHourRow(
                hour.Key, hour.Count(), hour.Count(s => s.Row.Views <= 1), hour.Sum(s => (long)(s.Row.EndedAt - s.Row.StartedAt).TotalMilliseconds),
                hour.Sum(s => s.Row.Events), hour.Sum(s => s.Row.Views));
        }
        Breakdowns(figures, sessions);
        foreach (var day in _accepted.GroupBy(e => Day(e.TimeMs)))
        {
            figures.Days[day.Key] = new DayRow(
                day.Key, day.Select(e => e.VisitorId).Distinct().Count(), visitors.Count(v => Day(v.Min(e => e.TimeMs)) == day.Key),
                day.Where(e => e.CustomerId is not null).Select(e => e.VisitorId).Distinct().Count());
        }
        foreach (var visitor in visitors)
        {
            var first = Day(visitor.Min(e => e.TimeMs));
            foreach (var later in visitor.Select(e => Day(e.TimeMs).DayNumber - first.DayNumber).Distinct().Where(d => d < 64))
            {
                var before = figures.Retention.GetValueOrDefault((first, later));
                figures.Retention[(first, later)] = new RetentionRow(first, later, before.Visitors + 1);
            }
        }
        foreach (var funnel in funnels)
            Follow(figures, funnel, visitors);
        return figures;
    }

    /// <summary>What is shown when it is as late as the latest event.</summary>
    public LiveLane Live()
    {
        var newest = _watermark / 60_000;
        var since = newest - 31;
        var half = _accepted.Where(e => e.TimeMs / 60_000 > newest - 30).ToList();
        var secondSince = Math.Max(0, (_watermark / 1_000) - 359);
        var last = _accepted.GroupBy(e => e.VisitorId).Select(g => g.Max(e => e.TimeMs) / 1_000).ToList();
        return new LiveLane(
            DateTimeOffset.FromUnixTimeMilliseconds(_watermark), secondSince, [.. Enumerable.Range(0, 360).Select(i => last.Count(s => s == secondSince + i))], since,
            [.. Enumerable.Range(0, 32).Select(i => _accepted.Count(e => e.TimeMs / 60_000 == since + i))],
            [.. Enumerable.Range(0, 32).Select(i => _accepted.Count(e => e.TimeMs / 60_000 == since + i && e.Type == ActivityType.PageView))],
            Top(half.Where(e => e.Type == ActivityType.PageView).Select(e => e.Page!)),
            Top(_accepted.GroupBy(e => e.VisitorId).SelectMany(Split).Select(Summary)
                .Where(s => s.Row.StartedAt.ToUnixTimeMilliseconds() / 60_000 > newest - 30).Select(s => s.Row.Referrer!)),
            Top(half.Where(e => e.Type == ActivityType.PageView).Select(e => e.Device.Name())), Counters, last.Count);
    }

    /// <summary>Whether nothing can change a session any more, to the minute.</summary>
    bool IsFinal(long endMs) => _watermark / 60_000 > (endMs + bounds.GapMs + bounds.LatenessMs) / 60_000;

    IEnumerable<List<ActivityEvent>> Split(IEnumerable<ActivityEvent> events)
    {
        var session = new List<ActivityEvent>();
        foreach (var happened in events.OrderBy(e => e.TimeMs).ThenBy(e => NameHash.Of(e.EventId)))
        {
            if (session.Count > 0 && happened.TimeMs - session[^1].TimeMs > bounds.GapMs)
            {
                yield return session;
                session = [];
            }
            session.Add(happened);
        }
        if (session.Count > 0)
            yield return session;
    }

    (SessionRow Row, List<ActivityEvent> Events) Summary(List<ActivityEvent> events)
    {
        var views = events.Where(e => e.Type == ActivityType.PageView).ToList();
        // The event of it that came first made it, or made the oldest of those that it has become of.
        var maker = _accepted.First(e => e.VisitorId == events[0].VisitorId && events.Any(s => s.EventId == e.EventId));
        byte[] name = [.. maker.EventId.ToByteArray(bigEndian: true), .. Encoding.ASCII.GetBytes(maker.VisitorId)];
        return (new SessionRow(
            HashedId.Of(name), events[0].VisitorId, events.LastOrDefault(e => e.CustomerId is not null).CustomerId,
            DateTimeOffset.FromUnixTimeMilliseconds(events[0].TimeMs), DateTimeOffset.FromUnixTimeMilliseconds(events[^1].TimeMs), IsFinal(events[^1].TimeMs),
            events.Count, views.Count, events.Count(e => e.Type == ActivityType.Click), views.FirstOrDefault().Page, views.LastOrDefault().Page,
            events[0].Referrer ?? "(direct)", events[0].Device.Name()), events);
    }

    static void Breakdowns(StoredFigures figures, List<(SessionRow Row, List<ActivityEvent> Events)> sessions)
    {
        foreach (var (row, events) in sessions)
        {
            var views = events.Where(e => e.Type == ActivityType.PageView).ToList();
            foreach (var view in views)
            {
                Add(view, BreakdownKind.Page, view.Page!, r => r with { Views = r.Views + 1 });
                Add(view, BreakdownKind.Referrer, row.Referrer!, r => r with { Views = r.Views + 1 });
                Add(view, BreakdownKind.Device, view.Device.Name(), r => r with { Views = r.Views + 1 });
            }
            if (views.Count == 0)
                continue;
            foreach (var (kind, entry, exit) in new[]
            {
                (BreakdownKind.Page, views[0].Page!, views[^1].Page!), (BreakdownKind.Referrer, row.Referrer!, row.Referrer!), (BreakdownKind.Device, row.Device!, row.Device!),
            })
            {
                Add(views[0], kind, entry, r => r with { Entrances = r.Entrances + 1, Bounces = r.Bounces + (views.Count == 1 ? 1 : 0) });
                Add(views[^1], kind, exit, r => r with { Exits = r.Exits + 1 });
            }
        }

        void Add(ActivityEvent view, BreakdownKind kind, string key, Func<BreakdownRow, BreakdownRow> change)
        {
            var hour = Floor(view.TimeMs, TimeSpan.FromHours(1));
            var before = figures.Breakdowns.GetValueOrDefault((hour, kind, key), new BreakdownRow(hour, kind, key, 0, 0, 0, 0));
            figures.Breakdowns[(hour, kind, key)] = change(before);
        }
    }

    // From every event that is a first step, as far as the next steps follow; of all that begin on a day the one that comes furthest counts.
    static void Follow(StoredFigures figures, FunnelOptions funnel, List<List<ActivityEvent>> visitors)
    {
        foreach (var visitor in visitors)
        {
            var sorted = visitor.OrderBy(e => e.TimeMs).ThenBy(e => NameHash.Of(e.EventId)).ToList();
            var furthest = new Dictionary<DateOnly, int>();
            for (var first = 0; first < sorted.Count; first++)
            {
                if (!Is(sorted[first], funnel.Steps[0]))
                    continue;
                var step = 1;
                for (var next = first + 1; next < sorted.Count && step < funnel.Steps.Count; next++)
                {
                    if (sorted[next].TimeMs - sorted[first].TimeMs <= funnel.WindowMinutes * 60_000L && Is(sorted[next], funnel.Steps[step]))
                        step++;
                }
                var day = Day(sorted[first].TimeMs);
                furthest[day] = Math.Max(furthest.GetValueOrDefault(day), step);
            }
            foreach (var (day, reached) in furthest)
            {
                for (var step = 1; step <= funnel.Steps.Count; step++)
                {
                    var before = figures.Funnels.GetValueOrDefault((funnel.Name, day, step));
                    figures.Funnels[(funnel.Name, day, step)] = new FunnelRow(funnel.Name, day, step, before.Visitors + (step <= reached ? 1 : 0));
                }
            }
        }
    }

    static bool Is(ActivityEvent happened, string step) => step switch
    {
        _ when step.StartsWith("event:", StringComparison.Ordinal) => happened.Type == ActivityType.Custom && happened.Name == step["event:".Length..],
        _ when happened.Type != ActivityType.PageView => false,
        _ when step.EndsWith('*') => happened.Page!.StartsWith(step[..^1], StringComparison.Ordinal),
        _ => happened.Page == step,
    };

    static List<KeyCount> Top(IEnumerable<string> keys) =>
        [.. keys.GroupBy(k => k).Select(g => new KeyCount(g.Key, g.Count())).OrderByDescending(k => k.Count).ThenBy(k => k.Key, StringComparer.Ordinal)];

    static DateTimeOffset Floor(long ms, TimeSpan unit) => DateTimeOffset.UnixEpoch.AddTicks(ms * TimeSpan.TicksPerMillisecond / unit.Ticks * unit.Ticks);

    static DateOnly Day(long ms) => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime);
}
