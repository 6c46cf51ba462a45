using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Postings;

namespace Orchestrator.Api.Postings;

/// <summary>/v1/transfers.</summary>
static class Transfers
{
    public static Task<IResult> PostAsync(
        JsonBody<TransferRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, AskLedger ledger, AccountReader accounts,
        CurrencyScales currencies, TimeProvider time, CancellationToken cancellationToken, bool dryRun = false) => body.Value.Linked
            ? Task.FromResult(ApiProblem.Of(ProblemKinds.Invalid, errors: [BulkTransfers.ChainOpen("linked")]) as IResult)
            : dryRun
            ? TryAsync(body.Value, accounts, currencies, time.GetUtcNow(), cancellationToken)
            : ledger.AcceptAsync(body.Value.TransferId, "transferId", idempotencyKey, body.Value.ToCommand, Location, cancellationToken);

    static async Task<IResult> TryAsync(
        TransferRequest request, AccountReader accounts, CurrencyScales currencies, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var transfer = (Transfer)request.ToCommand(request.TransferId ?? Guid.CreateVersion7(now), now);
        var errors = new ContractErrors(currencies);
        AskLedger.Validate(transfer, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var trial = new TransferTrial(await accounts.GetStatesAsync([transfer.AccountId, transfer.DestinationAccountId], cancellationToken), now);
        var reason = trial.Try(transfer);
        return TypedResults.Ok(new TransferDryRun(reason is null, reason, reason is null ? trial.AvailableMinor(transfer.AccountId) : null));
    }

    public static async Task<Results<Ok<TransferView>, ProblemHttpResult>> GetAsync(
        Guid transferId, PostingReader postings, AskLedger ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await postings.FindTransferAsync(transferId, cancellationToken) is { } transfer)
            return TypedResults.Ok(transfer);
        return await ledger.IsUnderWayAsync(transferId, cancellationToken)
            ? TypedResults.Ok(new TransferView(transferId, TransferState.Pending, time.GetUtcNow()))
            : ApiProblem.Of(ProblemKinds.TransferNotFound);
    }

    public static async Task<IResult> ReverseAsync(
        Guid transferId, JsonBody<ReverseRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, PostingReader postings,
        AskLedger ledger, CancellationToken cancellationToken)
    {
        if (await postings.FindTransferAsync(transferId, cancellationToken) is not { } transfer)
            return ApiProblem.Of(ProblemKinds.TransferNotFound);
        if (transfer.State is not TransferState.Posted || transfer.DestinationAccountId is not { } receiver)
            return ApiProblem.Of(ProblemKinds.TransferNotPosted, $"It is {transfer.State.ToString().ToLowerInvariant()}.");
        return await ledger.AcceptAsync(
            body.Value.TransferId, "transferId", idempotencyKey,
            (id, at) => new Reverse(id, id, receiver, LedgerIds.CreditOf(transferId), receiver, at),
            Location, cancellationToken);
    }

    static string Location(Guid id) => $"/v1/transfers/{id}";
}
