using CsCheck;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Backtests;
using Orchestrator.Decisioning.Training;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning.Backtests;

public sealed class BacktestTallyTests
{
    static readonly Gen<Judgement> AnyJudgement =
        from outcome in Gen.Int[0, 2]
        from score in Gen.Frequency((3, Gen.Int[0, 1_000]), (1, Gen.Int[0, 5]))
        from truth in Gen.Int[0, 2]
        from amount in Gen.Long[1, 1_000_000]
        from currency in Gen.Int[0, 2].Select(i => i == 0 ? "EUR" : i == 1 ? "JPY" : "KWD")
        from minute in Gen.Int[0, 20_000]
        select new Judgement(new Guid(minute + 1, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]), Noon.AddMinutes(minute), (FraudOutcome)outcome, score, (Truth)truth, amount, currency);

    static readonly Gen<(Judgement Judged, int Live)[]> AnyRun = Gen.Select(AnyJudgement, Gen.Int[0, 2]).Array[0, 80].Select(all => all.OrderBy(j => j.Item1.At).ToArray());

    [Fact]
    public void Tally_when_made_by_hand_comes_to_what_was_reckoned_by_hand()
    {
        var tally = new BacktestTally();
        Add(tally, FraudOutcome.Decline, 950, Truth.Fraud, 10_000);
        Add(tally, FraudOutcome.Review, 600, Truth.Fraud, 4_000);
        Add(tally, FraudOutcome.Approve, 100, Truth.Fraud, 2_500);
        Add(tally, FraudOutcome.Decline, 900, Truth.Genuine, 700);
        Add(tally, FraudOutcome.Review, 600, Truth.Genuine, 300);
        Add(tally, FraudOutcome.Approve, 0, Truth.Genuine, 50);
        Add(tally, FraudOutcome.Review, 500, Truth.Unlabelled, 80);
        Add(tally, FraudOutcome.Approve, 0, Truth.Unlabelled, 90);

        var (review, decline, money) = (tally.From(FraudOutcome.Review), tally.From(FraudOutcome.Decline), Assert.Single(tally.Money.Report(_ => 20)));

        Assert.Equal(new ConfusionMatrix(new(2, 2, 1), new(1, 1, 1)), review);
        Assert.Equal((0.5, 2.0 / 3, 2.0 / 3), (review.Precision, review.Recall, review.FalsePositiveRate));
        Assert.Equal((0.5, 1.0 / 3, 1.0 / 3), (decline.Precision, decline.Recall, decline.FalsePositiveRate));
        // From the top: 950 is a fraud (1/1), 900 is not, the two of 600 are taken together (2/4), 100 is a fraud (3/5).
        Assert.Equal(((1.0 / 1) + (2.0 / 4) + (3.0 / 5)) / 3, tally.AveragePrecision()!.Value, 12);
        Assert.Equal(new MoneyReport("EUR", 10_000, 4_000, 2_500, 700, 300, 3, 60, 13_940), money);
        Assert.Equal(14_000, money.FraudStopped);
        Assert.Equal(new AlertVolume(5, 2, 2.5, DateOnly.FromDateTime(Noon.UtcDateTime), 5), tally.Alerts(TimeSpan.FromDays(2)));
    }

    [Fact]
    public void Tally_when_there_is_nothing_says_nothing_rather_than_zero()
    {
        var tally = new BacktestTally();

        Assert.Equal((null, null, null), (tally.From(FraudOutcome.Review).Precision, tally.From(FraudOutcome.Review).Recall, tally.From(FraudOutcome.Review).FalsePositiveRate));
        Assert.Null(tally.AveragePrecision());
        Assert.Null(tally.Live.Report());
        Assert.Empty(tally.Money.Report(_ => 1));
        Assert.Equal(new AlertVolume(0, 0, 0, null, 0), tally.Alerts(TimeSpan.Zero));
    }

    [Fact]
    public void Tally_when_anything_is_added_has_parts_that_sum_to_the_whole() => AnyRun.Sample(run =>
    {
        var tally = Tally(run);
        var outcomes = tally.Outcomes();

        Assert.Equal(run.Length, outcomes.Total);
        foreach (var matrix in new[] { tally.From(FraudOutcome.Review), tally.From(FraudOutcome.Decline) })
        {
            Assert.Equal(run.Length, matrix.Flagged.Total + matrix.Passed.Total);
            foreach (var truth in Enum.GetValues<Truth>())
                Assert.Equal(run.Count(j => j.Judged.Truth == truth), Of(matrix.Flagged, truth) + Of(matrix.Passed, truth));
        }
        Assert.Equal(outcomes.Review.Total + outcomes.Decline.Total, tally.From(FraudOutcome.Review).Flagged.Total);
        Assert.Equal(outcomes.Decline, tally.From(FraudOutcome.Decline).Flagged);
        Assert.Equal(tally.From(FraudOutcome.Review).Flagged.Total, tally.Alerts(TimeSpan.FromDays(1)).Total);
    });

    [Fact]
    public void Alerts_when_they_fall_on_days_have_the_busiest_of_them() => AnyRun.Sample(run =>
    {
        var alerts = Tally(run).Alerts(TimeSpan.FromDays(14));
        var byDay = run.Where(j => j.Judged.IsFlagged).GroupBy(j => DateOnly.FromDateTime(j.Judged.At.UtcDateTime)).Select(g => (g.Key, Count: g.LongCount())).ToList();

        Assert.Equal(byDay.Count == 0 ? 0 : byDay.Max(d => d.Count), alerts.OnBusiestDay);
        Assert.True(byDay.Count == 0 ? alerts.BusiestDay is null : byDay.Contains((alerts.BusiestDay!.Value, alerts.OnBusiestDay)));
    });

    [Fact]
    public void Money_when_added_up_is_every_cent_of_every_currency() => AnyRun.Sample(run =>
    {
        foreach (var money in Tally(run).Money.Report(c => c == "EUR" ? 7 : 0))
        {
            var own = run.Select(j => j.Judged).Where(j => j.Currency == money.Currency).ToList();
            Assert.Equal(own.Where(j => j.Truth == Truth.Fraud).Sum(j => j.AmountMinor), money.FraudStopped + money.FraudMissed);
            Assert.Equal(own.Where(j => j.Truth == Truth.Genuine && j.IsFlagged).Sum(j => j.AmountMinor), money.GenuineDeclined + money.GenuineHeld);
            Assert.Equal(own.Count(j => j.Outcome == FraudOutcome.Review), money.Reviews);
            Assert.Equal(money.FraudStopped - money.ReviewCost, money.Saved);
            Assert.Equal(money.Currency == "EUR" ? 7 * money.Reviews : 0, money.ReviewCost);
        }
    });

    [Fact]
    public void Money_when_64_bits_do_not_hold_it_is_the_most_that_they_do()
    {
        var tally = new MoneyTally();
        for (var i = 0; i < 10_000; i++)
            tally.Add(new Judgement(Guid.Empty, Noon, FraudOutcome.Decline, 1_000, Truth.Fraud, 1_000_000_000_000_000, "EUR"));

        Assert.Equal((long.MaxValue, long.MaxValue), (tally.Report(_ => 0)[0].FraudDeclined, tally.Report(_ => 0)[0].Saved));
    }

    [Fact]
    public void Average_precision_when_scores_are_counted_is_that_of_the_scores_themselves() => AnyRun.Sample(run =>
    {
        var labelled = run.Select(j => j.Judged).Where(j => j.Truth != Truth.Unlabelled).ToList();
        if (!labelled.Exists(j => j.Truth == Truth.Fraud))
            return;

        var (_, expected) = Ranking.Of([.. labelled.Select(j => (double)j.Score)], [.. labelled.Select(j => j.Truth == Truth.Fraud)]);

        Assert.Equal(expected, Tally(run).AveragePrecision()!.Value, 9);
    });

    [Fact]
    public void Difference_from_live_when_added_up_is_the_matrix() => AnyRun.Sample(run =>
    {
        if (Tally(run).Live.Report() is not { } live)
        {
            Assert.Empty(run);
            return;
        }
        Assert.Equal((run.Length, run.Length), (live.Compared, live.Matrix.Total));
        Assert.Equal(run.Count(j => j.Live == (int)j.Judged.Outcome), live.SameOutcome);
        Assert.Equal(run.Count(j => j.Live == 0 && j.Judged.IsFlagged && j.Judged.Truth == Truth.Fraud), live.NewlyCaught);
        Assert.Equal(run.Count(j => j.Live != 0 && !j.Judged.IsFlagged && j.Judged.Truth == Truth.Fraud), live.NewlyMissed);
        Assert.Equal(run.Count(j => j.Live == 0 && j.Judged.IsFlagged && j.Judged.Truth == Truth.Genuine), live.NewlyBothered);
        Assert.Equal(run.Count(j => j.Live != 0 && !j.Judged.IsFlagged && j.Judged.Truth == Truth.Genuine), live.NewlySpared);
        Assert.All(live.Examples, e => Assert.NotEqual(e.LiveOutcome, e.Outcome));
        Assert.All(live.Examples.GroupBy(e => e.Kind), g => Assert.InRange(g.Count(), 1, 10));
        Assert.Equal(run.Length - live.SameOutcome == 0, live.Examples.Count == 0);
    });

    [Fact]
    public void Versions_when_many_decided_live_are_bounded()
    {
        var tally = new LiveTally();
        for (var i = 0; i < 30; i++)
            tally.Add(default(Judgement) with { Currency = "EUR" }, new PastDecision(FraudOutcome.Approve, 0, $"v{i:00}"), [], "s");

        var versions = tally.Report()!.Versions;
        Assert.Equal((21, 10L, 30L), (versions.Count, versions["others"], versions.Values.Sum()));
    }

    [Fact]
    public void Rules_when_they_match_or_fail_are_counted_by_what_they_met()
    {
        var tally = new BacktestTally();
        Add(tally, FraudOutcome.Decline, 950, Truth.Fraud, 1, new("large", 600), new("cash", 350));
        Add(tally, FraudOutcome.Approve, 100, Truth.Genuine, 1, new RuleFinding("cash", 100));
        Add(tally, FraudOutcome.Approve, 0, Truth.Unlabelled, 1, new RuleFinding("cash", 0, Failed: true));

        Assert.Equal(
            [new RuleReport("cash", new(1, 1, 0), 1, 450, 1), new RuleReport("large", new(1, 0, 0), 0, 600, 1)],
            tally.Rules.Report());
        Assert.Equal([0.5, 1.0], tally.Rules.Report().Select(r => r.Precision!.Value));
    }

    static void Add(BacktestTally tally, FraudOutcome outcome, int score, Truth truth, long amountMinor, params IReadOnlyList<RuleFinding> findings) =>
        tally.Add(new Judgement(Guid.Empty, Noon, outcome, score, truth, amountMinor, "EUR"), findings);

    static BacktestTally Tally((Judgement Judged, int Live)[] run)
    {
        var tally = new BacktestTally();
        foreach (var (judged, live) in run)
        {
            tally.Add(judged);
            tally.Live.Add(judged, new PastDecision((FraudOutcome)live, judged.Score, "v"), [], "s");
        }
        return tally;
    }

    static long Of(TruthCounts counts, Truth truth) => truth switch
    {
        Truth.Fraud => counts.Fraud,
        Truth.Genuine => counts.Genuine,
        _ => counts.Unlabelled,
    };
}
