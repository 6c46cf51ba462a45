using System.Globalization;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Sagas.Attention;
using Orchestrator.Sagas.Search;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Jobs;

/// <summary>Raises an alert, once a day, about each transaction that stands where it should not.</summary>
sealed class StuckTransactionsJob(AttentionReader attention, OverdueTransactions overdue, JobAlerts alerts, IOptions<JobOptions> options, TimeProvider time)
{
    const string Kind = "transaction_stuck";

    // So many pages of 500 are looked at; a fault that stops more has been noticed long before.
    const int MaxPages = 20;

    // A fifth of one connection's time at most.
    const int RestToWork = 4;

    /// <summary>Those that people should see anyway: by an index, whatever the number of transactions.</summary>
    public async Task<string> WatchAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var raised = await RaiseAsync(await overdue.SeenAsync(now.AddMinutes(-options.Value.OverdueMinutes), cancellationToken), now, cancellationToken);
        AttentionCursor? after = null;
        var pages = 0;
        do
        {
            var (items, next) = await attention.ListAsync(
                new AttentionFilter(IsStuck: true, SinceBefore: now.AddHours(-options.Value.RemindAfterHours)), AttentionOrder.Age, after, AttentionReader.MaxPage,
                cancellationToken);
            raised += await alerts.RaiseAsync([.. items.Where(i => i.AccountId.Length > 0).Select(i => Reminder(i, now))], cancellationToken);
            after = next;
        }
        while (after is not null && ++pages < MaxPages);
        return Raised(raised);
    }

    /// <summary>All transactions, a stretch after the other.</summary>
    public async Task<string> SweepAsync(CancellationToken cancellationToken)
    {
        var (raised, stretches) = (0, 0);
        Guid? after = Guid.Empty;
        while (after is { } from)
        {
            var (now, began) = (time.GetUtcNow(), time.GetTimestamp());
            var (found, next) = await overdue.WalkAsync(from, now.AddMinutes(-options.Value.OverdueMinutes), cancellationToken);
            raised += await RaiseAsync(found, now, cancellationToken);
            (after, stretches) = (next, stretches + 1);
            if (after is not null)
                await Task.Delay(RestToWork * time.GetElapsedTime(began), time, cancellationToken);
        }
        return string.Create(CultureInfo.InvariantCulture, $"{Raised(raised)} in {stretches} stretches of {OverdueTransactions.MaxLooked}");
    }

    Task<int> RaiseAsync(IReadOnlyList<OverdueTransaction> found, DateTimeOffset now, CancellationToken cancellationToken) =>
        alerts.RaiseAsync([.. found.Where(f => f.AccountId.Length > 0).Select(f => Overdue(f, now))], cancellationToken);

    static AlertRaised Overdue(OverdueTransaction found, DateTimeOffset now) => new(
        IdOf(found.TransactionId, now), found.AccountId, Kind, found.Score ?? 0,
        [string.Create(CultureInfo.InvariantCulture, $"It is {TransactionStates.Shown(found.State)} although that should have ended at {found.DeadlineAt:yyyy-MM-dd HH:mm:ss} UTC: its timer has not moved it.")],
        now, found.TransactionId);

    static AlertRaised Reminder(AttentionEntry entry, DateTimeOffset now) => new(
        IdOf(entry.TransactionId, now), entry.AccountId, Kind, entry.Score ?? 0,
        [string.Create(CultureInfo.InvariantCulture, $"It is {TransactionStates.Shown(entry.State)} since {entry.Since:yyyy-MM-dd HH:mm:ss} UTC, and the ledger was asked {entry.Repeats} times.")],
        now, entry.TransactionId);

    // The same alert all day, whatever was found and by whom.
    static Guid IdOf(Guid transactionId, DateTimeOffset now) =>
        DerivedId.Of("stuck_transaction", string.Create(CultureInfo.InvariantCulture, $"{transactionId} {now.UtcDateTime:yyyy-MM-dd}"));

    static string Raised(int count) => string.Create(CultureInfo.InvariantCulture, $"raised {count} alerts");
}
