using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Api.Parked;

/// <summary>Asks for parked messages to be redriven or discarded, in somebody's name.</summary>
/// <param name="Parked">Where it is noted.</param>
/// <param name="Actor">Who asks, for the audit.</param>
/// <param name="CancellationToken">Gives up.</param>
sealed record ParkedRequesting(
    ParkedMessages Parked, Actor Actor, CancellationToken CancellationToken)
{
    /// <summary>Asks for one message.</summary>
    public async Task<Results<Accepted<ParkedRequested>, ProblemHttpResult>> OneAsync(long id, ParkedRequest request)
    {
        if (await Parked.FindAsync(id, CancellationToken) is var (view, _))
        {
            if (request == ParkedRequest.Redrive && string.Equals(view.Status, "queued", StringComparison.Ordinal))
                return ApiProblem.Of(ProblemKinds.ParkedBehind);
            return Noted(id, await Parked.RequestAsync(id, request, $"{Actor}", CancellationToken) ? 1 : 0);
        }
        // It is gone: if because somebody asked before, this is the same request again.
        return (await Parked.AuditAsync(id, CancellationToken)).Count > 0 ? Noted(id, 0) : ApiProblem.Of(ProblemKinds.ParkedNotFound);
    }

    /// <summary>Asks for all messages of a cause.</summary>
    public async Task<Results<Accepted<ParkedRequested>, ProblemHttpResult>> GroupAsync(string group, ParkedRequest request)
    {
        var count = await Parked.RequestCauseAsync(group, request, $"{Actor}", CancellationToken);
        if (count == 0 && (await Parked.PageAsync(group, after: 0, limit: 1, CancellationToken)).Count == 0)
            return ApiProblem.Of(ProblemKinds.ParkedNotFound);
        return TypedResults.Accepted($"/v1/parked?group={Uri.EscapeDataString(group)}", new ParkedRequested(count));
    }

    static Accepted<ParkedRequested> Noted(long id, int count) => TypedResults.Accepted($"/v1/parked/{id}", new ParkedRequested(count));
}
