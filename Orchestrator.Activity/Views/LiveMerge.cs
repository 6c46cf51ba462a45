using Orchestrator.Activity.Figures;

namespace Orchestrator.Activity.Views;

/// <summary>What a lane has stored of what it shows.</summary>
/// <param name="At">When it handed it over, UTC.</param>
/// <param name="Live">What it shows.</param>
internal sealed record StoredLive(DateTimeOffset At, LiveLane Live);

/// <summary>Adds up what lanes show, at a moment. Pure.</summary>
internal static class LiveMerge
{
    /// <summary>So many minutes are shown.</summary>
    public const int Minutes = 30;

    /// <summary>So many pages and referrers are shown. Lanes show more, so that what is there in the sum is there in their lists.</summary>
    public const int Keys = 20;

    const int ActiveSeconds = 300;
    const int SecondsPerMinute = 60;

    /// <summary>The figures of all <paramref name="lanes"/> at <paramref name="now"/>.</summary>
    public static LiveFigures Of(IReadOnlyList<StoredLive> lanes, LiveDay today, IReadOnlyList<FunnelView> funnels, DateTimeOffset now)
    {
        var second = now.ToUnixTimeSeconds();
        var first = second / SecondsPerMinute - Minutes + 1;
        var (events, views) = (new long[Minutes], new long[Minutes]);
        var (active, remembered, counters) = (0L, 0L, default(LaneCounters));
        foreach (var (_, live) in lanes)
        {
            active += Sum(live.ActiveBySecond, live.ActiveSince, second - ActiveSeconds + 1);
            remembered += live.Visitors;
            Add(live.Events, live.MinuteSince, first, events);
            Add(live.Views, live.MinuteSince, first, views);
            var c = live.Counters;
            counters = new LaneCounters(
                counters.Counted + c.Counted, counters.Duplicates + c.Duplicates, counters.Late + c.Late, counters.Flooding + c.Flooding, counters.Forgotten + c.Forgotten);
        }
        return new LiveFigures(
            now,
            lanes.Count == 0 ? null : Math.Max(0, (long)(now - lanes.Max(l => l.At)).TotalMilliseconds),
            active,
            remembered,
            [.. Enumerable.Range(0, Minutes).Select(i => new LiveMinute(DateTimeOffset.FromUnixTimeSeconds((first + i) * SecondsPerMinute), events[i], views[i]))],
            Most(lanes.SelectMany(l => l.Live.Pages)),
            Most(lanes.SelectMany(l => l.Live.Referrers)),
            Most(lanes.SelectMany(l => l.Live.Devices)),
            counters,
            today,
            funnels);
    }

    // What is ahead of the clock counts: a visitor whose clock is fast was there all the same.
    static long Sum(IReadOnlyList<int> bySecond, long since, long from)
    {
        var sum = 0L;
        for (var i = (int)Math.Clamp(from - since, 0, bySecond.Count); i < bySecond.Count; i++)
            sum += bySecond[i];
        return sum;
    }

    static void Add(IReadOnlyList<int> byMinute, long since, long first, long[] sums)
    {
        for (var i = 0; i < byMinute.Count; i++)
        {
            if (since + i - first is >= 0 and < Minutes and var at)
                sums[at] += byMinute[i];
        }
    }

    static IReadOnlyList<KeyCount> Most(IEnumerable<KeyCount> counts) =>
    [
        .. counts.GroupBy(c => c.Key, (key, group) => new KeyCount(key, group.Sum(c => c.Count)), StringComparer.Ordinal)
            .OrderByDescending(c => c.Count).ThenBy(c => c.Key, StringComparer.Ordinal).Take(Keys),
    ];
}
