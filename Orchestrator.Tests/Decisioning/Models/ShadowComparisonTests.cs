using CsCheck;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Models.Comparing;
using Orchestrator.Tests.Decisioning.Records;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Contracts.Decisions.FraudOutcome;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning.Models;

/// <summary>What was decided beside what was on trial: counted in the database, and compared with the same decisions counted one by one.</summary>
public sealed class ShadowComparisonTests(TestInfrastructure infrastructure) : IAsyncLifetime
{
    static readonly Gen<FraudOutcome> AnyOutcome = Gen.Int[0, 2].Select(i => (FraudOutcome)i);

    // By number: two pairs of versions, some without a shadow, a third of them labelled, twice at times.
    static readonly Gen<Assessed> AnyAssessed =
        from decided in AnyOutcome
        from wouldBe in AnyOutcome
        from hasShadow in Gen.Bool
        from model in Gen.Int[0, 2].Select(i => new[] { null, "trees-1", "trees-2" }[i])
        from labels in Gen.Bool.Array[0, 2]
        from currency in Gen.Int[0, 2].Select(i => new[] { null, "EUR", "JPY" }[i])
        from amount in Gen.Long[1, 1_000_000]
        select new Assessed(decided, hasShadow ? wouldBe : null, model, labels, currency, amount);

    RecordsDatabase _store = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await RecordsDatabase.CreateAsync(infrastructure);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Comparison_when_decisions_are_any_does_equal_counting_them_one_by_one()
    {
        var all = AnyAssessed.Array[300].Single();
        await StoreAsync(all);

        var counts = await new ShadowReader(_store.Source).CountAsync(Noon, Noon.AddSeconds(all.Length), Stop);

        Assert.Equal((all.Length, Noon, true), (counts.Looked, counts.Oldest, counts.Complete));
        foreach (var assumeGenuine in new[] { false, true })
        {
            var compared = ShadowComparison.Of(counts.Counts, assumeGenuine);
            Assert.Equal(all.Where(a => a.WouldBe is not null).Select(a => a.Model).Distinct().Count(), compared.Count);
            foreach (var pair in compared)
            {
                Assert.Equal(("basic-1", "rules-2+trees-9"), (pair.Rules, pair.Shadow));
                var mine = all.Where(a => a.WouldBe is not null && a.Model == pair.Model)
                    .Select(a => a with { Labels = a.Labels.Length == 0 && assumeGenuine ? [false] : a.Labels }).ToList();
                Check(pair, mine);
            }
        }
    }

    [Fact]
    public async Task Comparison_when_there_are_more_decisions_than_are_looked_at_takes_the_newest_and_says_so()
    {
        await StoreAsync([.. Enumerable.Range(0, 20).Select(i => new Assessed(Approve, Decline, null, [], "EUR", i))]);

        var counts = await new ShadowReader(_store.Source).CountAsync(Noon, Noon.AddDays(1), 8, Stop);

        Assert.Equal((8L, Noon.AddSeconds(12), false), (counts.Looked, counts.Oldest, counts.Complete));
        Assert.Equal(Enumerable.Range(12, 8).Sum(), Assert.Single(counts.Counts).AmountMinor);
        Assert.Empty((await new ShadowReader(_store.Source).CountAsync(Noon.AddDays(-1), Noon, Stop)).Counts);
    }

    [Fact]
    public void Quality_when_nothing_is_caught_or_there_is_no_fraud_has_no_share()
    {
        var comparison = Assert.Single(ShadowComparison.Of([new("r", null, "s", Approve, Decline, false, "EUR", 3, 600)], assumeGenuine: false));

        Assert.Equal((new CatchQuality(0, 0, null, null), new CatchQuality(3, 0, 0, null)), (comparison.Live!.Declined, comparison.OnTrial!.Declined));
        Assert.Equal(new CaughtAmount("EUR", 0, 0, 0, 600), Assert.Single(comparison.OnTrial.Amounts));
        Assert.Null(Assert.Single(ShadowComparison.Of([new("r", null, "s", Approve, Decline, null, "EUR", 3, 600)], assumeGenuine: false)).Live);
    }

    static void Check(ShadowComparison pair, List<Assessed> mine)
    {
        Assert.Equal((mine.Count, mine.Count(a => a.Decided == a.WouldBe)), (pair.Decisions, pair.Same));
        foreach (var outcome in pair.Outcomes)
        {
            var same = mine.FindAll(a => a.Decided == outcome.Decided && a.WouldBe == outcome.WouldBe);
            Assert.Equal((same.Count, same.Count(a => a.IsFraud is true), same.Count(a => a.IsFraud is false)), (outcome.Decisions, outcome.Frauds, outcome.Genuine));
        }
        Assert.Equal(mine.Count, pair.Outcomes.Sum(o => o.Decisions));
        Assert.Equal((mine.Count(a => a.IsFraud is not null), mine.Count(a => a.IsFraud is true)), (pair.Labelled, pair.Frauds));
        Check(pair.Live!, mine, a => a.Decided);
        Check(pair.OnTrial!, mine, a => a.WouldBe!.Value);
    }

    static void Check(DecisionQuality quality, List<Assessed> mine, Func<Assessed, FraudOutcome> outcome)
    {
        var stopped = mine.FindAll(a => a.IsFraud is not null && outcome(a) != Approve);
        Assert.Equal((stopped.Count, stopped.Count(a => a.IsFraud is true)), (quality.Stopped.Caught, quality.Stopped.CaughtFrauds));
        Assert.Equal((double)stopped.Count(a => a.IsFraud is true) / stopped.Count, quality.Stopped.Precision!.Value, 1e-12);
        Assert.Equal((double)stopped.Count(a => a.IsFraud is true) / mine.Count(a => a.IsFraud is true), quality.Stopped.Recall!.Value, 1e-12);
        Assert.Equal(mine.Count(a => a.IsFraud is not null && outcome(a) == Decline), quality.Declined.Caught);
        foreach (var amount in quality.Amounts)
        {
            var money = mine.FindAll(a => a.Currency == amount.Currency);
            Assert.Equal(money.Where(a => a.IsFraud is true).Sum(a => a.AmountMinor), amount.FraudMinor);
            Assert.Equal(money.Where(a => a.IsFraud is true && outcome(a) != Approve).Sum(a => a.AmountMinor), amount.StoppedMinor);
            Assert.Equal(money.Where(a => a.IsFraud is true && outcome(a) == Decline).Sum(a => a.AmountMinor), amount.DeclinedMinor);
            Assert.Equal(money.Where(a => a.IsFraud is false && outcome(a) != Approve).Sum(a => a.AmountMinor), amount.StoppedGenuineMinor);
        }
    }

    async Task StoreAsync(IReadOnlyList<Assessed> all)
    {
        await _store.Lane.RunAsync([.. all.Select((a, n) => Decision(a, n))]);
        await _store.Lane.RunAsync(
            [.. all.SelectMany((a, n) => a.Labels.Select((fraud, l) => Decisions.Label(Decisions.Id((n * 10) + l + 100_000), Decisions.Id(n), fraud, Noon.AddDays(30 + l))))]);
    }

    static FraudAssessed Decision(Assessed a, int n) => Decisions.Plain(Decisions.Id(n), outcome: a.Decided, at: Noon.AddSeconds(n)) with
    {
        ModelVersion = a.Model,
        Shadow = a.WouldBe is { } wouldBe ? new ShadowDecision(wouldBe, 5, "rules-2+trees-9") : null,
        Transaction = a.Currency is { } currency ? Of(a.AmountMinor, currency: currency) with { TransactionId = Decisions.Id(n) } : null,
    };

    sealed record Assessed(FraudOutcome Decided, FraudOutcome? WouldBe, string? Model, bool[] Labels, string? Currency, long AmountMinor)
    {
        public bool? IsFraud => Labels.Length == 0 ? null : Labels[^1];
    }
}
