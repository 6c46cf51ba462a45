using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Records;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Labels;

/// <summary>Takes labels: once for each id or Idempotency-Key, however often they come.</summary>
sealed class AskLabels(SubmissionStore submissions, DecisionReader decisions, TransactionReader transactions, MessageCatalog catalog, TimeProvider time)
{
    // By how much the clock of whoever labels may be ahead. A label from the future would count until then, whatever is said.
    static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The account that pays in each transaction that is known: it is the key of its labels. Decisions know nearly all; one whose decision is not stored yet, or not
    /// any more, is known to the saga or was accepted here.
    /// </summary>
    public async Task<IReadOnlyDictionary<Guid, string>> PayersAsync(IReadOnlyCollection<Guid> transactionIds, CancellationToken cancellationToken)
    {
        var payers = new Dictionary<Guid, string>(await decisions.SourceAccountsAsync(transactionIds, cancellationToken));
        foreach (var id in transactionIds)
        {
            if (!payers.ContainsKey(id) && await PayerAsync(id, cancellationToken) is { } payer)
                payers.Add(id, payer);
        }
        return payers;
    }

    /// <summary>What became of a label; null when there are <paramref name="errors"/>.</summary>
    public async Task<SubmissionOutcome?> AskAsync(
        Guid labelId, string? idempotencyKey, LabelRequest request, string sourceAccountId, ContractErrors errors, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var message = request.ToMessage(labelId, sourceAccountId, now);
        message.Validate(errors);
        if (message.LabelledAt > now + MaxAhead)
            errors.Add("time_in_future", "labelledAt", "not later than now");
        if (!errors.None)
            return null;
        // The hash is over what was asked for, not over what was filled in.
        var asked = request with { LabelId = labelId };
        return await submissions.AcceptAsync(
            new Submission(
                SubmissionKind.Label,
                $"{labelId}",
                idempotencyKey,
                SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(asked, ApiJson.Default.LabelRequest)),
                JsonSerializer.Serialize(new LabelAccepted(labelId, request.TransactionId, message.LabelledAt), ApiJson.Default.LabelAccepted),
                OutgoingMessages.Of(catalog, message, time)),
            cancellationToken);
    }

    async Task<string?> PayerAsync(Guid transactionId, CancellationToken cancellationToken) =>
        await transactions.FindAsync(transactionId, cancellationToken) is { AmountMinor: not null } saga
            ? saga.SourceAccountId
            : (await submissions.FindAsync(SubmissionKind.Transaction, $"{transactionId}", cancellationToken))?.MessageKey;
}
