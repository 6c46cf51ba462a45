using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Sagas;
using Orchestrator.Casework.Alerts;
using Orchestrator.Ledger.Postings;
using Orchestrator.Sagas.Attention;
using Orchestrator.Sagas.Machines;
using Orchestrator.Sagas.Outlook;
using Orchestrator.Sagas.Search;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Holds;

/// <summary>Brings holds together with the transactions behind them, what was found, and what people were told.</summary>
sealed class HoldDetails(
    AttentionReader attention, TransactionSearch transactions, TransactionAlerts alerts, MachineMap map, IOptions<TransactionSagaOptions> options)
{
    /// <summary>A page of open holds. One that was decided about a moment ago is left out.</summary>
    public async Task<(IReadOnlyList<OpenHold> Items, AttentionCursor? Next)> ListAsync(
        AttentionFilter filter, AttentionOrder order, AttentionCursor? after, int limit, CancellationToken cancellationToken)
    {
        var (entries, next) = await attention.ListAsync(filter, order, after, limit, cancellationToken);
        var ids = entries.Select(e => e.TransactionId).ToList();
        var sagas = await transactions.LoadAsync(ids, cancellationToken);
        var raised = await alerts.FindAsync(ids, cancellationToken);
        var holds = new List<OpenHold>(entries.Count);
        foreach (var entry in entries)
        {
            if (sagas.GetValueOrDefault(entry.TransactionId) is { } saga && saga.CurrentState == entry.State)
                holds.Add(Open(entry, saga, raised[entry.TransactionId]));
        }
        return (holds, next);
    }

    /// <summary>A hold with its transaction.</summary>
    public async Task<HoldDetail> OfAsync(HoldView hold, CancellationToken cancellationToken)
    {
        var detail = new HoldDetail(hold);
        if (hold.TransactionId is not { } id || (await transactions.LoadAsync([id], cancellationToken)).GetValueOrDefault(id) is not { } saga)
            return detail;
        return detail with
        {
            Transaction = new HeldTransaction(
                id, TransactionStates.Shown(saga.CurrentState), EntityTags.Of(saga.Version), saga.Score, Sentences(saga), TransactionOutlook.AtDeadline(saga, map, options.Value),
                TransactionOutlook.Actions(saga, options.Value), [.. (await alerts.FindAsync([id], cancellationToken))[id]]),
        };
    }

    OpenHold Open(AttentionEntry entry, TransactionSaga saga, IEnumerable<StoredAlert> raised) => new(
        saga.CorrelationId,
        saga.HoldId,
        TransactionStates.Shown(saga.CurrentState),
        entry.Since,
        saga.DeadlineAt,
        TransactionOutlook.AtDeadline(saga, map, options.Value)?.Does,
        saga.SourceAccountId,
        saga.DestinationAccountId,
        saga.AmountMinor ?? 0,
        saga.Currency,
        saga.Score,
        Sentences(saga),
        [.. raised.Select(a => a.CaseId).Distinct()],
        TransactionOutlook.Actions(saga, options.Value),
        saga.Repeats > 0,
        EntityTags.Of(saga.Version));

    static string[] Sentences(TransactionSaga saga) => saga.Findings?.Split('\n') ?? [];
}
