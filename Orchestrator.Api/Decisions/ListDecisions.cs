using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Balances;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Records;

namespace Orchestrator.Api.Decisions;

/// <summary>GET /v1/decisions.</summary>
static class ListDecisions
{
    public static async Task<Results<Ok<Page<DecisionSummary>>, ProblemHttpResult>> HandleAsync(
        DecisionReader decisions, CancellationToken cancellationToken, string? account = null, string? outcome = null, string? from = null, string? to = null,
        bool? degraded = null, string? rule = null, int minScore = 0, int maxScore = FraudAssessed.MaxScore, string? after = null, int limit = 100)
    {
        var errors = new ContractErrors();
        if (account is not null)
            errors.AccountId(account, "account");
        errors.Text(rule, "rule", FraudAssessed.MaxName);
        if (minScore is < 0 or > FraudAssessed.MaxScore || maxScore is < 0 or > FraudAssessed.MaxScore || minScore > maxScore)
            errors.Add("out_of_range", "minScore", $"from 0 to maxScore, and that at most {FraudAssessed.MaxScore}");
        PageLimits.Check(limit, DecisionReader.MaxPage, errors);
        var cursor = PageCursors.Read(after, errors);
        var filter = new DecisionFilter(
            account, Outcome(outcome, errors), QueryValues.Instant(from, "from", errors), QueryValues.Instant(to, "to", errors), degraded, rule, minScore, maxScore);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var page = await decisions.ListAsync(filter, cursor, limit, cancellationToken);
        return TypedResults.Ok(new Page<DecisionSummary>([.. page.Items.Select(DecisionSummary.Of)], page.Next?.ToString()));
    }

    static FraudOutcome? Outcome(string? text, ContractErrors errors)
    {
        switch (text)
        {
            case null: return null;
            case "approve": return FraudOutcome.Approve;
            case "review": return FraudOutcome.Review;
            case "decline": return FraudOutcome.Decline;
            default:
                errors.Add("unknown_outcome", "outcome", "approve, review or decline");
                return null;
        }
    }
}
