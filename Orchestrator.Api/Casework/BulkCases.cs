using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Casework;
using Orchestrator.Casework.Cases;
using Orchestrator.Casework.Requests;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Casework;

/// <summary>Does the same with many cases.</summary>
/// <param name="Action">What: <c>assign</c>, <c>snooze</c> or <c>close</c>.</param>
/// <param name="CaseIds">With which, 1 to 200, each once.</param>
/// <param name="Assignee">To whom they are given; back to their queues when left out.</param>
/// <param name="Until">Until when they are put off, UTC.</param>
/// <param name="Outcome">What was found; one that needs nobody's approval.</param>
/// <param name="Reason">Why, for people; required but for assigning.</param>
public sealed record BulkCasesRequest(
    string Action, IReadOnlyList<Guid> CaseIds, string? Assignee = null, DateTimeOffset? Until = null, CaseOutcome? Outcome = null, string? Reason = null);

/// <summary>What became of each case.</summary>
/// <param name="Done">How many were done.</param>
/// <param name="Refused">How many were not.</param>
/// <param name="Results">Each, in the order of the request.</param>
public sealed record BulkCasesResult(int Done, int Refused, IReadOnlyList<BulkCaseResult> Results);

/// <summary>What became of a case.</summary>
/// <param name="CaseId">The case.</param>
/// <param name="Case">As it is since, when it was done.</param>
/// <param name="Refused">Why it was not: <c>case_not_found</c>, or a reason of <c>case_refused</c>.</param>
/// <param name="Replayed">Whether it was done when the request came before.</param>
public sealed record BulkCaseResult(Guid CaseId, CaseFile? Case = null, string? Refused = null, bool Replayed = false);

/// <summary>Many cases at once: each by the rules for one, in a transaction of its own, so that one which is refused changes nothing for the others.</summary>
static class BulkCases
{
    public const int MostCases = 200;

    public static async Task<IResult> RunAsync(
        JsonBody<BulkCasesRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? key, CaseStore cases, IOptions<CaseworkOptions> options, Actor actor,
        CancellationToken cancellationToken)
    {
        var request = body.Value;
        var errors = new ContractErrors();
        IdempotencyKey.Validate(key, errors);
        if (request.CaseIds.Count is < 1 or > MostCases || request.CaseIds.Distinct().Count() != request.CaseIds.Count)
            errors.Add("out_of_range", "caseIds", $"1 to {MostCases} cases, each once");
        var action = Action(request, options.Value, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var results = new List<BulkCaseResult>(request.CaseIds.Count);
        foreach (var id in request.CaseIds)
        {
            var one = CaseRequest.Of(key is null ? null : $"{key} {id:N}", $"{id}", $"{action}", request.Reason);
            results.Add(Result(id, await cases.ActAsync(id, action!, actor.Name, request.Reason, version: null, one, cancellationToken)));
        }
        var done = results.Count(r => r.Refused is null);
        return TypedResults.Ok(new BulkCasesResult(done, results.Count - done, results));
    }

    static CaseAction? Action(BulkCasesRequest request, CaseworkOptions options, ContractErrors errors)
    {
        if (request.Action == "assign")
            errors.Text(request.Reason, "reason", CaseChange.MaxReason);
        else
            errors.Required(request.Reason, "reason", CaseChange.MaxReason);
        switch (request)
        {
            case { Action: "assign", Assignee: null }:
                return new CaseAction.Assign(null);
            case { Action: "assign", Assignee: { } assignee }:
                errors.Required(assignee, "assignee", maxLength: 64);
                return new CaseAction.Assign(assignee);
            case { Action: "snooze", Until: { } until }:
                return new CaseAction.Snooze(until.ToUniversalTime());
            case { Action: "close", Outcome: { } outcome } when options.NeedApproval.Contains(outcome):
                errors.Add("outcome_needs_approval", "outcome", "one that nobody has to approve; propose others case by case");
                return null;
            case { Action: "close", Outcome: { } outcome }:
                return new CaseAction.Close(outcome);
            case { Action: "snooze" }:
                errors.Add("missing_field", "until", "an instant");
                return null;
            case { Action: "close" }:
                errors.Add("missing_field", "outcome", "what was found");
                return null;
            default:
                errors.Add("unknown_action", "action", "assign, snooze or close");
                return null;
        }
    }

    static BulkCaseResult Result(Guid id, CaseResult result) => result switch
    {
        CaseResult.Done done => new BulkCaseResult(id, done.Case, Replayed: done.Replayed),
        CaseResult.NotFound => new BulkCaseResult(id, Refused: ProblemKinds.CaseNotFound.Code),
        CaseResult.KeyReused => new BulkCaseResult(id, Refused: ProblemKinds.IdempotencyKeyReused.Code),
        CaseResult.Refused(var reason, _) => new BulkCaseResult(id, Refused: reason),
        _ => throw new InvalidOperationException($"Unknown result {result}"),
    };
}
