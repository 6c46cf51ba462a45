using System.Globalization;

namespace Orchestrator.Ledger.Reports;

/// <summary>Where a page of a report ends: the day and key of its last row.</summary>
/// <param name="Day">The day.</param>
/// <param name="Key">The row's key within the day.</param>
public sealed record ReportCursor(DateOnly Day, string Key)
{
    const char Separator = '~';
    const int MaxLength = 200;

    /// <summary>Reads what <see cref="ToString"/> has written.</summary>
    public static bool TryParse(string text, out ReportCursor cursor)
    {
        cursor = new ReportCursor(default, "");
        if (text.Length > MaxLength || text.Split(Separator) is not [var day, { Length: > 0 } key] || key.Any(c => c is < ' ' or > '~')
            || !DateOnly.TryParseExact(day, ReportRange.DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return false;
        cursor = new ReportCursor(date, key);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => $"{Day.ToString(ReportRange.DayFormat, CultureInfo.InvariantCulture)}{Separator}{Key}";
}

/// <summary>The days that a report is asked for, both included.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last; not before the first.</param>
public sealed record ReportRange(DateOnly From, DateOnly To)
{
    /// <summary>How days are written.</summary>
    public const string DayFormat = "yyyy-MM-dd";

    /// <summary>How many days.</summary>
    public int Days => To.DayNumber - From.DayNumber + 1;
}
