using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Postings;

/// <summary>POST /v1/transfers/bulk.</summary>
static class BulkTransfers
{
    const int Most = 1_000;

    public static async Task<IResult> PostAsync(JsonBody<BulkTransferRequest> body, AskLedger ledger, CancellationToken cancellationToken)
    {
        var transfers = body.Value.Transfers;
        if (transfers.Count is 0 or > Most)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: [new ContractError("count_out_of_range", "transfers", $"from 1 to {Most} transfers")]);
        var items = new List<BulkTransferItem>(transfers.Count);
        foreach (var transfer in transfers)
            items.Add(await AskAsync(items.Count, transfer, ledger, cancellationToken));
        return TypedResults.Ok(new BulkTransferResult(items.Count(i => i.Outcome is BulkOutcome.Accepted or BulkOutcome.Repeated), items));
    }

    static async Task<BulkTransferItem> AskAsync(int index, TransferRequest request, AskLedger ledger, CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        if (request.TransferId is not { } id)
        {
            errors.Add("missing_field", "transferId", "required in a bulk: it tells the items apart");
            return new BulkTransferItem(index, BulkOutcome.Invalid, Errors: Fields(errors));
        }
        return await ledger.AskAsync(id, idempotencyKey: null, request.ToCommand, errors, cancellationToken) switch
        {
            SubmissionOutcome.Accepted => new BulkTransferItem(index, BulkOutcome.Accepted, id),
            SubmissionOutcome.Repeated => new BulkTransferItem(index, BulkOutcome.Repeated, id),
            null => new BulkTransferItem(index, BulkOutcome.Invalid, id, Fields(errors)),
            _ => new BulkTransferItem(index, BulkOutcome.Exists, id),
        };
    }

    static IReadOnlyList<ProblemField> Fields(ContractErrors errors) => [.. errors.All.Select(e => new ProblemField(e.Code, e.Field, e.Detail))];
}
