namespace Orchestrator.Activity.Figures;

/// <summary>Event time in the units of figures, all counted from 1970, UTC.</summary>
static class Time
{
    /// <summary>Milliseconds of a minute.</summary>
    public const long MinuteMs = 60_000;

    /// <summary>Milliseconds of an hour.</summary>
    public const long HourMs = 60 * MinuteMs;

    /// <summary>Milliseconds of a day.</summary>
    public const long DayMs = 24 * HourMs;

    /// <summary>The minute.</summary>
    public static long Minute(long ms) => ms / MinuteMs;

    /// <summary>The hour.</summary>
    public static int Hour(long ms) => (int)(ms / HourMs);

    /// <summary>The day.</summary>
    public static int Day(long ms) => (int)(ms / DayMs);

    /// <summary>The instant.</summary>
    public static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    /// <summary>The date.</summary>
    public static DateOnly Date(int day) => DateOnly.FromDayNumber(DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + day);
}
