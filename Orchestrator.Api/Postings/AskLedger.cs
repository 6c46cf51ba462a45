using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Postings;

/// <summary>Sends a command to the ledger: once for each id or Idempotency-Key, however often it is asked for.</summary>
sealed class AskLedger(SubmissionStore submissions, MessageCatalog catalog, TimeProvider time)
{
    /// <summary>202 with the command's id, or what is wrong with it.</summary>
    /// <param name="given">The client's id of the command.</param>
    /// <param name="field">Where it belongs in the body.</param>
    /// <param name="idempotencyKey">The header.</param>
    /// <param name="command">Makes the command, of its id and the time.</param>
    /// <param name="location">Where to look after it, of its id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IResult> AcceptAsync(
        Guid? given, string field, string? idempotencyKey, Func<Guid, DateTimeOffset, ILedgerCommand> command, Func<Guid, string> location,
        CancellationToken cancellationToken)
    {
        var errors = new ContractErrors(catalog.Currencies);
        var id = IdempotencyKey.IdOf(given, field, idempotencyKey, SubmissionKind.Posting, errors);
        var outcome = await AskAsync(id, idempotencyKey, command, errors, cancellationToken);
        return outcome is null ? ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All) : SubmissionResult.Of(outcome, location(id), ProblemKinds.CommandExists);
    }

    /// <summary>Adds what is wrong with <paramref name="command"/>.</summary>
    public static void Validate(ILedgerCommand command, ContractErrors errors)
    {
        command.Validate(errors);
        if (command is IAmountCommand { Currency: var currency })
            ValidateCurrency(currency, errors);
    }

    /// <summary>
    /// Adds an error when there is no such currency or asset: the ledger would refuse it, and here it can be said at once. A code that is malformed is an error of
    /// its contract.
    /// </summary>
    public static void ValidateCurrency(string? currency, ContractErrors errors)
    {
        if (CurrencyScales.IsWellFormed(currency))
            errors.Currency(currency, "currency");
    }

    /// <summary>What became of the request; null when there are <paramref name="errors"/>.</summary>
    public async Task<SubmissionOutcome?> AskAsync(
        Guid id, string? idempotencyKey, Func<Guid, DateTimeOffset, ILedgerCommand> command, ContractErrors errors, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var message = command(id, now);
        Validate(message, errors);
        if (!errors.None)
            return null;
        return await submissions.AcceptAsync(
            new Submission(
                SubmissionKind.Posting,
                $"{id}",
                idempotencyKey,
                Fingerprint(command(id, DateTimeOffset.UnixEpoch)),
                JsonSerializer.Serialize(new PostingAccepted(id, message.AccountId, now), ApiJson.Default.PostingAccepted),
                OutgoingMessages.Of(catalog, message, time)),
            cancellationToken);
    }

    /// <summary>What became of a request for linked transfers, all of it or nothing.</summary>
    public async Task<SubmissionOutcome> AskLinkedAsync(IReadOnlyList<LinkedTransfer> transfers, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var ids = transfers.Select(t => t.TransferId).ToList();
        var linked = new LinkedTransfers(LedgerIds.ChainOf(ids), transfers[0].SourceAccountId, transfers, now);
        return await submissions.AcceptAsync(
            new Submission(
                SubmissionKind.Posting,
                $"{ids[0]}",
                IdempotencyKey: null,
                Fingerprint(linked with { RequestedAt = DateTimeOffset.UnixEpoch }),
                JsonSerializer.Serialize(new PostingAccepted(ids[0], linked.AccountId, now), ApiJson.Default.PostingAccepted),
                OutgoingMessages.Of(catalog, linked, time),
                [.. ids.Skip(1).Select(id => $"{id}")]),
            cancellationToken);
    }

    /// <summary>Whether the command was accepted here, so that it is on its way although the ledger does not know it yet.</summary>
    public async Task<bool> IsUnderWayAsync(Guid commandId, CancellationToken cancellationToken) =>
        await submissions.FindAsync(SubmissionKind.Posting, $"{commandId}", cancellationToken) is not null;

    // Of what was asked for, whenever it was.
    byte[] Fingerprint(IContract command)
    {
        var contract = catalog.Of(command.GetType());
        return SHA256.HashData([.. Encoding.UTF8.GetBytes(contract.Name), .. JsonSerializer.SerializeToUtf8Bytes(command, contract.Json)]);
    }
}
