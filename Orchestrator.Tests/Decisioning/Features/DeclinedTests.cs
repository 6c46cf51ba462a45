using CsCheck;
using Orchestrator.Decisioning.Features;
using static Orchestrator.Tests.Decisioning.Features.EngineRuns;
using static Orchestrator.Tests.Decisioning.Features.EventStreams;

namespace Orchestrator.Tests.Decisioning.Features;

/// <summary>What was declined counts as tried, and its amount is not learned. That it equals brute force is tested with everything else.</summary>
public sealed class DeclinedTests
{
    static readonly FeaturePlan Plan = FeaturePlan.Standard;

    static readonly string[] Learned =
    [
        "account_mean_1d", "account_mean_7d", "account_mean_30d", "account_deviation_30d", "amount_to_mean_30d", "amount_deviations_30d",
        "account_median", "amount_to_median", "account_mean_1d_to_median", "account_mean_7d_to_median",
    ];

    [Fact]
    public void Account_when_large_amounts_are_declined_does_not_learn_them()
    {
        var refused = new FeatureEngine(Plan);
        var untried = new FeatureEngine(Plan);
        var usual = Enumerable.Range(0, 20).Select(i => new Arrival(Event(i, 1))).ToList();
        Run(refused, usual);
        Run(untried, usual);
        var large = Enumerable.Range(20, 10).Select(i => Event(i, 1) with { Amount = 900_000 }).ToList();
        foreach (var e in large)
            Run(refused, [new(e), new(e, IsDeclined: true)]);

        var next = new Arrival(Event(30, 1));
        var (tried, quiet) = (Run(refused, [next])[0], Run(untried, [next])[0]);

        foreach (var name in Learned)
            Assert.Equal(quiet[Plan.Schema.IndexOf(name)], tried[Plan.Schema.IndexOf(name)]);
        Assert.Equal(quiet[Plan.Schema.IndexOf("account_count_30d")] + 10, tried[Plan.Schema.IndexOf("account_count_30d")]);
        Assert.Equal(quiet[Plan.Schema.IndexOf("account_sum_7d")] + 90_000, tried[Plan.Schema.IndexOf("account_sum_7d")], 0.5f);
        Assert.Equal(10, tried[Plan.Schema.IndexOf("account_very_high_7d")]);
    }

    [Fact]
    public void Event_when_it_was_declined_and_comes_again_does_get_its_first_vector()
    {
        var engine = new FeatureEngine(Plan);
        Run(engine, Enumerable.Range(0, 20).Select(i => new Arrival(Event(i, 1))));
        var large = new Arrival(Event(20, 1) with { Amount = 900_000 });

        var first = Run(engine, [large]);

        foreach (var again in Run(engine, [large with { IsDeclined = true }, large, large with { IsDeclined = true }, large]))
            Assert.Equal(first[0], again);
    }

    [Fact]
    public void Declined_when_the_event_is_not_known_does_change_nothing()
    {
        var engine = new FeatureEngine(Plan);
        Run(engine, Enumerable.Range(0, 20).Select(i => new Arrival(Event(i, 1))));
        var saved = Saved(engine);

        engine.Declined(Event(20, 1));
        engine.Declined(Event(3, 2));
        engine.Declined(Event(3, 1) with { Id = 77 });

        Assert.Equal(saved, Saved(engine));
    }

    // More than a median is of, and more than a key may have: what is counted while events come is compared with what is counted anew from all of them.
    [Fact]
    public void Account_when_half_of_very_many_are_declined_does_count_as_if_counted_anew() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[1, 60], Gen.Int[0, 20]).Array[150, 400].Sample(
            drawn =>
            {
                var options = new FeatureEngineOptions { MaxEventsPerKey = 128, Lateness = TimeSpan.FromDays(2), IdleAfter = TimeSpan.FromDays(3650) };
                var engine = new FeatureEngine(Plan, options);
                var now = Start.ToUnixTimeMilliseconds();
                foreach (var (i, (kind, amount, step)) in drawn.Index())
                {
                    now += step * 900_000L * (kind == 9 ? 40 : 1);
                    var e = Event(i, 1) with { Amount = amount * 100, AtMs = kind == 8 ? now - (step * 3_600_000L) : now };
                    Arrival[] arrivals = kind < 5 ? [new(e), new(e, IsDeclined: true)] : [new(e)];
                    var anew = Restored(Saved(engine), options);
                    Assert.Equal(Run(anew, arrivals), Run(engine, arrivals));
                }
                Assert.InRange(engine.Partition.Spaces[0]!.Find(1)!.Events.Count, KeyPlan.MedianAmounts, 128);
            },
            iter: 30);
}
