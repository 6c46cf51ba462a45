using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Postings;

namespace Orchestrator.Api.Postings;

/// <summary>/v1/holds.</summary>
static class Holds
{
    public static Task<IResult> PlaceAsync(
        JsonBody<HoldRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, AskLedger ledger, CancellationToken cancellationToken)
    {
        var r = body.Value;
        return ledger.AcceptAsync(
            r.HoldId, "holdId", idempotencyKey,
            (id, at) => new PlaceHold(id, id, r.AccountId, r.AmountMinor, r.Currency, r.AccountId, at, ExpiresAt: r.ExpiresAt),
            id => $"/v1/holds/{id}", cancellationToken);
    }

    public static Task<IResult> CaptureAsync(
        Guid holdId, JsonBody<CaptureRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, PostingReader postings, AskLedger ledger,
        CancellationToken cancellationToken) => ResolveAsync(
            holdId, body.Value.CommandId, idempotencyKey,
            (hold, id, at) => new CaptureHold(id, hold.TransactionId ?? holdId, hold.AccountId, holdId, hold.AccountId, at, AmountMinor: body.Value.AmountMinor),
            postings, ledger, cancellationToken);

    public static Task<IResult> ReleaseAsync(
        Guid holdId, JsonBody<ReleaseRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, PostingReader postings, AskLedger ledger,
        CancellationToken cancellationToken) => ResolveAsync(
            holdId, body.Value.CommandId, idempotencyKey,
            (hold, id, at) => new ReleaseHold(id, hold.TransactionId ?? holdId, hold.AccountId, holdId, hold.AccountId, at, Reason: body.Value.Reason),
            postings, ledger, cancellationToken);

    static async Task<IResult> ResolveAsync(
        Guid holdId, Guid? commandId, string? idempotencyKey, Func<HoldView, Guid, DateTimeOffset, ILedgerCommand> command, PostingReader postings,
        AskLedger ledger, CancellationToken cancellationToken) =>
        await postings.FindHoldAsync(holdId, cancellationToken) is not { } hold
            ? ApiProblem.Of(ProblemKinds.HoldNotFound)
            : hold.CounterpartyAccountId is not null
                // The ledger resolves it by itself, together with what the other account gets.
                ? ApiProblem.Of(ProblemKinds.HoldOfTransfer)
                : await ledger.AcceptAsync(
                    commandId, "commandId", idempotencyKey, (id, at) => command(hold, id, at), id => $"/v1/ledger/commands/{id}", cancellationToken);
}
