using Microsoft.Extensions.Options;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Sagas.Outlook;
using Orchestrator.Sagas.Search;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.Attention;

/// <summary>Finds holds that are about to expire although nobody was warned. The alert is the saga's own: whoever raises it, it is one.</summary>
public sealed class HoldWarnings(AttentionReader attention, TransactionSearch transactions, IOptions<TransactionSagaOptions> options)
{
    // The saga's timer comes first.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What is waited for, and the alert that says so.</summary>
    static readonly (string State, string Kind, Func<TransactionSagaOptions, TimeSpan?> Before)[] Warnings =
        [("Held", "hold_expiring", o => o.WarnBefore), ("Authorised", "authorisation_expiring", o => o.WarnBeforeAuthorisationEnds)];

    /// <summary>All warnings that are missing, up to <paramref name="most"/> holds of a kind looked at.</summary>
    public async Task<IReadOnlyList<AlertRaised>> MissingAsync(DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        var missing = new List<AlertRaised>();
        foreach (var (state, kind, warnBefore) in Warnings)
        {
            if (warnBefore(options.Value) is not { } before)
                continue;
            AttentionCursor? after = null;
            var looked = 0;
            do
            {
                var (entries, next) = await attention.ListAsync(
                    new AttentionFilter([state], ExpiresBefore: now + before - Patience), AttentionOrder.Expiry, after, AttentionReader.MaxPage, cancellationToken);
                var sagas = await transactions.LoadAsync([.. entries.Where(e => e.Repeats == 0).Select(e => e.TransactionId)], cancellationToken);
                missing.AddRange(entries.Select(e => sagas.GetValueOrDefault(e.TransactionId)).OfType<TransactionSaga>()
                    .Where(s => s.Repeats == 0 && s.CurrentState == state).Select(s => Warning(s, kind, now)));
                (after, looked) = (next, looked + entries.Count);
            }
            while (after is not null && looked < most);
        }
        return missing;
    }

    static AlertRaised Warning(TransactionSaga saga, string kind, DateTimeOffset now) => new(
        TransactionCommands.AlertId(saga.CorrelationId, kind), saga.SourceAccountId, kind, saga.Score ?? 0, saga.Findings?.Split('\n') ?? [], now, saga.CorrelationId);
}
