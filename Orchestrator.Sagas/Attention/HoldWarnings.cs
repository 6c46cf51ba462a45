using Microsoft.Extensions.Options;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Sagas.Outlook;
using Orchestrator.Sagas.Search;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.Attention;

/// <summary>Finds holds that are about to expire although nobody was warned. The alert is the saga's own: whoever raises it, it is one.</summary>
public sealed class HoldWarnings(AttentionReader attention, TransactionSearch transactions, IOptions<TransactionSagaOptions> options)
{
    /// <summary>The alert's kind.</summary>
    public const string Kind = "hold_expiring";

    // The saga's timer comes first.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The warnings that are missing, of a page of holds.</summary>
    /// <param name="now">The time, UTC.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The alerts, and where to go on; null at the end.</returns>
    public async Task<(IReadOnlyList<AlertRaised> Missing, AttentionCursor? Next)> MissingAsync(
        DateTimeOffset now, AttentionCursor? after, CancellationToken cancellationToken)
    {
        if (options.Value.WarnBefore is not { } before)
            return ([], null);
        var (entries, next) = await attention.ListAsync(
            new AttentionFilter(["Held"], ExpiresBefore: now + before - Patience), AttentionOrder.Expiry, after, AttentionReader.MaxPage, cancellationToken);
        var unwarned = entries.Where(e => e.Repeats == 0).Select(e => e.TransactionId).ToList();
        var sagas = await transactions.LoadAsync(unwarned, cancellationToken);
        return ([.. unwarned.Select(sagas.GetValueOrDefault).OfType<TransactionSaga>().Where(s => s is { CurrentState: "Held", Repeats: 0 }).Select(s => Warning(s, now))], next);
    }

    static AlertRaised Warning(TransactionSaga saga, DateTimeOffset now) => new(
        TransactionCommands.AlertId(saga.CorrelationId, Kind), saga.SourceAccountId, Kind, saga.Score ?? 0, saga.Findings?.Split('\n') ?? [], now, saga.CorrelationId);
}
