using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Api.Parked;

/// <summary>Has parked messages taken again at a rate, in somebody's name.</summary>
/// <param name="Redrives">Where redrives are stored.</param>
/// <param name="Options">The rate where none is said.</param>
/// <param name="Time">The clock.</param>
/// <param name="Context">The request.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="Key">The client's own name for the request.</param>
/// <param name="CancellationToken">Gives up.</param>
sealed record RedriveParked(
    Redrives Redrives, IOptions<ParkedOptions> Options, TimeProvider Time, HttpContext Context, Actor Actor, [FromHeader(Name = IdempotencyKey.Header)] string? Key,
    CancellationToken CancellationToken)
{
    const string RetryAfterSeconds = "30";

    static readonly TimeSpan MaxAhead = TimeSpan.FromDays(30);

    public async Task<IResult> StartAsync(StartRedriveRequest request)
    {
        var errors = new ContractErrors();
        var id = IdempotencyKey.IdOf(request.RedriveId, "redriveId", Key, SubmissionKind.Redrive, errors);
        errors.Required(request.Reason, "reason", EditParked.MaxReason);
        var which = Which(request, errors);
        if (request.RatePerSecond is < 1 or > Redrive.MaxRate)
            errors.Add("out_of_range", "ratePerSecond", $"from 1 to {Redrive.MaxRate}");
        // A time that is over is no error: the same request may come again.
        if (request.At > Time.GetUtcNow() + MaxAhead)
            errors.Add("out_of_range", "at", "at most 30 days ahead");
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var order = new RedriveOrder(id, which, request.RatePerSecond ?? Options.Value.RedriveRate, request.At, request.Reason, Actor.Name);
        return Answer(await Redrives.AskAsync(order, CancellationToken), isNew: true);
    }

    public async Task<IResult> CancelAsync(Guid redriveId) => Answer(await Redrives.CancelAsync(redriveId, Actor.Name, CancellationToken), isNew: false);

    public static async Task<Results<Ok<Page<Redrive>>, ProblemHttpResult>> ListAsync(
        Redrives redrives, CancellationToken cancellationToken, long? after = null, int limit = 100)
    {
        if (PageLimits.Refuse(after ?? 0, limit, Redrives.MaxPage) is { } refused)
            return refused;
        var items = await redrives.ListAsync(after, limit, cancellationToken);
        return TypedResults.Ok(new Page<Redrive>(items, items.Count == limit ? $"{items[^1].Number}" : null));
    }

    public static async Task<Results<Ok<Redrive>, ProblemHttpResult>> GetAsync(Guid redriveId, Redrives redrives, CancellationToken cancellationToken) =>
        await redrives.FindAsync(redriveId, cancellationToken) is { } redrive ? TypedResults.Ok(redrive) : ApiProblem.Of(ProblemKinds.RedriveNotFound);

    static ParkedFilter Which(StartRedriveRequest request, ContractErrors errors)
    {
        var filter = request.Which?.ToFilter() ?? new ParkedFilter();
        ParkedQuery.Check(filter, errors, "which.");
        if (filter.Status == "queued")
            errors.Add("unknown_status", "which.status", "refused or failed: what waits follows by itself");
        // All of them only where that is said: an empty filter may be a mistake.
        if ((filter.IsAll ? 0 : 1) + (request.ParkedId is null ? 0 : 1) + (request.All ? 1 : 0) != 1)
            errors.Add("choose_one", "which", "one of which (with something in it), parkedId and all");
        return filter with { ParkedId = request.ParkedId };
    }

    IResult Answer(RedriveOutcome outcome, bool isNew)
    {
        switch (outcome)
        {
            case RedriveOutcome.Done(var redrive, var repeated):
                if (repeated)
                    Context.Response.Headers[SubmissionResult.ReplayedHeader] = "true";
                return isNew ? TypedResults.Accepted($"/v1/parked/redrives/{redrive.RedriveId}", redrive) : TypedResults.Ok(redrive);
            case RedriveOutcome.NotFound:
                return ApiProblem.Of(ProblemKinds.RedriveNotFound);
            case RedriveOutcome.IdReused:
                return ApiProblem.Of(ProblemKinds.IdempotencyKeyReused);
            case RedriveOutcome.Full(var open):
                Context.Response.Headers.RetryAfter = RetryAfterSeconds;
                return ApiProblem.Of(ProblemKinds.RedrivesFull, $"{open} are scheduled and under way already.");
            case RedriveOutcome.Ended(var state):
                return ApiProblem.Of(ProblemKinds.RedriveEnded, $"It is {state}.");
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome}");
        }
    }
}
