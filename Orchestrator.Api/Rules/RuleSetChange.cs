using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Api.Rules;

/// <summary>Changes a rule set's state, in somebody's name.</summary>
/// <param name="RuleSets">Where it is stored.</param>
/// <param name="Checks">Whether it still fits.</param>
/// <param name="Context">The request.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="IfMatch">The revision that was looked at.</param>
sealed record RuleSetChange(
    RuleSetStore RuleSets, RuleSetChecks Checks, HttpContext Context, [FromHeader(Name = ActorHeader.Name)] string? Actor, [FromHeader(Name = "If-Match")] string? IfMatch)
{
    public async Task<IResult> RunAsync(
        string version, ChangeRuleSetRequest request, RuleSetState to, CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        errors.Required(request.Reason, "reason", RuleRequests.MaxReason);
        RuleRequests.CheckActor(Actor, errors);
        var revision = RuleRequests.Revision(IfMatch, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (version == BuiltInRuleSet.Name)
            return ApiProblem.Of(ProblemKinds.RuleSetState, "The built-in rules are live whenever no other rule set is.");
        // What comes into force must fit this version of the service; on the way back that is what was live before.
        var next = to == RuleSetState.Retired ? await RuleSets.FindReplacedByAsync(version, cancellationToken) : version;
        if (next is not null && await RuleSets.FindAsync(next, cancellationToken) is { } stored
            && (await Checks.CompileAsync(next, stored.Content, cancellationToken)).Problem is { } problem)
        {
            return problem;
        }
        var actor = RuleRequests.Actor(Context, Actor, request.Reason);
        return Answer(to switch
        {
            RuleSetState.Shadow => await RuleSets.ToShadowAsync(version, revision, actor, cancellationToken),
            RuleSetState.Live => await RuleSets.ActivateAsync(version, revision, actor, cancellationToken),
            _ => await RuleSets.RollBackAsync(version, revision, actor, cancellationToken),
        });
    }

    IResult Answer(RuleSetOutcome outcome)
    {
        switch (outcome)
        {
            case RuleSetOutcome.Done(var changed):
                RuleRequests.Tag(Context, changed.Revision);
                return TypedResults.Ok(changed);
            case RuleSetOutcome.Repeated(var repeated):
                RuleRequests.Tag(Context, repeated.Revision);
                Context.Response.Headers[SubmissionResult.ReplayedHeader] = "true";
                return TypedResults.Ok(repeated);
            case RuleSetOutcome.NotFound:
                return ApiProblem.Of(ProblemKinds.RuleSetNotFound);
            case RuleSetOutcome.SameEyes:
                return ApiProblem.Of(ProblemKinds.FourEyes);
            case RuleSetOutcome.Stale(var revision):
                return ApiProblem.Of(ProblemKinds.RuleSetChanged, $"It is at revision {revision}.");
            case RuleSetOutcome.WrongState(var state):
                return ApiProblem.Of(ProblemKinds.RuleSetState, $"It is {state}.".ToLowerInvariant());
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome}");
        }
    }
}
