using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Decisioning.Records;
using Orchestrator.Decisioning.Replay;

namespace Orchestrator.Api.Decisions;

/// <summary>GET /v1/decisions/{id}/explain.</summary>
static class ExplainDecision
{
    public static async Task<Results<Ok<DecisionExplanation>, ProblemHttpResult>> HandleAsync(
        Guid transactionId, DecisionReader decisions, [FromServices] IDecisionEngines? engines, CancellationToken cancellationToken, bool trace = false)
    {
        if (await decisions.FindAsync(transactionId, cancellationToken) is not { } record)
            return ApiProblem.Of(ProblemKinds.DecisionNotFound);
        Masking.Know(record.Decision.SourceAccountId, record.Decision.Transaction?.DestinationAccountId);
        var explanation = Explain(record);
        if (!trace)
            return TypedResults.Ok(explanation);
        if (engines is null)
            return ApiProblem.Of(ProblemKinds.TraceNotAvailable);
        return await DecisionReplay.RunAsync(record.Decision, engines, cancellationToken) switch
        {
            ReplayOutcome.Made made => TypedResults.Ok(explanation with { Replay = ReplayView.Of(made) }),
            ReplayOutcome.Impossible(var why) => ApiProblem.Of(ProblemKinds.DecisionNotReplayable, why),
            var outcome => throw new InvalidOperationException($"Unknown outcome {outcome}"),
        };
    }

    static DecisionExplanation Explain(DecisionRecord record) => new(
        record.Decision.TransactionId, record.Decision.Outcome, record.Decision.Score, record.Decision.Reasons, DecisionView.Sentences(record.Decision),
        FeaturesView.Of(record));
}
