using CsCheck;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Backtests;
using Orchestrator.Tests.Decisioning.Records;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Backtests.LivePast;

namespace Orchestrator.Tests.Decisioning.Backtests;

/// <summary>Backtests over what the store has kept.</summary>
public sealed class StoredHistoryTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Backtest_when_stored_decisions_are_replayed_by_the_same_rules_comes_to_them()
    {
        await using var store = await RecordsDatabase.CreateAsync(infrastructure);
        var past = Any.Single(p => p.Transactions.Count > 60 && p.Labels.Count > 10, "2Lr1LXqx3n91");
        var decisions = past.Decide(Strict);
        // Not in the order in which they happened: the store does not know that order, only the index does.
        await store.Lane.RunAsync([.. decisions.OrderBy(d => d.Score).ThenByDescending(d => d.TransactionId)]);
        await store.Lane.RunAsync([.. past.Labels]);

        var result = await RunAsync(store, new BacktestSpec(Start, past.End), Strict);

        Assert.True(result.Live!.IsEmpty, result.Live.ToString());
        Assert.Equal(new VectorDiff(decisions.Count, decisions.Count), result.Live.Vectors);
        Assert.Equal(decisions.Count(d => past.History(decisions).Single(h => h.Transaction.TransactionId == d.TransactionId).Truth == Truth.Fraud), result.AtReview.Flagged.Fraud + result.AtReview.Passed.Fraud);
        Assert.False(result.WarmUp.IsWhole);
    }

    [Fact]
    public async Task History_when_it_is_longer_than_a_page_comes_in_the_order_of_time_and_id_and_only_once()
    {
        await using var store = await RecordsDatabase.CreateAsync(infrastructure);
        const int Count = (2 * StoredHistory.Page) + 3;
        var decisions = Enumerable.Range(0, Count).Select(Decision).ToList();
        await store.Lane.RunAsync([.. decisions.AsEnumerable().Reverse()]);
        await store.Lane.RunAsync(Enumerable.Range(0, Count).Where(i => i % 3 == 0)
            .SelectMany(i => new IContract[] { Label(i, 1, fraud: false, days: 1), Label(i, 2, fraud: true, days: 2) }).ToArray());
        var history = new StoredHistory(store.Source, TimeProvider.System);

        var read = new List<PastTransaction>();
        await foreach (var some in history.ReadAsync(Start.AddMinutes(10), Start.AddMinutes(Count), CancellationToken.None))
            read.AddRange(some);

        var expected = decisions.Where(d => d.EventAt >= Start.AddMinutes(10)).OrderBy(d => d.EventAt).ThenBy(d => d.TransactionId).ToList();
        Assert.Equal(expected.Select(d => d.TransactionId), read.Select(r => r.Transaction.TransactionId));
        Assert.Equal(expected.Select(d => d.Transaction), read.Select(r => r.Transaction));
        Assert.Equal(expected.Select(d => (d.Outcome, d.Score, d.ReceivedAt!.Value, d.AssessedAt)), read.Select(r => (r.Live!.Outcome, r.Live.Score, r.ReceivedAt, r.DecidedAt)));
        Assert.All(read, r => Assert.Equal((r.Transaction.AmountMinor - 1) % 3 == 0 ? [true, false] : [], r.Labels.Select(l => l.IsFraud)));
        Assert.True(history.HasOlder);
    }

    [Fact]
    public async Task Decision_when_it_was_kept_without_its_transaction_is_passed_over_and_said()
    {
        await using var store = await RecordsDatabase.CreateAsync(infrastructure);
        await store.Lane.RunAsync(Decision(1), Decision(2) with { Transaction = null });

        var result = await RunAsync(store, new BacktestSpec(Start, Start.AddDays(1)), Strict);

        Assert.Equal(1, result.Outcomes.Total);
        Assert.Contains("1 could not be replayed: what was kept of them does not say enough.", result.Notes);
    }

    [Fact]
    public async Task Decision_when_an_earlier_version_has_stored_it_stands_at_the_time_when_it_was_made()
    {
        await using var store = await RecordsDatabase.CreateAsync(infrastructure);
        await store.Lane.RunAsync(Decision(4), Decision(8), Decision(12));
        // At its event it would be the last one; it was decided before all others.
        await store.ExecuteAsync($"update decisioning.decision set event_at = null, assessed_at = '{Start:O}' where transaction_id = '{Id(12)}'");

        var history = new StoredHistory(store.Source, TimeProvider.System);
        var read = new List<PastTransaction>();
        await foreach (var some in history.ReadAsync(Start, Start.AddDays(1), CancellationToken.None))
            read.AddRange(some);

        Assert.Equal([Id(12), Id(4), Id(8)], read.Select(r => r.Transaction.TransactionId));
    }

    [Fact]
    public async Task History_when_it_goes_back_far_enough_warms_features_up_whole()
    {
        await using var store = await RecordsDatabase.CreateAsync(infrastructure);
        await store.Lane.RunAsync(Decision(0), Decision(100_000), Decision(100_004));

        var whole = await RunAsync(store, new BacktestSpec(Start.AddMinutes(100_004), Start.AddMinutes(200_000)), Strict);

        Assert.Equal((true, 1L, 1L), (whole.WarmUp.IsWhole, whole.WarmUp.Transactions, whole.Outcomes.Total));
        Assert.Equal(Start.AddMinutes(100_004) - TimeSpan.FromDays(30 + 7 + 1), whole.WarmUp.WantedFrom);
    }

    static Task<BacktestResult> RunAsync(RecordsDatabase store, BacktestSpec spec, Orchestrator.Decisioning.RuleSets.CompiledRuleSet rules) =>
        new BacktestRunner(TimeProvider.System).RunAsync(spec, Parts(rules), new StoredHistory(store.Source, TimeProvider.System), _ => { }, restToWork: 0, CancellationToken.None);

    // Several at one time, so that the id decides; amounts name them.
    static FraudAssessed Decision(int number)
    {
        var at = Start.AddMinutes(number / 4 * 4);
        var transaction = Transactions.Of(number + 1, at) with { TransactionId = Id(number) };
        return new FraudAssessed(
            transaction.TransactionId, transaction.SourceAccountId, FraudOutcome.Review, number % 1_000, [], "rules-1", at.AddSeconds(3),
            EventAt: at, ReceivedAt: at.AddSeconds(2), Transaction: transaction);
    }

    static FraudLabelled Label(int number, int which, bool fraud, int days) =>
        new(new Guid(number, (short)which, 0, [0, 0, 0, 0, 0, 0, 0, 2]), Id(number), "alice", fraud, LabelSource.Case, Start.AddDays(days));

    static Guid Id(int number) => new(7_919 * (number + 1), 0, 0, [0, 0, 0, 0, 0, 0, 0, 2]);
}
