using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Parked;

/// <summary>Proposes edits of parked messages, and decides about them, in somebody's name.</summary>
/// <param name="Edits">Where they are stored.</param>
/// <param name="Parked">The messages.</param>
/// <param name="Reader">Shows what travels in other formats than JSON.</param>
/// <param name="Options">Whether they may be edited.</param>
/// <param name="Time">The clock.</param>
/// <param name="Context">The request.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="Key">The client's own name for the request.</param>
/// <param name="CancellationToken">Gives up.</param>
sealed record EditParked(
    ParkedEdits Edits, ParkedMessages Parked, LaneMessageReader Reader, IOptions<ParkedOptions> Options, TimeProvider Time, HttpContext Context, Actor Actor,
    [FromHeader(Name = IdempotencyKey.Header)] string? Key, CancellationToken CancellationToken)
{
    /// <summary>The longest reason.</summary>
    public const int MaxReason = 500;

    const int MaxBodyText = 64 << 10;

    public async Task<IResult> ProposeAsync(long id, ProposeEditRequest request)
    {
        if (!Options.Value.AllowEdits)
            return ApiProblem.Of(ProblemKinds.ParkedEditsOff);
        var errors = new ContractErrors();
        errors.Required(request.Reason, "reason", MaxReason);
        var editId = IdempotencyKey.IdOf(request.EditId, "editId", Key, SubmissionKind.ParkedEdit, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var body = request.Payload.GetRawText();
        if (Masking.IsOn && await Parked.FindAsync(id, CancellationToken) is var (view, raw))
            body = Masking.Restore(body, Encoding.UTF8.GetString(await Reader.JsonOfAsync(raw, CancellationToken)), view.Key);
        var proposal = new ParkedProposal(editId, id, Encoding.UTF8.GetBytes(body), request.Reason, Time.GetUtcNow().AddHours(Options.Value.EditHours));
        return Answer(await Edits.ProposeAsync(proposal, Actor.Name, CancellationToken), ProblemKinds.ParkedNotFound, isNew: true);
    }

    public Task<IResult> ApproveAsync(Guid editId, DecideEditRequest request) =>
        Options.Value.AllowEdits ? DecideAsync(request, Edits.ApproveAsync, editId) : Task.FromResult<IResult>(ApiProblem.Of(ProblemKinds.ParkedEditsOff));

    // What was proposed before editing was switched off can still be taken back.
    public Task<IResult> RejectAsync(Guid editId, DecideEditRequest request) => DecideAsync(request, Edits.RejectAsync, editId);

    public static async Task<Results<Ok<Page<ParkedEdit>>, ProblemHttpResult>> ListAsync(
        ParkedEdits edits, CancellationToken cancellationToken, string? state = null, long? parkedId = null, long? after = null, int limit = 100)
    {
        var errors = new ContractErrors();
        if (state is not null && !ParkedEdit.States.Contains(state, StringComparer.Ordinal))
            errors.Add("unknown_state", "state", $"one of {string.Join(", ", ParkedEdit.States)}");
        PageLimits.Check(limit, ParkedEdits.MaxPage, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var items = await edits.ListAsync(parkedId, state, after, limit, cancellationToken);
        return TypedResults.Ok(new Page<ParkedEdit>(items, items.Count == limit ? $"{items[^1].Number}" : null));
    }

    public static async Task<Results<Ok<ParkedEditDetail>, ProblemHttpResult>> GetAsync(Guid editId, ParkedEdits edits, LaneMessageReader reader, CancellationToken cancellationToken)
    {
        if (await edits.FindAsync(editId, cancellationToken) is not var (edit, original, edited))
            return ApiProblem.Of(ProblemKinds.ParkedEditNotFound);
        var (body, encoding) = ParkedShown.Body(await reader.JsonOfAsync(original, cancellationToken), edit.Key, MaxBodyText);
        return TypedResults.Ok(new ParkedEditDetail(edit, body, encoding, ParkedShown.Body(edited.Body, edit.Key, MaxBodyText).Body, ParkedShown.Headers(edited, edit.Key)));
    }

    async Task<IResult> DecideAsync(DecideEditRequest request, Func<Guid, string?, string, CancellationToken, Task<ParkedEditOutcome>> decide, Guid editId)
    {
        var errors = new ContractErrors();
        errors.Required(request.Reason, "reason", MaxReason);
        return errors.None
            ? Answer(await decide(editId, request.Reason, Actor.Name, CancellationToken), ProblemKinds.ParkedEditNotFound, isNew: false)
            : ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
    }

    IResult Answer(ParkedEditOutcome outcome, ProblemKind notFound, bool isNew)
    {
        switch (outcome)
        {
            case ParkedEditOutcome.Done(var edit, var repeated):
                if (repeated)
                    Context.Response.Headers[SubmissionResult.ReplayedHeader] = "true";
                return isNew ? TypedResults.Created($"/v1/parked/edits/{edit.EditId}", edit) : TypedResults.Ok(edit);
            case ParkedEditOutcome.Unfit(var code, var detail):
                return ApiProblem.Of(ProblemKinds.Invalid, errors: [new ContractError(code, "payload", detail)]);
            case ParkedEditOutcome.NotFound:
                return ApiProblem.Of(notFound);
            case ParkedEditOutcome.IdReused:
                return ApiProblem.Of(ProblemKinds.IdempotencyKeyReused);
            case ParkedEditOutcome.Exists:
                return ApiProblem.Of(ProblemKinds.ParkedEditExists);
            case ParkedEditOutcome.MakerIsChecker:
                return ApiProblem.Of(ProblemKinds.MakerIsChecker);
            case ParkedEditOutcome.Busy:
                return ApiProblem.Of(ProblemKinds.ParkedRequested);
            case ParkedEditOutcome.Ended(var state):
                return ApiProblem.Of(ProblemKinds.ParkedEditEnded, $"It is {state}.");
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome}");
        }
    }
}
