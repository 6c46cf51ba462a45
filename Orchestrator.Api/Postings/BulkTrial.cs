using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;

namespace Orchestrator.Api.Postings;

/// <summary>The dry run of a bulk.</summary>
static class BulkTrial
{
    const string Invalid = "invalid";

    /// <summary>What would become of each transfer, in order.</summary>
    public static async Task<BulkDryRun> RunAsync(
        IReadOnlyList<BulkRun> runs, AccountReader accounts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var named = runs.SelectMany(r => r.Transfers).SelectMany(t => new[] { t.SourceAccountId, t.DestinationAccountId });
        var trial = new TransferTrial(await accounts.GetStatesAsync(named, cancellationToken), now);
        List<BulkDryRunItem> items = [.. runs.SelectMany(run => Try(run, trial, now))];
        return new BulkDryRun(items.Count(i => i.Posted), items);
    }

    static IEnumerable<BulkDryRunItem> Try(BulkRun run, TransferTrial trial, DateTimeOffset now)
    {
        if (run.FirstInvalid is { } invalid)
            return run.Each((i, _) => run.ErrorsOf(i) is { None: false } wrong
                ? new BulkDryRunItem(run.Start + i, Posted: false, Invalid, BulkTransfers.Fields(wrong.All))
                : Failed(run, i, invalid));
        var failure = trial.TryLinked([.. run.Transfers.Select(t => (Transfer)t.ToCommand(t.TransferId!.Value, now))]);
        return run.Each((i, _) => failure is null ? new BulkDryRunItem(run.Start + i, Posted: true)
            : i == failure.Index ? new BulkDryRunItem(run.Start + i, Posted: false, failure.Reason)
            : Failed(run, i, failure.Index));
    }

    static BulkDryRunItem Failed(BulkRun run, int index, int failed) =>
        new(run.Start + index, Posted: false, LedgerRefusals.LinkedTransferFailed, FailedIndex: run.Start + failed);
}
