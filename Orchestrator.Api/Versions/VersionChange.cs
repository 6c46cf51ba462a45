using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Api.Versions;

/// <summary>What somebody wants with a version.</summary>
enum VersionWish
{
    /// <summary>Evaluate it beside the live one.</summary>
    Shadow,

    /// <summary>Put it in force.</summary>
    Activate,

    /// <summary>Take it out of force; what it replaced comes back.</summary>
    RollBack,

    /// <summary>End its trial.</summary>
    Retire,
}

/// <summary>How the problems of one kind of versions are called.</summary>
/// <param name="NotFound">There is none of this name.</param>
/// <param name="State">From where it stands that is not done.</param>
/// <param name="Changed">It is not at the revision that was looked at.</param>
sealed record VersionProblems(ProblemKind NotFound, ProblemKind State, ProblemKind Changed);

/// <summary>A change of a version's state, in somebody's name: asked and answered alike for rule sets and models.</summary>
/// <param name="Context">The request.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="IfMatch">The revision that was looked at.</param>
sealed record VersionChange(
    HttpContext Context, Actor Actor, [FromHeader(Name = "If-Match")] string? IfMatch)
{
    /// <summary>Checks what was asked, does it, and answers.</summary>
    /// <param name="request">Why.</param>
    /// <param name="problems">What what goes wrong is called.</param>
    /// <param name="change">Does it, or gives the problem for which it cannot be done.</param>
    public async Task<IResult> RunAsync(
        ChangeVersionRequest request, VersionProblems problems, Func<int?, VersionActor, Task<(VersionOutcome? Outcome, IResult? Problem)>> change)
    {
        var errors = new ContractErrors();
        errors.Required(request.Reason, "reason", VersionRequests.MaxReason);
        var revision = EntityTags.Seen(IfMatch, "version", errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var (outcome, problem) = await change(revision, VersionRequests.Actor(Actor, request.Reason));
        return problem ?? Answer(outcome!, problems);
    }

    IResult Answer(VersionOutcome outcome, VersionProblems problems)
    {
        switch (outcome)
        {
            case VersionOutcome.Done(var changed):
                EntityTags.Show(Context, changed.Revision);
                return TypedResults.Ok(changed);
            case VersionOutcome.Repeated(var repeated):
                EntityTags.Show(Context, repeated.Revision);
                Context.Response.Headers[SubmissionResult.ReplayedHeader] = "true";
                return TypedResults.Ok(repeated);
            case VersionOutcome.NotFound:
                return ApiProblem.Of(problems.NotFound);
            case VersionOutcome.SameEyes:
                return ApiProblem.Of(ProblemKinds.FourEyes);
            case VersionOutcome.Stale(var revision):
                return ApiProblem.Of(problems.Changed, $"It is at revision {revision}.");
            case VersionOutcome.WrongState(var state):
                return ApiProblem.Of(problems.State, $"It is {state}.".ToLowerInvariant());
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome}");
        }
    }
}
