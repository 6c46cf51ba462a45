using CsCheck;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Views;
using static Orchestrator.Tests.Activity.Views.ActivityDatabase;

namespace Orchestrator.Tests.Activity.Views;

/// <summary>Live figures are sums over lanes, at a moment.</summary>
public sealed class LiveMergeTests
{
    static readonly LiveDay NoDay = new(0, 0, 0, 0, 0, 0, 0);
    static readonly long Second = Noon.ToUnixTimeSeconds();

    // A lane that began to show at any time within an hour of now, before or after.
    static readonly Gen<LiveLane> Lanes =
        from since in Gen.Int[-3_600, 600]
        from seconds in Gen.Int[0, 9].Array[0, 400]
        from minutes in Gen.Int[0, 9].Array[0, 40]
        from keys in Gen.Select(Gen.Int[0, 30], Gen.Int[1, 99]).Array[0, 10]
        select Deltas.Quiet with
        {
            ActiveSince = Second + since, ActiveBySecond = seconds, MinuteSince = (Second + since) / 60, Events = minutes, Views = minutes, Visitors = seconds.Length,
            Pages = [.. keys.DistinctBy(k => k.Item1).Select(k => new KeyCount($"/{k.Item1}", k.Item2))], Counters = new LaneCounters(minutes.Length, 1, 2, 3, 4),
        };

    [Fact]
    public void Figures_of_lanes_are_what_each_shows_added_up() => Lanes.Array[0, 5].Sample(lanes =>
    {
        var merged = LiveMerge.Of([.. lanes.Select(l => new StoredLive(Noon.AddSeconds(-2), l))], NoDay, [], Noon);

        Assert.Equal(lanes.Length == 0 ? (long?)null : 2_000, merged.AgeMs);
        Assert.Equal(lanes.Sum(l => l.ActiveBySecond.Where((_, i) => l.ActiveSince + i > Second - 300).Sum()), merged.ActiveVisitors);
        Assert.Equal(lanes.Sum(l => l.Visitors), merged.RememberedVisitors);
        Assert.Equal(lanes.Sum(l => l.Counters.Counted), merged.Counters.Counted);
        Assert.Equal(30, merged.Minutes.Count);
        Assert.Equal(Noon, merged.Minutes[^1].Minute);
        Assert.All(merged.Minutes, minute => Assert.Equal(
            lanes.Sum(l => l.Events.Where((_, i) => (l.MinuteSince + i) * 60 == minute.Minute.ToUnixTimeSeconds()).Sum()), minute.Events));
        var pages = lanes.SelectMany(l => l.Pages).GroupBy(p => p.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(p => p.Count), StringComparer.Ordinal);
        Assert.Equal(Math.Min(LiveMerge.Keys, pages.Count), merged.Pages.Count);
        Assert.All(merged.Pages, p => Assert.Equal(pages[p.Key], p.Count));
        Assert.Equal(pages.Values.OrderDescending().Take(merged.Pages.Count), merged.Pages.Select(p => p.Count));
    }, iter: 300);
}
