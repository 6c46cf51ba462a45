using System.Globalization;

namespace Orchestrator.Ledger.Statements;

/// <summary>A calendar month, UTC.</summary>
public readonly record struct Month : IComparable<Month>
{
    const string Format = "yyyy-MM";
    const int FirstYear = 1970;
    const int LastYear = 2200;

    Month(DateOnly first) => First = first;

    /// <summary>Its first day.</summary>
    public DateOnly First { get; }

    /// <summary>When it begins, UTC.</summary>
    public DateTimeOffset Start => new(First, TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>When it is over, UTC: the next one's start.</summary>
    public DateTimeOffset End => Next.Start;

    /// <summary>The month after it.</summary>
    public Month Next => new(First.AddMonths(1));

    /// <summary>The month before it.</summary>
    public Month Previous => new(First.AddMonths(-1));

    /// <summary>The month that <paramref name="instant"/> lies in.</summary>
    public static Month Of(DateTimeOffset instant) => Of(DateOnly.FromDateTime(instant.UtcDateTime));

    /// <summary>The month that <paramref name="day"/> lies in.</summary>
    public static Month Of(DateOnly day) => new(new DateOnly(day.Year, day.Month, 1));

    /// <summary>Reads <c>2026-03</c>, from 1970 to 2200 as all instants of contracts.</summary>
    public static bool TryParse(string? text, out Month month)
    {
        var read = DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var first)
            && first.Year is >= FirstYear and <= LastYear;
        month = read ? new Month(first) : default;
        return read;
    }

    /// <summary>Reads <c>2026-03</c>.</summary>
    /// <exception cref="FormatException">It is no month.</exception>
    public static Month Parse(string text) => TryParse(text, out var month) ? month : throw new FormatException($"'{text}' is not a month such as 2026-03");

    /// <inheritdoc />
    public int CompareTo(Month other) => First.CompareTo(other.First);

    /// <summary>For instance <c>2026-03</c>.</summary>
    public override string ToString() => First.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/>.</summary>
    public static bool operator <(Month left, Month right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/>.</summary>
    public static bool operator >(Month left, Month right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> is <paramref name="right"/> or comes before it.</summary>
    public static bool operator <=(Month left, Month right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> is <paramref name="right"/> or comes after it.</summary>
    public static bool operator >=(Month left, Month right) => left.CompareTo(right) >= 0;
}
