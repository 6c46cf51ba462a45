namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>What the functions of the language compute. Not a number stands for missing, in and out.</summary>
static class RuleFunctions
{
    const long AnHour = 3_600_000;
    const long ADay = 24 * AnHour;

    // A Monday before any time there is, so that divisions go down and never towards zero.
    const long LongAgo = -1_000_002 * ADay;

    public static double Round(double value) => Math.Round(value, MidpointRounding.AwayFromZero);

    public static double Sqrt(double value) => Finite(Math.Sqrt(value));

    public static double Ln(double value) => Finite(Math.Log(value));

    public static double MinutesBetween(double from, double to) => (to - from) / 60_000;

    public static double HoursBetween(double from, double to) => (to - from) / AnHour;

    public static double DaysBetween(double from, double to) => (to - from) / ADay;

    public static double Hour(double time) => double.IsNaN(time) ? time : ((long)time - LongAgo) / AnHour % 24;

    public static double Minute(double time) => double.IsNaN(time) ? time : ((long)time - LongAgo) / 60_000 % 60;

    /// <summary>Monday is 1 and Sunday 7.</summary>
    public static double Weekday(double time) => double.IsNaN(time) ? time : (((long)time - LongAgo) / ADay % 7) + 1;

    public static double DayOfMonth(double time) => double.IsNaN(time) ? time : DateTimeOffset.FromUnixTimeMilliseconds((long)time).Day;

    public static double StartsWith(string? text, string? part) =>
        text is null || part is null ? double.NaN : text.StartsWith(part, StringComparison.Ordinal) ? 1 : 0;

    public static double EndsWith(string? text, string? part) => text is null || part is null ? double.NaN : text.EndsWith(part, StringComparison.Ordinal) ? 1 : 0;

    public static double Contains(string? text, string? part) => text is null || part is null ? double.NaN : text.Contains(part, StringComparison.Ordinal) ? 1 : 0;

    /// <summary>The value, or the bound that it is beyond.</summary>
    public static double Clamp(double value, double low, double high, double unused, double unusedToo) =>
        low > high ? double.NaN : Math.Min(Math.Max(value, low), high);

    /// <summary>From low to high while the value goes from one bound to the other.</summary>
    public static double Ramp(double value, double from, double to, double low, double high) =>
        Finite(low + ((high - low) * Math.Min(Math.Max(Finite((value - from) / (to - from)), 0), 1)));

    public static double Finite(double value) => double.IsFinite(value) ? value : double.NaN;
}
