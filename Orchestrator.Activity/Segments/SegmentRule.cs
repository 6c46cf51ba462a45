using Orchestrator.Activity.Customers;

namespace Orchestrator.Activity.Segments;

/// <summary>A condition that is ready to be evaluated. It depends on nothing but the customer and the time.</summary>
abstract class SegmentRule
{
    /// <summary>Whether it holds.</summary>
    public abstract bool IsTrue(CustomerState customer, DateTimeOffset now);

    /// <summary>
    /// The first instant after <paramref name="now"/> at which it may hold or not otherwise than now, though nothing happens; null when there is none. It is never later than the
    /// change itself, and may be one at which nothing changes.
    /// </summary>
    public abstract DateTimeOffset? NextChange(CustomerState customer, DateTimeOffset now);

    /// <summary>The earlier of two instants, of which there may be none.</summary>
    public static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
}

/// <summary>All of some conditions, or any of them.</summary>
sealed class ManyRule(SegmentRule[] rules, bool all) : SegmentRule
{
    /// <inheritdoc />
    public override bool IsTrue(CustomerState customer, DateTimeOffset now)
    {
        foreach (var rule in rules)
        {
            if (rule.IsTrue(customer, now) != all)
                return !all;
        }
        return all;
    }

    /// <inheritdoc />
    public override DateTimeOffset? NextChange(CustomerState customer, DateTimeOffset now)
    {
        DateTimeOffset? next = null;
        foreach (var rule in rules)
            next = Earlier(next, rule.NextChange(customer, now));
        return next;
    }
}

/// <summary>Not a condition.</summary>
sealed class NotRule(SegmentRule rule) : SegmentRule
{
    /// <inheritdoc />
    public override bool IsTrue(CustomerState customer, DateTimeOffset now) => !rule.IsTrue(customer, now);

    /// <inheritdoc />
    public override DateTimeOffset? NextChange(CustomerState customer, DateTimeOffset now) => rule.NextChange(customer, now);
}

/// <summary>What time does not change.</summary>
sealed class StandingRule(Func<CustomerState, bool> holds) : SegmentRule
{
    /// <inheritdoc />
    public override bool IsTrue(CustomerState customer, DateTimeOffset now) => holds(customer);

    /// <inheritdoc />
    public override DateTimeOffset? NextChange(CustomerState customer, DateTimeOffset now) => null;
}

/// <summary>Compares whole days since an instant.</summary>
sealed class DaysSinceRule(Func<CustomerState, DateTimeOffset?> since, NumberComparison comparison) : SegmentRule
{
    /// <inheritdoc />
    public override bool IsTrue(CustomerState customer, DateTimeOffset now) => since(customer) is { } began && comparison.Holds(Days(began, now));

    /// <inheritdoc />
    public override DateTimeOffset? NextChange(CustomerState customer, DateTimeOffset now)
    {
        if (since(customer) is not { } began)
            return null;
        // Whatever is asked, it changes with the day that is named or with the one after it.
        var holds = comparison.Holds(Days(began, now));
        for (var day = comparison.Value; day <= comparison.Value + 1; day++)
        {
            var at = began.AddDays(day);
            if (at > now && comparison.Holds(Days(began, at)) != holds)
                return at;
        }
        return null;
    }

    static long Days(DateTimeOffset began, DateTimeOffset now)
    {
        var ticks = (now - began).Ticks;
        return (ticks / TimeSpan.TicksPerDay) - (ticks % TimeSpan.TicksPerDay < 0 ? 1 : 0);
    }
}

/// <summary>Compares what was done on the last days.</summary>
sealed class WindowRule(Func<CustomerDay, string?, long> ofDay, string? currency, int window, NumberComparison comparison) : SegmentRule
{
    /// <inheritdoc />
    public override bool IsTrue(CustomerState customer, DateTimeOffset now) => comparison.Holds(Sum(customer, CustomerState.DayOf(now) - window, out _));

    /// <inheritdoc />
    public override DateTimeOffset? NextChange(CustomerState customer, DateTimeOffset now)
    {
        // Days leave the window one after another, each at a midnight.
        var sum = Sum(customer, CustomerState.DayOf(now) - window, out var first);
        var holds = comparison.Holds(sum);
        for (var i = first; i < customer.Days.Count; i++)
        {
            sum -= ofDay(customer.Days[i], currency);
            if (comparison.Holds(sum) != holds)
                return new DateTimeOffset(DateOnly.FromDayNumber(customer.Days[i].Day + window).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        }
        return null;
    }

    long Sum(CustomerState customer, int behind, out int first)
    {
        first = customer.Days.Count;
        while (first > 0 && customer.Days[first - 1].Day > behind)
            first--;
        var sum = 0L;
        for (var i = first; i < customer.Days.Count; i++)
            sum += ofDay(customer.Days[i], currency);
        return sum;
    }
}
