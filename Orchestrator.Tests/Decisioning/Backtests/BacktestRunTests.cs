using CsCheck;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Backtests;
using Orchestrator.Decisioning.Features;
using static Orchestrator.Tests.Decisioning.Backtests.LivePast;

namespace Orchestrator.Tests.Decisioning.Backtests;

public sealed class BacktestRunTests
{
    [Fact]
    public void Backtest_when_the_rules_are_those_that_were_live_decides_as_they_did_to_the_last_bit() => Any.Sample(
        past =>
        {
            var decisions = past.Decide(Strict);

            var live = Run(past.History(decisions), new BacktestSpec(Start, past.End)).Live!;

            Assert.True(live.IsEmpty, live.ToString());
            Assert.Equal(new VectorDiff(decisions.Count, decisions.Count), live.Vectors);
            Assert.Empty(live.Examples);
        },
        iter: 300);

    [Fact]
    public void Backtest_when_only_the_end_is_judged_knows_what_came_before() => Gen.Select(Any, Gen.Int[0, 119]).Sample(
        (past, cut) =>
        {
            var from = past.Transactions[Math.Min(cut, past.Transactions.Count - 1)].OccurredAt;
            // Rules in a backtest that would have declined otherwise must not change what was declined before it begins.
            var result = Run(past.History(past.Decide(Strict)), new BacktestSpec(from, past.End));

            Assert.True(result.Live!.IsEmpty, result.Live.ToString());
            Assert.Equal(past.Transactions.Count(t => t.OccurredAt < from), result.WarmUp.Transactions);
            Assert.Equal(past.Transactions.Count(t => t.OccurredAt >= from), result.Outcomes.Total);
        },
        iter: 300);

    [Fact]
    public void Features_when_labels_become_known_later_do_not_hear_of_them_before() => Gen.Select(Any, Gen.Int[0, 119]).Sample(
        (past, cut) =>
        {
            var decisions = past.Decide(Strict);
            var at = past.Transactions[Math.Min(cut, past.Transactions.Count - 1)].OccurredAt;
            // All that is said after this moment turned into its opposite, and more of it: nothing up to this moment may see a difference.
            var others = past.Labels.Select(l => l.LabelledAt <= at ? l : l with { IsFraud = !l.IsFraud })
                .Concat(past.Transactions.Select((t, i) => new FraudLabelled(
                    new Guid(i, 3, 0, [0, 0, 0, 0, 0, 0, 0, 9]), t.TransactionId, t.SourceAccountId, true, LabelSource.Chargeback, at.AddTicks(1).AddHours(i))));

            var (known, other) = (Vectors(past.History(decisions)), Vectors(past.History(decisions, others)));

            for (var i = 0; i < decisions.Count && decisions[i].Transaction!.OccurredAt <= at; i++)
                Assert.Equal(known[i], other[i]);
        },
        iter: 300);

    [Theory]
    [InlineData(2, 6.9, 0)]
    [InlineData(2, 7.1, 1)]
    [InlineData(20, 19.9, 0)]
    [InlineData(20, 20.1, 1)]
    public void Label_when_it_is_known_after_some_days_shows_then_and_not_before_the_delay_is_over(double knownAfterDays, double askedAfterDays, float frauds)
    {
        var labels = new[] { new PastLabel(true, Start.AddDays(40), EffectiveAt: Start.AddDays(knownAfterDays)) };
        var vectors = Vectors([Past(1, Start, labels), Past(2, Start.AddDays(askedAfterDays))]);

        Assert.Equal(frauds, vectors[1][Plan.Schema.IndexOf("destination_frauds_30d")]);
    }

    [Fact]
    public void Label_when_a_later_word_overrules_it_is_forgotten_from_when_that_is_known()
    {
        PastLabel[] labels = [new(false, Start.AddDays(9)), new(true, Start.AddDays(8))];
        var vectors = Vectors([Past(1, Start, labels), Past(2, Start.AddDays(8.5)), Past(3, Start.AddDays(9.5))]);

        var frauds = Plan.Schema.IndexOf("destination_frauds_30d");
        Assert.Equal((1f, 0f), (vectors[1][frauds], vectors[2][frauds]));
    }

    [Fact]
    public void Unlabelled_when_nobody_says_otherwise_is_neither_fraud_nor_genuine()
    {
        var history = new List<PastTransaction> { Past(1, Start), Past(2, Start.AddDays(9)) };
        var asOf = Start.AddDays(10);

        var strict = Run(history, new BacktestSpec(Start, Start.AddDays(10)), asOf);
        var lenient = Run(history, new BacktestSpec(Start, Start.AddDays(10), UnlabelledAsGenuine: true), asOf);

        Assert.Equal((new TruthCounts(0, 0, 2), 0), (strict.Outcomes.Approve, strict.Labels.AssumedGenuine));
        // The second is a day old: its label may still come.
        Assert.Equal((new TruthCounts(0, 1, 1), 1), (lenient.Outcomes.Approve, lenient.Labels.AssumedGenuine));
    }

    [Fact]
    public void Transaction_when_it_comes_again_counts_once()
    {
        var result = Run([Past(1, Start), Past(1, Start), Past(2, Start)], new BacktestSpec(Start, Start.AddDays(1)));

        Assert.Equal((2L, 3L), (result.Outcomes.Total, result.Pace.Transactions));
        Assert.Contains("1 came again and count once.", result.Notes);
    }

    [Fact]
    public async Task Backtest_when_other_rules_decide_shows_what_they_change()
    {
        var past = Any.Single(p => p.Decide(Strict).Exists(d => d.Outcome == FraudOutcome.Decline), "2rBfLvPzFDP1");
        var history = past.History(past.Decide(Strict));
        var shares = new List<double>();

        var result = await new BacktestRunner(TimeProvider.System).RunAsync(
            new BacktestSpec(Start, past.End), Parts(Lenient), new MemoryHistory(history), p => shares.Add(p.Share), restToWork: 0, CancellationToken.None);

        Assert.Equal(0, result.Outcomes.Decline.Total);
        Assert.Equal((Lenient.Version, null, Plan.Schema.Hash), (result.Versions.Rules, result.Versions.Model, result.Versions.FeatureSchema));
        Assert.Equal([Strict.Version], result.Live!.Versions.Keys);
        Assert.True(result.Live.Matrix.Decline.Total > 0 && result.Live.Matrix.Decline.Decline == 0, result.Live.ToString());
        Assert.NotEmpty(result.Live.Examples);
        Assert.Equal(shares.Order(), shares);
        Assert.InRange(shares[^1], 0.5, 1);
    }

    [Fact]
    public async Task Backtest_when_it_is_given_up_stops_and_leaves_nothing_running()
    {
        using var stop = new CancellationTokenSource();
        var history = Enumerable.Range(1, 500).Select(i => Past(i, Start.AddMinutes(i))).ToList();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new BacktestRunner(TimeProvider.System).RunAsync(
            new BacktestSpec(Start, Start.AddDays(1)), Parts(Strict), new MemoryHistory(history), _ => stop.Cancel(), restToWork: 1, stop.Token));
    }

    [Fact]
    public void Result_when_it_is_written_as_json_reads_back_as_the_same_json() => Any.Sample(
        past =>
        {
            var result = Run(past.History(past.Decide(Strict)), new BacktestSpec(Start, past.End, ReviewCostMinor: new Dictionary<string, long> { ["EUR"] = 500 }), rules: Lenient);
            var json = System.Text.Json.JsonSerializer.Serialize(result, BacktestJson.Default.BacktestResult);

            Assert.Equal(json, System.Text.Json.JsonSerializer.Serialize(System.Text.Json.JsonSerializer.Deserialize(json, BacktestJson.Default.BacktestResult), BacktestJson.Default.BacktestResult));
        },
        iter: 30);

    static PastTransaction Past(int number, DateTimeOffset at, params IReadOnlyList<PastLabel> labels)
    {
        var transaction = Transactions.Of(1_000, at) with { TransactionId = new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 9]), TerminalId = "t" };
        return new PastTransaction(transaction, at, at, Live: null, labels);
    }

    static BacktestResult Run(IReadOnlyList<PastTransaction> history, BacktestSpec spec, DateTimeOffset? asOf = null, Orchestrator.Decisioning.RuleSets.CompiledRuleSet? rules = null)
    {
        var run = new BacktestRun(spec, Parts(rules ?? Strict), asOf ?? Start.AddYears(1));
        foreach (var past in history)
            run.Take(past);
        return run.Result(new MemoryHistory(history), TimeSpan.FromSeconds(1));
    }

    static List<float[]> Vectors(IReadOnlyList<PastTransaction> history)
    {
        var run = new BacktestRun(new BacktestSpec(Start, Start.AddYears(1)), Parts(Strict), Start.AddYears(1));
        var vectors = new List<float[]>();
        foreach (var past in history)
        {
            run.Take(past);
            vectors.Add(run.Vector.ToArray());
        }
        return vectors;
    }
}
