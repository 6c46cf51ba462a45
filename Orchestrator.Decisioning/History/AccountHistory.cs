using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Decisioning.History;

/// <summary>What decisioning remembers of one source account. Bounded, whatever the account does.</summary>
public sealed class AccountHistory
{
    /// <summary>The most currencies remembered; beyond it the one with the fewest amounts is forgotten.</summary>
    public const int MaxCurrencies = 16;

    internal AccountHistory(SortedDictionary<string, RunningStatistics> amounts, RecentTimes times)
    {
        AmountsByCurrency = amounts;
        Times = times;
    }

    /// <summary>An account that was never seen.</summary>
    public AccountHistory()
        : this(new SortedDictionary<string, RunningStatistics>(StringComparer.Ordinal), new RecentTimes())
    {
    }

    /// <summary>Statistics of amounts, by currency.</summary>
    public SortedDictionary<string, RunningStatistics> AmountsByCurrency { get; }

    /// <summary>The times of recent transactions.</summary>
    public RecentTimes Times { get; }

    /// <summary>The statistics of one currency; empty when it was never seen.</summary>
    public RunningStatistics Amounts(string currency) => AmountsByCurrency.GetValueOrDefault(currency);

    /// <summary>Remembers a transaction.</summary>
    /// <param name="transaction">The transaction, assessed already.</param>
    /// <param name="learnAmount">False for a declined one: its time counts, but an attacker must not teach the account large amounts.</param>
    /// <param name="now">The present, UTC.</param>
    public void Add(TransactionSubmitted transaction, bool learnAmount, DateTimeOffset now)
    {
        Times.Add(transaction.OccurredAt, now);
        if (!learnAmount)
            return;
        if (AmountsByCurrency.Count == MaxCurrencies && !AmountsByCurrency.ContainsKey(transaction.Currency))
            AmountsByCurrency.Remove(AmountsByCurrency.MinBy(c => c.Value.Count).Key);
        AmountsByCurrency[transaction.Currency] = Amounts(transaction.Currency).With(transaction.AmountMinor);
    }
}
