using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Accounts;

namespace Orchestrator.Api.Postings;

/// <summary>POST /v1/transfers/bulk.</summary>
static class BulkTransfers
{
    const int Most = 1_000;

    public static async Task<IResult> PostAsync(
        JsonBody<BulkTransferRequest> body, AskLedger ledger, AccountReader accounts, CurrencyScales currencies, TimeProvider time,
        CancellationToken cancellationToken, bool dryRun = false)
    {
        var transfers = body.Value.Transfers;
        if (transfers.Count is 0 or > Most)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: [new ContractError("count_out_of_range", "transfers", $"from 1 to {Most} transfers")]);
        if (transfers.Any(t => t is null))
            return ApiProblem.Of(ProblemKinds.Invalid, errors: [new ContractError("missing_field", "transfers", "a transfer in each place, not null")]);
        var runs = BulkRun.Of(transfers, currencies);
        if (dryRun)
            return TypedResults.Ok(await BulkTrial.RunAsync(runs, accounts, time.GetUtcNow(), cancellationToken));
        var items = new List<BulkTransferItem>(transfers.Count);
        foreach (var run in runs)
            items.AddRange(run.IsChain ? await AskLinkedAsync(run, ledger, cancellationToken) : [await AskAsync(run, ledger, currencies, cancellationToken)]);
        return TypedResults.Ok(new BulkTransferResult(items.Count(i => i.Outcome is BulkOutcome.Accepted or BulkOutcome.Repeated), items));
    }

    /// <summary>What is wrong with a transfer that is linked to one that does not follow.</summary>
    public static ContractError ChainOpen(string field) => new("linked_chain_open", field, "false for the last of a chain: nothing follows that it could be linked to");

    public static IReadOnlyList<ProblemField> Fields(IEnumerable<ContractError> errors) => [.. errors.Select(e => new ProblemField(e.Code, e.Field, e.Detail))];

    static async Task<BulkTransferItem> AskAsync(BulkRun run, AskLedger ledger, CurrencyScales currencies, CancellationToken cancellationToken)
    {
        var (index, request) = (run.Start, run.Transfers[0]);
        if (run.ErrorsOf(0) is { None: false } wrong)
            return new BulkTransferItem(index, BulkOutcome.Invalid, request.TransferId, Fields(wrong.All));
        var errors = new ContractErrors(currencies);
        var id = request.TransferId!.Value;
        return await ledger.AskAsync(id, idempotencyKey: null, request.ToCommand, errors, cancellationToken) switch
        {
            SubmissionOutcome.Accepted => new BulkTransferItem(index, BulkOutcome.Accepted, id),
            SubmissionOutcome.Repeated => new BulkTransferItem(index, BulkOutcome.Repeated, id),
            null => new BulkTransferItem(index, BulkOutcome.Invalid, id, Fields(errors.All)),
            _ => new BulkTransferItem(index, BulkOutcome.Exists, id),
        };
    }

    static async Task<IEnumerable<BulkTransferItem>> AskLinkedAsync(BulkRun run, AskLedger ledger, CancellationToken cancellationToken)
    {
        if (run.FirstInvalid is { } invalid)
            return run.Each((i, t) => run.ErrorsOf(i) is { None: false } wrong
                ? new BulkTransferItem(run.Start + i, BulkOutcome.Invalid, t.TransferId, Fields(wrong.All))
                : Failed(run, i, invalid));
        var outcome = await ledger.AskLinkedAsync([.. run.Transfers.Select(t => t.ToLinked())], cancellationToken);
        if (outcome is SubmissionOutcome.SubjectTaken(var subject))
        {
            var taken = run.Transfers.TakeWhile(t => !string.Equals($"{t.TransferId}", subject, StringComparison.Ordinal)).Count();
            return run.Each((i, t) => i == taken ? new BulkTransferItem(run.Start + i, BulkOutcome.Exists, t.TransferId) : Failed(run, i, taken));
        }
        var accepted = outcome is SubmissionOutcome.Accepted ? BulkOutcome.Accepted : BulkOutcome.Repeated;
        return run.Each((i, t) => new BulkTransferItem(run.Start + i, accepted, t.TransferId));
    }

    static BulkTransferItem Failed(BulkRun run, int index, int failed) =>
        new(run.Start + index, BulkOutcome.LinkedTransferFailed, run.Transfers[index].TransferId, FailedIndex: run.Start + failed);
}
