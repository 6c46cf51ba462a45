using Orchestrator.Activity.Funnels;

namespace Orchestrator.Activity.Figures;

/// <summary>Events of a minute.</summary>
sealed class MinuteFigure(long minute) : Tracked
{
    /// <summary>The minute.</summary>
    public long Minute { get; } = minute;

    /// <summary>Events by type, in the order of the types.</summary>
    public long[] ByType { get; } = new long[4];

    /// <summary>Sessions that began in it.</summary>
    public long Sessions { get; set; }

    /// <summary>Visitors whose first event is in it.</summary>
    public long NewVisitors { get; set; }

    /// <summary>All events.</summary>
    public long Events => ByType[0] + ByType[1] + ByType[2] + ByType[3];

    /// <summary>Page views.</summary>
    public long Views => ByType[(int)Contracts.Activity.ActivityType.PageView];

    /// <summary>As it is stored.</summary>
    public MinuteRow Row() => new(
        Time.At(Minute * Time.MinuteMs), Events, Views, ByType[(int)Contracts.Activity.ActivityType.Click], ByType[(int)Contracts.Activity.ActivityType.PagePing],
        ByType[(int)Contracts.Activity.ActivityType.Custom], Sessions, NewVisitors);
}

/// <summary>Sessions that began in an hour.</summary>
sealed class SessionHourFigure(int hour) : Tracked
{
    /// <summary>The hour.</summary>
    public int Hour { get; } = hour;

    /// <summary>How many.</summary>
    public long Sessions { get; set; }

    /// <summary>How many had one view or none.</summary>
    public long Bounces { get; set; }

    /// <summary>From first to last event, added up.</summary>
    public long DurationMs { get; set; }

    /// <summary>Their events.</summary>
    public long Events { get; set; }

    /// <summary>Their views.</summary>
    public long Views { get; set; }

    /// <summary>How many of them may still change.</summary>
    public int Open { get; set; }

    /// <summary>As it is stored.</summary>
    public SessionHourRow Row() => new(Time.At(Hour * Time.HourMs), Sessions, Bounces, DurationMs, Events, Views);
}

/// <summary>Views of an hour of one page, referrer or kind of device.</summary>
sealed class BreakdownFigure(int hour, BreakdownKind kind, string key) : Tracked
{
    /// <summary>The hour.</summary>
    public int Hour { get; } = hour;

    /// <summary>What the key is.</summary>
    public BreakdownKind Kind { get; } = kind;

    /// <summary>The key.</summary>
    public string Key { get; } = key;

    /// <summary>Page views.</summary>
    public long Views { get; set; }

    /// <summary>Sessions that began with it.</summary>
    public long Entrances { get; set; }

    /// <summary>Sessions whose last view it is.</summary>
    public long Exits { get; set; }

    /// <summary>Sessions that had no other view.</summary>
    public long Bounces { get; set; }

    /// <summary>How many sessions that may still change begin or end with it.</summary>
    public int Open { get; set; }

    /// <summary>As it is stored.</summary>
    public BreakdownRow Row() => new(Time.At(Hour * Time.HourMs), Kind, Key, Views, Entrances, Exits, Bounces);
}

/// <summary>Visitors of a day.</summary>
sealed class DayFigure(int day) : Tracked
{
    /// <summary>The day.</summary>
    public int Day { get; } = day;

    /// <summary>Who did anything.</summary>
    public long Visitors { get; set; }

    /// <summary>Whose first event is on it.</summary>
    public long NewVisitors { get; set; }

    /// <summary>Who was known as a customer in some event of it.</summary>
    public long Customers { get; set; }

    /// <summary>As it is stored.</summary>
    public DayRow Row() => new(Time.Date(Day), Visitors, NewVisitors, Customers);
}

/// <summary>Who of those that came first on a day came some days later.</summary>
sealed class RetentionFigure(int cohort, int daysLater) : Tracked
{
    /// <summary>The day of the first event.</summary>
    public int Cohort { get; } = cohort;

    /// <summary>How many days later.</summary>
    public int DaysLater { get; } = daysLater;

    /// <summary>How many.</summary>
    public long Visitors { get; set; }

    /// <summary>As it is stored.</summary>
    public RetentionRow Row() => new(Time.Date(Cohort), DaysLater, Visitors);
}

/// <summary>How far visitors came in a funnel that they began on a day.</summary>
sealed class FunnelFigure(FunnelPlan.Funnel funnel, int day) : Tracked
{
    /// <summary>The funnel.</summary>
    public FunnelPlan.Funnel Funnel { get; } = funnel;

    /// <summary>The day.</summary>
    public int Day { get; } = day;

    /// <summary>By step: who reached it or a later one.</summary>
    public long[] Visitors { get; } = new long[funnel.Steps.Length];

    /// <summary>As it is stored.</summary>
    public IEnumerable<FunnelRow> Rows() => Visitors.Select((visitors, step) => new FunnelRow(Funnel.Name, Time.Date(Day), step + 1, visitors));
}
