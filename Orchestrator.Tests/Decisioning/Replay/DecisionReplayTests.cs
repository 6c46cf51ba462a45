using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Decisions;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Replay;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Tests.Decisioning.Records;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Records.Decisions;

namespace Orchestrator.Tests.Decisioning.Replay;

public sealed class DecisionReplayTests(TestInfrastructure infrastructure)
{
    static readonly float[] Vector = [1.1f, -0f, float.NaN, 3e-39f];

    [Fact]
    public async Task Decision_when_it_was_stored_is_made_again_from_what_is_stored_to_the_last_bit()
    {
        await using var store = await RecordsDatabase.CreateAsync(infrastructure);
        var engines = new SummingEngines();
        var decided = Decided(engines, Id(1));
        await store.Lane.RunAsync(decided, Decided(engines, Id(2)) with { Score = 1 });

        var same = await DecisionReplay.RunAsync((await store.Decisions.FindAsync(Id(1), CancellationToken.None))!.Decision, engines, CancellationToken.None);
        var other = await DecisionReplay.RunAsync((await store.Decisions.FindAsync(Id(2), CancellationToken.None))!.Decision, engines, CancellationToken.None);

        Assert.True(Assert.IsType<ReplayOutcome.Made>(same).Same);
        Assert.False(Assert.IsType<ReplayOutcome.Made>(other).Same);
    }

    [Fact]
    public async Task Trace_when_nothing_makes_decisions_again_is_refused_by_name_and_explanations_are_not()
    {
        await using var store = await RecordsDatabase.CreateAsync(infrastructure);
        await store.Lane.RunAsync(Full(Id(1), Vector));

        var refused = await ExplainDecision.HandleAsync(Id(1), store.Decisions, engines: null, CancellationToken.None, trace: true);
        var explained = await ExplainDecision.HandleAsync(Id(1), store.Decisions, engines: null, CancellationToken.None);

        Assert.Equal((501, "/problems/trace_not_available"), Problem(refused.Result));
        Assert.IsType<Ok<DecisionExplanation>>(explained.Result);

        static (int, string?) Problem(IResult result) => result is ProblemHttpResult problem ? (problem.StatusCode, problem.ProblemDetails.Type) : default;
    }

    [Fact]
    public async Task Decision_when_something_that_it_was_made_of_is_missing_says_what()
    {
        var decided = Decided(new SummingEngines(), Id(1));

        Assert.Contains("features", await WhyAsync(decided with { Features = null }), StringComparison.Ordinal);
        Assert.Contains("transaction", await WhyAsync(decided with { Transaction = null }), StringComparison.Ordinal);
        Assert.Contains("rules", await WhyAsync(decided with { RulesVersion = "gone" }), StringComparison.Ordinal);
    }

    static async Task<string> WhyAsync(FraudAssessed decision) =>
        Assert.IsType<ReplayOutcome.Impossible>(await DecisionReplay.RunAsync(decision, new SummingEngines(), CancellationToken.None)).Why;

    static FraudAssessed Decided(SummingEngines engines, Guid id)
    {
        var stored = Full(id, Vector);
        var result = engines.Decide(Vector, stored.Transaction!, stored.AssessedAt);
        return stored with { Outcome = result.Outcome, Score = result.Score, Reasons = result.Reasons, Rules = result.Rules };
    }

    // Rules of the tests, of one version: they read all bits of the vector, a field of the transaction and the clock's last digit.
    sealed class SummingEngines : IDecisionEngines, IDecisionEngine
    {
        public ValueTask<IDecisionEngine?> FindAsync(DecisionVersions versions, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IDecisionEngine?>(versions == new DecisionVersions("rules-7-0a1b2c3d", "trees-3", "42", "0123456789abcdef") ? this : null);

        public DecisionResult Decide(ReadOnlySpan<float> vector, TransactionSubmitted message, DateTimeOffset decidedAt)
        {
            var hash = new HashCode();
            foreach (var number in vector)
                hash.Add(BitConverter.SingleToInt32Bits(number));
            hash.Add(message.AmountMinor);
            hash.Add(decidedAt.Ticks);
            var score = (int)((uint)hash.ToHashCode() % 1_000) + 1;
            return new DecisionResult(FraudOutcome.Review, score, [new FraudReason("sum", score, $"It comes to {score}.")], [new RuleFinding("sum", score)]);
        }

        public IReadOnlyList<RuleResult> Trace(ReadOnlySpan<float> vector, TransactionSubmitted message, DateTimeOffset decidedAt) => [];
    }
}
