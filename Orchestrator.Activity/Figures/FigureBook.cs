using Orchestrator.Activity.Funnels;
using Orchestrator.Activity.Sessions;
using Orchestrator.Activity.Visitors;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Activity.Figures;

/// <summary>
/// All figures of a lane. An event changes a few of them; when it changes a session, what the session contributed before is taken out and what it contributes now is put in. So
/// they are those of the events that count, in whatever order these come.
/// </summary>
sealed partial class FigureBook
{
    readonly EngineBounds _bounds;
    readonly FunnelPlan _plan;
    readonly Buckets<long, MinuteFigure> _minutes = new(m => new MinuteFigure(m));
    readonly Buckets<int, SessionHourFigure> _sessionHours = new(h => new SessionHourFigure(h));
    readonly Buckets<int, DayFigure> _days = new(d => new DayFigure(d));
    readonly Buckets<(int Cohort, int Later), RetentionFigure> _retention = new(k => new RetentionFigure(k.Cohort, k.Later));
    readonly Buckets<(int Funnel, int Day), FunnelFigure> _funnels;
    readonly Breakdowns _breakdowns;
    readonly TopKeys _pages;
    readonly TopKeys _referrers;
    readonly TopKeys _devices;

    /// <summary>Figures of nothing.</summary>
    public FigureBook(EngineBounds bounds, FunnelPlan plan)
    {
        (_bounds, _plan) = (bounds, plan);
        _funnels = new(k => new FunnelFigure(plan.All[k.Funnel], k.Day));
        _breakdowns = new Breakdowns(bounds.MaxKeysAnHour);
        (_pages, _referrers, _devices) = (new TopKeys(bounds.MaxLiveKeys), new TopKeys(bounds.MaxLiveKeys), new TopKeys(bounds.MaxLiveKeys));
    }

    /// <summary>Visitors by the second of their last event.</summary>
    public ActiveSeconds Active { get; } = new();

    /// <summary>How many figures are kept.</summary>
    public int Kept => _minutes.Count + _sessionHours.Count + _days.Count + _retention.Count + _funnels.Count + _breakdowns.Count;

    /// <summary>How many have changed since the last hand-over.</summary>
    public int Changed => _minutes.Changed + _sessionHours.Changed + _days.Changed + _retention.Changed + _funnels.Changed + _breakdowns.Changed;

    /// <summary>Counts an event.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="referrer">Where its session came from.</param>
    public void Count(in ActivityEvent happened, string referrer)
    {
        var minute = Time.Minute(happened.TimeMs);
        _minutes.Touch(minute).ByType[(int)happened.Type]++;
        if (happened.Type != ActivityType.PageView)
            return;
        var (hour, device) = (Time.Hour(happened.TimeMs), happened.Device.Name());
        _breakdowns.Touch(hour, BreakdownKind.Page, happened.Page!).Views++;
        _breakdowns.Touch(hour, BreakdownKind.Referrer, referrer).Views++;
        _breakdowns.Touch(hour, BreakdownKind.Device, device).Views++;
        _pages.Add(minute, happened.Page!, 1);
        _devices.Add(minute, device, 1);
    }

    /// <summary>Views that were counted as of sessions from one place are of sessions from another.</summary>
    public void Move(in HourViews views, string from, string to)
    {
        for (var i = 0; i < views.Count; i++)
        {
            var (hour, count) = views[i];
            _breakdowns.Touch(hour, BreakdownKind.Referrer, from).Views -= count;
            _breakdowns.Touch(hour, BreakdownKind.Referrer, to).Views += count;
        }
    }

    /// <summary>Puts in a session.</summary>
    public void Add(in Standing session) => Count(session, 1, Parts.All);

    /// <summary>Takes out a session.</summary>
    public void Remove(in Standing session) => Count(session, -1, Parts.All);

    /// <summary>A session is not what it was.</summary>
    public void Change(in Standing before, in Standing after)
    {
        var parts = Parts.Hour;
        if (Time.Minute(before.StartMs) != Time.Minute(after.StartMs) || !Same(before.Referrer, after.Referrer))
            parts |= Parts.Start;
        var isElsewhere = !Same(before.Referrer, after.Referrer) || before.Device != after.Device;
        if (isElsewhere || before.EntryHour != after.EntryHour || !Same(before.EntryPage, after.EntryPage) || (before.Views == 1) != (after.Views == 1))
            parts |= Parts.Entry;
        if (isElsewhere || before.ExitHour != after.ExitHour || !Same(before.ExitPage, after.ExitPage))
            parts |= Parts.Exit;
        Count(before, -1, parts);
        Count(after, 1, parts);
    }

    /// <summary>A session may change as long as it is open: its figures stay here as long.</summary>
    public void Open(in Standing session) => Hold(session, 1);

    /// <summary>A session changes no more.</summary>
    public void Close(in Standing session) => Hold(session, -1);

    /// <summary>Counts a visitor's day, as far as it was not counted before.</summary>
    public void CountDay(Visitor visitor, long ms, bool isCustomer, bool isNew)
    {
        var day = Time.Day(ms);
        if (isNew)
        {
            visitor.FirstMs = visitor.LastMs = ms;
            _minutes.Touch(Time.Minute(ms)).NewVisitors++;
            _days.Touch(day).NewVisitors++;
            Active.Add(ms);
        }
        else
        {
            if (ms < visitor.FirstMs)
                BeginEarlier(visitor, ms);
            if (ms > visitor.LastMs)
                GoOn(visitor, ms);
        }
        var bit = (byte)(1 << (Time.Day(visitor.LastMs) - day));
        if ((visitor.RecentDays & bit) == 0)
        {
            visitor.RecentDays |= bit;
            _days.Touch(day).Visitors++;
        }
        if (isCustomer && (visitor.RecentCustomerDays & bit) == 0)
        {
            visitor.RecentCustomerDays |= bit;
            _days.Touch(day).Customers++;
        }
        var (first, later) = (Time.Day(visitor.FirstMs), day - Time.Day(visitor.FirstMs));
        if (later >= Visitor.DaysKept || (visitor.Days & (1ul << later)) != 0)
            return;
        visitor.Days |= 1ul << later;
        _retention.Touch((first, later)).Visitors++;
    }

    /// <summary>A visitor has come further in a funnel that was begun on a day.</summary>
    public void CountFunnel(int funnel, int day, int before, int after)
    {
        var figure = _funnels.Touch((funnel, day));
        for (var step = before; step < after; step++)
            figure.Visitors[step]++;
    }

    /// <summary>Forgets what cannot change any more and is stored.</summary>
    public void Forget(long watermarkMs)
    {
        var open = watermarkMs - _bounds.LatenessMs;
        var minute = Math.Min(Time.Minute(open), Time.Minute(watermarkMs) - LiveMinutes);
        var (hour, day) = (Time.Hour(Math.Max(0, open)), Time.Day(Math.Max(0, open)));
        _minutes.Forget((m, _) => m < minute);
        _sessionHours.Forget((h, f) => h < hour && f.Open == 0);
        _breakdowns.Forget(hour);
        _days.Forget((d, _) => d < day);
        _retention.Forget((k, _) => k.Cohort + k.Later < day);
        _funnels.Forget((k, f) => ((k.Day + 1) * Time.DayMs) + f.Funnel.WindowMs < open);
    }

    // The day of the first event is the one from which days are counted.
    void BeginEarlier(Visitor visitor, long ms)
    {
        var (before, after) = (Time.Day(visitor.FirstMs), Time.Day(ms));
        _minutes.Touch(Time.Minute(visitor.FirstMs)).NewVisitors--;
        _minutes.Touch(Time.Minute(ms)).NewVisitors++;
        visitor.FirstMs = ms;
        if (before == after)
            return;
        _days.Touch(before).NewVisitors--;
        _days.Touch(after).NewVisitors++;
        CountRetention(before, visitor.Days, -1);
        visitor.Days <<= before - after;
        CountRetention(after, visitor.Days, 1);
    }

    void CountRetention(int cohort, ulong days, int change)
    {
        for (; days != 0; days &= days - 1)
            _retention.Touch((cohort, System.Numerics.BitOperations.TrailingZeroCount(days))).Visitors += change;
    }

    void GoOn(Visitor visitor, long ms)
    {
        var days = Time.Day(ms) - Time.Day(visitor.LastMs);
        if (days > 0)
        {
            visitor.RecentDays = days < 8 ? (byte)(visitor.RecentDays << days) : (byte)0;
            visitor.RecentCustomerDays = days < 8 ? (byte)(visitor.RecentCustomerDays << days) : (byte)0;
        }
        Active.Remove(visitor.LastMs);
        Active.Add(ms);
        visitor.LastMs = ms;
    }

    void Count(in Standing session, int change, Parts parts)
    {
        if (parts.HasFlag(Parts.Start))
        {
            var minute = Time.Minute(session.StartMs);
            _minutes.Touch(minute).Sessions += change;
            _referrers.Add(minute, session.Referrer, change);
        }
        var hour = _sessionHours.Touch(Time.Hour(session.StartMs));
        hour.Sessions += change;
        hour.Bounces += session.Views <= 1 ? change : 0;
        hour.DurationMs += change * session.DurationMs;
        hour.Events += change * session.Events;
        hour.Views += change * session.Views;
        hour.Open += change;
        if (session.Views == 0)
            return;
        var device = session.Device.Name();
        if (parts.HasFlag(Parts.Entry))
        {
            var bounces = session.Views == 1 ? change : 0;
            Enter(_breakdowns.Touch(session.EntryHour, BreakdownKind.Page, session.EntryPage!), change, bounces);
            Enter(_breakdowns.Touch(session.EntryHour, BreakdownKind.Referrer, session.Referrer), change, bounces);
            Enter(_breakdowns.Touch(session.EntryHour, BreakdownKind.Device, device), change, bounces);
        }
        if (parts.HasFlag(Parts.Exit))
        {
            Leave(_breakdowns.Touch(session.ExitHour, BreakdownKind.Page, session.ExitPage!), change);
            Leave(_breakdowns.Touch(session.ExitHour, BreakdownKind.Referrer, session.Referrer), change);
            Leave(_breakdowns.Touch(session.ExitHour, BreakdownKind.Device, device), change);
        }
    }

    void Hold(in Standing session, int change)
    {
        _sessionHours.Get(Time.Hour(session.StartMs)).Open += change;
        if (session.Views == 0)
            return;
        var device = session.Device.Name();
        _breakdowns.Get(session.EntryHour, BreakdownKind.Page, session.EntryPage!).Open += change;
        _breakdowns.Get(session.EntryHour, BreakdownKind.Referrer, session.Referrer).Open += change;
        _breakdowns.Get(session.EntryHour, BreakdownKind.Device, device).Open += change;
        _breakdowns.Get(session.ExitHour, BreakdownKind.Page, session.ExitPage!).Open += change;
        _breakdowns.Get(session.ExitHour, BreakdownKind.Referrer, session.Referrer).Open += change;
        _breakdowns.Get(session.ExitHour, BreakdownKind.Device, device).Open += change;
    }

    static void Enter(BreakdownFigure figure, int change, int bounces)
    {
        figure.Entrances += change;
        figure.Bounces += bounces;
        figure.Open += change;
    }

    static void Leave(BreakdownFigure figure, int change)
    {
        figure.Exits += change;
        figure.Open += change;
    }

    static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.Ordinal);

    [Flags]
    enum Parts
    {
        Hour = 0,
        Start = 1,
        Entry = 2,
        Exit = 4,
        All = Start | Entry | Exit,
    }
}
