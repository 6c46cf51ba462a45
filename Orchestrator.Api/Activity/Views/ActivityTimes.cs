using Orchestrator.Api.Balances;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Activity.Views;

/// <summary>Stretches of time in queries about activity: up to now, and of bounded length, where nothing else is said.</summary>
static class ActivityTimes
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Whole hours, or whole days, that hold everything from <paramref name="from"/> on and before <paramref name="to"/>.</summary>
    /// <param name="from">When it begins; <paramref name="defaultDays"/> before the end where it is null.</param>
    /// <param name="to">When it ends; now where it is null.</param>
    /// <param name="wholeDays">Whether days are meant.</param>
    /// <param name="defaultDays">How long it is when it is not said when it begins, days.</param>
    /// <param name="mostDays">The most days.</param>
    /// <param name="now">Now.</param>
    /// <param name="errors">What is wrong is added here.</param>
    public static (DateTimeOffset From, DateTimeOffset To) Read(
        string? from, string? to, bool wholeDays, int defaultDays, int mostDays, DateTimeOffset now, ContractErrors errors)
    {
        var before = errors.All.Count;
        var (begins, ends) = (QueryValues.Instant(from, "from", errors), QueryValues.Instant(to, "to", errors));
        if (errors.All.Count > before)
            return default;
        var step = wholeDays ? Day : Hour;
        var end = Up(ends ?? now.AddTicks(1), step);
        var begin = begins is { } given ? Down(given, step) : Down(end.AddDays(-defaultDays), step);
        if (begin >= end)
            errors.Add("empty_range", "from", "before to");
        else if (end - begin > TimeSpan.FromDays(mostDays))
            errors.Add("range_too_long", "from", $"at most {mostDays} days before to");
        return (begin, end);
    }

    /// <summary>The same as days.</summary>
    public static (DateOnly From, DateOnly To) Days(string? from, string? to, int defaultDays, int mostDays, DateTimeOffset now, ContractErrors errors)
    {
        var (begin, end) = Read(from, to, wholeDays: true, defaultDays, mostDays, now, errors);
        return (DateOnly.FromDateTime(begin.UtcDateTime), DateOnly.FromDateTime(end.UtcDateTime));
    }

    static DateTimeOffset Down(DateTimeOffset at, TimeSpan step) => new(at.UtcTicks - at.UtcTicks % step.Ticks, TimeSpan.Zero);

    static DateTimeOffset Up(DateTimeOffset at, TimeSpan step) => Down(at.AddTicks(step.Ticks - 1), step);
}
