using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Casework.Cases;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Api.Casework;

/// <summary>Somebody acts on a case.</summary>
/// <param name="Cases">Where it is stored.</param>
/// <param name="Context">The request.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="IfMatch">The version that was looked at.</param>
sealed record CaseChange(
    CaseStore Cases, HttpContext Context, Actor Actor, [FromHeader(Name = "If-Match")] string? IfMatch)
{
    // What is said of a case is said of its transactions too.
    public const int MaxReason = TransactionReviewed.MaxReason;

    public async Task<IResult> RunAsync(
        Guid caseId, CaseAction action, string? reason, CancellationToken cancellationToken, bool needsReason = true)
    {
        var errors = new ContractErrors();
        if (needsReason)
            errors.Required(reason, "reason", MaxReason);
        else
            errors.Text(reason, "reason", MaxReason);
        if (action is CaseAction.Assign { Assignee: { } assignee })
            errors.Required(assignee, "assignee", maxLength: 64);
        var version = EntityTags.Seen(IfMatch, "case", errors);
        return errors.None
            ? Answer(await Cases.ActAsync(caseId, action, Actor.Name, reason, version, cancellationToken))
            : ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
    }

    public async Task<IResult> ClaimAsync(string? queue, CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        errors.Text(queue, "queue", maxLength: 64);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await Cases.ClaimAsync(queue, Actor.Name, cancellationToken) is { } result ? Answer(result) : TypedResults.NoContent();
    }

    public async Task<IResult> NoteAsync(Guid caseId, string text, CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        errors.Required(text, "text", maxLength: 4_000);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await Cases.NoteAsync(caseId, Actor.Name, text, cancellationToken) ? TypedResults.NoContent() : ApiProblem.Of(ProblemKinds.CaseNotFound);
    }

    IResult Answer(CaseResult result)
    {
        switch (result)
        {
            case CaseResult.Done(var changed):
                EntityTags.Show(Context, changed.Version);
                return TypedResults.Ok(changed);
            case CaseResult.NotFound:
                return ApiProblem.Of(ProblemKinds.CaseNotFound);
            case CaseResult.Stale(var file):
                return ApiProblem.Of(ProblemKinds.CaseChanged, $"It is at version {file.Version}.");
            case CaseResult.Refused(CaseRefusals.MakerIsChecker, _):
                return ApiProblem.Of(ProblemKinds.MakerIsChecker);
            case CaseResult.Refused(CaseRefusals.SnoozeOutOfRange, _):
                return ApiProblem.Of(ProblemKinds.Invalid, errors: [new ContractError(CaseRefusals.SnoozeOutOfRange, "until", "from now to 30 days ahead")]);
            case CaseResult.Refused(var reason, var file):
                return ApiProblem.Of(ProblemKinds.CaseRefused, file is null ? reason : $"{reason}: it is {Shown(file)}.");
            default:
                throw new InvalidOperationException($"Unknown result {result}");
        }
    }

    static string Shown(CaseFile file) => file switch
    {
        { State: CaseState.Investigating, Assignee: { } assignee } => $"looked into by {assignee}",
        { State: CaseState.AwaitingApproval, ProposedBy: { } proposedBy } => $"proposed by {proposedBy}",
        { State: CaseState.Closed, ClosedBy: { } closedBy } => $"closed by {closedBy}",
        _ => "waiting for somebody",
    };
}
