using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Accounts;

/// <summary>POST /v1/accounts/{id}/freeze, unfreeze and close.</summary>
static class ChangeAccount
{
    /// <summary>The handler of one of the three.</summary>
    /// <param name="change">The command, of id, account, reason and time.</param>
    public static Delegate Handler(Func<Guid, string, string, DateTimeOffset, IAccountCommand> change) => (
        string accountId,
        JsonBody<ChangeAccountRequest> body,
        [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey,
        AccountReader accounts,
        SubmissionStore submissions,
        MessageCatalog catalog,
        TimeProvider time,
        CancellationToken cancellationToken) => HandleAsync(change, accountId, body.Value, idempotencyKey, accounts, submissions, catalog, time, cancellationToken);

    static async Task<IResult> HandleAsync(
        Func<Guid, string, string, DateTimeOffset, IAccountCommand> change, string accountId, ChangeAccountRequest request, string? idempotencyKey,
        AccountReader accounts, SubmissionStore submissions, MessageCatalog catalog, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!ContractErrors.IsAccountId(accountId) || await accounts.GetAsync(accountId, cancellationToken) is not { } account)
            return ApiProblem.Of(ProblemKinds.AccountNotFound);
        var now = time.GetUtcNow();
        var errors = new ContractErrors();
        var id = IdempotencyKey.IdOf(request.CommandId, "commandId", idempotencyKey, SubmissionKind.AccountChange, errors);
        var message = change(id, accountId, request.Reason, now);
        message.Validate(errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (await CannotBeAsync(account, message, submissions, cancellationToken) is { } refused)
            return refused;

        var asked = JsonSerializer.Serialize(request with { CommandId = id }, ApiJson.Default.ChangeAccountRequest);
        var outcome = await submissions.AcceptAsync(
            new Submission(
                SubmissionKind.AccountChange,
                $"{id}",
                idempotencyKey,
                SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{message.GetType().Name} {accountId} {asked}")),
                JsonSerializer.Serialize(new AccountChangeAccepted(id, accountId, now), ApiJson.Default.AccountChangeAccepted),
                OutgoingMessages.Of(catalog, message, time)),
            cancellationToken);
        return SubmissionResult.Of(outcome, $"/v1/accounts/{accountId}", ProblemKinds.CommandExists);
    }

    // The ledger decides when it comes to it; what it would refuse now is said at once. What was accepted before gets its first answer again.
    static async Task<IResult?> CannotBeAsync(AccountView account, IAccountCommand command, SubmissionStore submissions, CancellationToken cancellationToken) =>
        LedgerDecider.ChangeStatus(account.State, command, command.RequestedAt) is LedgerDecision.Refused(var reason)
            && await submissions.FindAsync(SubmissionKind.AccountChange, $"{command.CommandId}", cancellationToken) is null
            ? ApiProblem.Of(ProblemKinds.AccountRefused, reason)
            : null;
}
