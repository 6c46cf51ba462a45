using CsCheck;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Sagas.TransactionSagas;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas.Model;

/// <summary>
/// The machine against the ledger's own decisions: every order in which messages can arrive, twice or never, every timer, and everything that people can do meanwhile,
/// as far as a budget goes; and long random ways beyond it. Never posted and released, no money made or lost, nothing in limbo, everything ends.
/// </summary>
public sealed class TransactionModelTests
{
    static readonly List<ModelWorld> Worlds = [.. ModelWorld.All];

    [Fact]
    public Task Machine_when_people_do_two_things_at_any_time_keeps_what_must_hold() => ExploreAsync(new Budget(Acts: 2, Duplicates: 0, Losses: 0, Timers: 1));

    [Fact]
    public Task Machine_when_messages_come_twice_or_never_keeps_what_must_hold() => ExploreAsync(new Budget(Acts: 1, Duplicates: 1, Losses: 1, Timers: 1));

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(3, 0, 0, 1)]
    [InlineData(2, 1, 0, 1)]
    public Task Machine_when_everything_within_a_larger_budget_happens_keeps_what_must_hold(int acts, int duplicates, int losses, int timers) =>
        ExploreAsync(new Budget(acts, duplicates, losses, timers));

    /// <summary>What is checked can fail: a ledger that is told to give back what was posted is found out.</summary>
    [Fact]
    public async Task Model_when_a_hold_is_released_after_its_credit_says_so()
    {
        await using var lane = await ForkingLane.OpenAsync();
        var model = new TransactionModel(lane);
        var node = TransactionModel.Begin(Worlds[0], new Budget(0, 0, 0, 0));
        // The submission, the assessment, the hold and the credit arrive; what is left is the capture.
        for (var i = 0; i < 4; i++)
            node = await model.Next(node).First()();
        var (hold, credit) = (StepIds.Of(Id, "hold"), StepIds.Of(Id, "credit"));
        Assert.True(node.Ledger.Did(hold) && node.Ledger.Did(credit));
        TransactionModel.Check(node, before: null);

        var (released, _) = node.Ledger.Take(new ReleaseHold(StepIds.Of(Id, "release"), Id, "alice", hold, "alice", Noon));

        Assert.Contains("posted and released", Assert.Throws<InvalidOperationException>(() => TransactionModel.Check(node with { Ledger = released }, node)).Message);
    }

    [Fact]
    public async Task Machine_when_it_goes_any_long_way_keeps_what_must_hold_and_ends()
    {
        await using var declining = await ForkingLane.OpenAsync();
        await using var reviewing = await ForkingLane.OpenAsync(FraudDefault.Review, FraudOutcome.Approve);
        var states = new HashSet<string>(StringComparer.Ordinal);
        await Gen.Select(Gen.Int[0, Worlds.Count - 1], Gen.Bool, Gen.Int[0, 9_999].List[0, 60]).SampleAsync(
            async (world, byDefault, choices) =>
            {
                var model = new TransactionModel(byDefault ? reviewing : declining);
                var node = TransactionModel.Begin(Worlds[world], new Budget(Acts: 12, Duplicates: 10, Losses: 10, Timers: 20));
                foreach (var choice in choices)
                {
                    var next = model.Next(node).ToList();
                    if (next.Count == 0)
                        break;
                    // What is on its way, and the timer, as often as all that people can do.
                    var moves = next.Count - (node.Left.Acts > 0 ? Math.Min(next.Count, ActsOf(model, node)) : 0);
                    var after = await next[choice % 2 == 0 && moves > 0 ? choice / 2 % moves : choice / 2 % next.Count]();
                    TransactionModel.Check(after, node);
                    node = after;
                    if (node.Saga is { } saga)
                        states.Add(TransactionStates.Shown(saga.CurrentState));
                }
                await model.SettleAsync(node);
            },
            iter: 5_000, threads: 1);
        Assert.Equal(TransactionStates.Names.Order(StringComparer.Ordinal), states.Order(StringComparer.Ordinal));
    }

    static int ActsOf(TransactionModel model, ModelNode node) =>
        model.Next(node).Count() - model.Next(node with { Left = node.Left with { Acts = 0 } }).Count();

    static async Task ExploreAsync(Budget budget)
    {
        var (visited, steps) = (0, 0L);
        foreach (var (assessment, review) in new[] { (FraudDefault.Decline, FraudOutcome.Decline), (FraudDefault.Review, FraudOutcome.Approve) })
        {
            await using var lane = await ForkingLane.OpenAsync(assessment, review);
            var model = new TransactionModel(lane);
            foreach (var world in Worlds)
            {
                var ends = new HashSet<string>(StringComparer.Ordinal);
                var begin = TransactionModel.Begin(world, budget);
                var seen = new HashSet<string>(StringComparer.Ordinal) { begin.Key };
                var waiting = new Queue<ModelNode>([begin]);
                while (waiting.TryDequeue(out var node))
                {
                    visited++;
                    await model.SettleAsync(node, ends);
                    foreach (var next in model.Next(node))
                    {
                        var after = await next();
                        steps++;
                        TransactionModel.Check(after, node);
                        if (seen.Add(after.Key))
                            waiting.Enqueue(after);
                    }
                }
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{visited} states, {steps} steps, {budget}");
        Assert.True(visited > 1_000, $"only {visited} states");
    }
}
