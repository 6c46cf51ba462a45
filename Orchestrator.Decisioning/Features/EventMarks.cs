namespace Orchestrator.Decisioning.Features;

/// <summary>What is known of an event beyond its time and amount. The numbers are part of snapshots: never change one.</summary>
[Flags]
public enum EventMarks : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The amount was at least <see cref="HighAmounts.High"/> times the median of the account's amounts before it.</summary>
    High = 1,

    /// <summary>The amount was at least <see cref="HighAmounts.VeryHigh"/> times that median.</summary>
    VeryHigh = 2,

    /// <summary>A label said that it was a fraud.</summary>
    Fraud = 4,

    /// <summary>It was declined: it counts as having been tried, and the account learns nothing from its amount.</summary>
    Declined = 8,
}

/// <summary>Which events of a window count.</summary>
public enum Only
{
    /// <summary>All.</summary>
    All = 0,

    /// <summary>Those of a high amount.</summary>
    High = 1,

    /// <summary>Those of a very high amount.</summary>
    VeryHigh = 2,

    /// <summary>Known frauds.</summary>
    Fraud = 3,

    /// <summary>
    /// Known frauds of an amount that was usual for the account: what gave them away was not the amount, so the place or the device is suspected.
    /// </summary>
    UnexplainedFraud = 4,
}

/// <summary>From when on an amount counts as high for its account; measured by the account's own median, so no sum of money is written here.</summary>
public static class HighAmounts
{
    /// <summary>Times the median.</summary>
    public const double High = 2;

    /// <summary>Times the median.</summary>
    public const double VeryHigh = 3;

    /// <summary>How many amounts make a median worth comparing with.</summary>
    public const int MinimumHistory = 5;

    /// <summary>The marks of an amount.</summary>
    internal static EventMarks Of(long amount, double median, int history) =>
        history < MinimumHistory ? EventMarks.None
        : amount >= median * VeryHigh ? EventMarks.High | EventMarks.VeryHigh
        : amount >= median * High ? EventMarks.High
        : EventMarks.None;

    /// <summary>Which marks <paramref name="only"/> looks at, and what they have to be.</summary>
    internal static (EventMarks Mask, EventMarks Value) Match(this Only only) => only switch
    {
        Only.All => (EventMarks.None, EventMarks.None),
        Only.High => (EventMarks.High, EventMarks.High),
        Only.VeryHigh => (EventMarks.VeryHigh, EventMarks.VeryHigh),
        Only.Fraud => (EventMarks.Fraud, EventMarks.Fraud),
        Only.UnexplainedFraud => (EventMarks.Fraud | EventMarks.High, EventMarks.Fraud),
        _ => throw new ArgumentOutOfRangeException(nameof(only), only, "no such filter"),
    };
}
