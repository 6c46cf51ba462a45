using CsCheck;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Backtests;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Tests.Decisioning.Backtests;

/// <summary>A past that a lane has decided: transactions of few accounts over some weeks, and labels that came while it went on.</summary>
sealed class LivePast
{
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    public static readonly FeaturePlan Plan = FeaturePlan.Standard;

    public static readonly RuleSchema Schema = FeatureFields.SchemaOf(Plan.Schema);

    /// <summary>Rules that see amounts, rates, labels and what was declined before.</summary>
    public static readonly CompiledRuleSet Strict = Compile("past", decline: 900);

    /// <summary>The same, but hardly anything is declined.</summary>
    public static readonly CompiledRuleSet Lenient = Compile("lenient", decline: 1_001);

    /// <summary>Anything that may come: account, terminal, amount, quarters of hours since the one before, and a label by its kind with hours until it is said.</summary>
    public static readonly Gen<LivePast> Any =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[1, 90], Gen.Int[0, 60], Gen.Int[0, 9], Gen.Int[1, 700]).Array[1, 120].Select(drawn => new LivePast(drawn));

    LivePast((int Account, int Terminal, int Amount, int Step, int Label, int Hours)[] drawn)
    {
        var at = Start;
        var number = 0;
        foreach (var (account, terminal, amount, step, label, hours) in drawn)
        {
            at = at.AddMinutes(15 * step);
            var id = new Guid(++number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 9]);
            Transactions.Add(new TransactionSubmitted(
                id, $"a{account}", $"m{terminal}", amount * (amount > 80 ? 9_000L : 100L), "EUR", TransactionKind.Card, at, $"m{terminal}", $"t{terminal}"));
            if (label < 4)
                Labels.Add(new FraudLabelled(new Guid(number, 1, 0, [0, 0, 0, 0, 0, 0, 0, 9]), id, $"a{account}", label < 3, LabelSource.Case, at.AddHours(hours)));
            // Somebody else says the opposite later.
            if (label == 0)
                Labels.Add(new FraudLabelled(new Guid(number, 2, 0, [0, 0, 0, 0, 0, 0, 0, 9]), id, $"a{account}", false, LabelSource.Customer, at.AddHours(hours + 30)));
        }
    }

    public List<TransactionSubmitted> Transactions { get; } = [];

    public List<FraudLabelled> Labels { get; } = [];

    public DateTimeOffset End => Transactions[^1].OccurredAt.AddSeconds(1);

    /// <summary>What a lane decides that takes transactions and labels as they come.</summary>
    public List<FraudAssessed> Decide(CompiledRuleSet rules)
    {
        // As a lane's: what it knows of terminals and the like is shared with others.
        var engine = new FeatureEngine(Plan, crossLane: new CrossLaneKeys(Plan));
        var decider = new TransactionDecider(Schema, Plan.Schema, TimeProvider.System, TimeSpan.Zero);
        var inForce = new RulesInForce(rules, Shadow: null, ListsSnapshot.None);
        var untold = new Queue<FraudLabelled>(Labels.OrderBy(l => l.LabelledAt));
        var vector = new float[Plan.Schema.Length];
        var decisions = new List<FraudAssessed>();
        foreach (var transaction in Transactions.OrderBy(t => t.OccurredAt).ThenBy(t => t.TransactionId))
        {
            while (untold.TryPeek(out var label) && label.LabelledAt <= transaction.OccurredAt)
            {
                untold.Dequeue();
                engine.Label(KeyHash.Of(label.SourceAccountId), KeyHash.Of(label.TransactionId), label.IsFraud);
            }
            var (received, now) = (transaction.OccurredAt.AddMilliseconds(40), transaction.OccurredAt.AddMilliseconds(45));
            var taken = FeatureEvents.Of(transaction, received);
            engine.Observe(taken, Supplied(transaction), vector);
            decisions.Add(decider.Decide(transaction, vector, null, inForce, ModelsInForce.None, received, now));
            if (decisions[^1].Outcome == FraudOutcome.Decline)
                engine.Declined(taken);
        }
        return decisions;
    }

    /// <summary>History as a backtest takes it.</summary>
    /// <param name="decisions">What was decided live.</param>
    /// <param name="labels">The labels; all of them unless said.</param>
    public List<PastTransaction> History(List<FraudAssessed> decisions, IEnumerable<FraudLabelled>? labels = null)
    {
        var byId = (labels ?? Labels).ToLookup(l => l.TransactionId);
        return decisions.ConvertAll(d => new PastTransaction(
            d.Transaction!, d.ReceivedAt!.Value, d.AssessedAt, new PastDecision(d.Outcome, d.Score, d.RulesVersion, d.FeatureSchema, d.Features),
            [.. byId[d.TransactionId].OrderByDescending(l => l.LabelledAt).ThenByDescending(l => l.LabelId).Select(l => new PastLabel(l.IsFraud, l.LabelledAt, l.EffectiveAt))]));
    }

    /// <summary>What decides in a backtest.</summary>
    public static BacktestParts Parts(CompiledRuleSet rules) => new(rules, ListsSnapshot.None, Model: null);

    // What others saw of the payers, as far as they were seen: of all that history has, only the decisions still know.
    static float[] Supplied(TransactionSubmitted transaction) =>
        transaction.AmountMinor % 300 == 0 ? [] : [float.NaN, transaction.AmountMinor % 1_000, transaction.AmountMinor % 7, transaction.AmountMinor % 2];

    static CompiledRuleSet Compile(string name, int decline)
    {
        var content = new RuleSetContent(new RuleSetThresholds(400, decline),
        [
            new("huge", "amount > 5_000", "950", "{amount:money} is huge."),
            new("odd", "account_count_30d > 3 and amount_to_mean_30d > 1.5", "ramp(amount_to_mean_30d, 1, 4, 100, 500)", "{amount:money} is odd."),
            new("fast", "account_count_1d >= 3", "150 + account_count_1d", "{account_count_1d:0} within a day."),
            new("bad_destination", "destination_frauds_30d >= 1", "300 + 10 * destination_frauds_30d", "{destination_frauds_30d:0} frauds at this destination."),
        ]);
        return CompiledRuleSet.TryCompile(name, content, Schema, null, out var compiled, out var errors) ? compiled : throw new InvalidOperationException($"{errors[0]}");
    }
}

/// <summary>History that is in memory already.</summary>
sealed class MemoryHistory(IReadOnlyList<PastTransaction> transactions) : IBacktestHistory
{
    public DateTimeOffset LabelsAsOf { get; init; } = LivePast.Start.AddYears(1);

    public bool HasOlder { get; init; }

    public long Skipped => 0;

    public async IAsyncEnumerable<IReadOnlyList<PastTransaction>> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var some in transactions.Where(t => t.Transaction.OccurredAt >= from && t.Transaction.OccurredAt < to).Chunk(7))
            yield return some;
    }
}
