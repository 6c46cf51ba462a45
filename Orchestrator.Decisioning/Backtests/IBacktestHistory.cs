namespace Orchestrator.Decisioning.Backtests;

/// <summary>Transactions of the past, wherever they are kept. One is read once.</summary>
public interface IBacktestHistory
{
    /// <summary>As of when labels are known: what is older than this by the delay of labels, and has none, may be taken for genuine.</summary>
    DateTimeOffset LabelsAsOf { get; }

    /// <summary>Whether there is something older than what was asked for, once all was read.</summary>
    bool HasOlder { get; }

    /// <summary>How many could not be replayed, because what was kept of them does not say enough; once all was read.</summary>
    long Skipped { get; }

    /// <summary>Transactions in the order of their event times and ids, some at a time.</summary>
    /// <param name="from">From this event time on.</param>
    /// <param name="to">Before this event time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BacktestException">It cannot be read.</exception>
    IAsyncEnumerable<IReadOnlyList<PastTransaction>> ReadAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}
