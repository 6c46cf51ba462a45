using Orchestrator.Cli.Simulation;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Features;
using Orchestrator.Tests.Decisioning.Deciding;

namespace Orchestrator.Tests.Decisioning;

public sealed class SimulatedTrafficTests(ITestOutputHelper output)
{
    [Fact]
    public void Built_in_rules_when_fed_with_simulated_traffic_does_mostly_approve()
    {
        var rules = new BuiltInDecider();
        var memory = new FeatureEngine(FeaturePlan.Standard);
        var outcomes = new int[3];
        var frauds = new int[3];
        foreach (var simulated in new HandbookSimulator(new HandbookParameters { Customers = 1_000, Terminals = 2_000, Days = 60 }).Run())
        {
            var at = HandbookParameters.DayZero.AddSeconds(simulated.Second);
            var transaction = Transactions.Of(Math.Max(1, simulated.AmountMinor), at, kind: TransactionKind.Card, source: $"customer-{simulated.Customer}");
            var outcome = rules.Assess(memory, transaction).Outcome;
            outcomes[(int)outcome]++;
            if (simulated.Scenario == 3)
                frauds[(int)outcome]++;
        }

        var all = (double)outcomes.Sum();
        output.WriteLine($"{all} transactions: {outcomes[0]} approved, {outcomes[1]} to review, {outcomes[2]} declined");
        output.WriteLine($"taken-over accounts: {frauds[0]} approved, {frauds[1]} to review, {frauds[2]} declined");
        Assert.InRange(outcomes[(int)FraudOutcome.Review] / all, 0.002, 0.02);
        Assert.InRange(outcomes[(int)FraudOutcome.Decline], 1, (int)(all * 0.005));
        Assert.True(frauds[1] + frauds[2] > 0.45 * frauds.Sum(), "nearly half of what a taken-over account spends is caught");
    }
}
