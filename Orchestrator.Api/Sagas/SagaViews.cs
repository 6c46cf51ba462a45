using Orchestrator.Api.Hosting;
using Orchestrator.Sagas.Attention;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Sagas;

/// <summary>From what is stored to what is shown.</summary>
static class SagaViews
{
    public static SagaSummary Summary(TransactionSaga saga, int repeatsBeforeAlert, AttentionEntry? entry = null) => new(
        saga.CorrelationId,
        TransactionStates.Shown(saga.CurrentState),
        TransactionStates.HasEnded(saga.CurrentState),
        AttentionRule.IsStuck(saga, repeatsBeforeAlert),
        entry?.State == saga.CurrentState ? entry.Since : saga.UpdatedAt,
        saga.Reason,
        saga.SourceAccountId.Length == 0 ? null : saga.SourceAccountId,
        saga.DestinationAccountId,
        saga.AmountMinor,
        saga.Currency,
        saga.Score,
        saga.SubmittedAt,
        saga.DeadlineAt,
        saga.Repeats,
        EntityTags.Of(saga.Version));

    public static SagaData Data(TransactionSaga saga) => new(
        saga.Kind,
        saga.Verdict,
        saga.Findings?.Split('\n') ?? [],
        saga.CancelRequested,
        saga.CancelReason,
        saga.HoldId,
        saga.Ending is { } ending ? TransactionStates.Shown(ending) : null,
        saga.StepAt == default ? null : saga.StepAt,
        saga.TimerDueAt,
        saga.UpdatedAt,
        saga.EndedAt);

    /// <summary>What happened, and how long after what was before it. What the ledger did by itself is noted when it is heard of: nothing takes less than no time.</summary>
    public static IReadOnlyList<SagaTimelineEntry> Timeline(IReadOnlyList<Orchestrator.Sagas.TransactionSagas.TimelineEntry> entries)
    {
        var shown = new List<SagaTimelineEntry>(entries.Count);
        foreach (var entry in entries)
        {
            double? after = shown.Count == 0 ? null : Math.Max(0, (entry.At - shown[^1].At).TotalMilliseconds);
            shown.Add(new SagaTimelineEntry(entry.At, entry.What, entry.Why, after));
        }
        return shown;
    }
}
