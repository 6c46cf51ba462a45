using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>Adds up amounts, by currency.</summary>
sealed class MoneyTally
{
    // More than there are currencies and assets: what comes beyond is no history of this service.
    const int MostCurrencies = 1_000;

    readonly SortedDictionary<string, Sums> _sums = new(StringComparer.Ordinal);

    /// <summary>Adds one.</summary>
    public void Add(in Judgement judged)
    {
        if (!_sums.TryGetValue(judged.Currency, out var sums))
        {
            if (_sums.Count == MostCurrencies)
                throw new BacktestException("too_many_currencies", $"More than {MostCurrencies} currencies.");
            _sums.Add(judged.Currency, sums = new Sums());
        }
        sums.Amounts[(int)judged.Outcome, (int)judged.Truth] += judged.AmountMinor;
        sums.Reviews += judged.Outcome == FraudOutcome.Review ? 1 : 0;
    }

    /// <summary>What it comes to.</summary>
    /// <param name="reviewCost">What a look costs in a currency.</param>
    public IReadOnlyList<MoneyReport> Report(Func<string, long> reviewCost) => [.. _sums.Select(s => s.Value.Report(s.Key, reviewCost(s.Key)))];

    /// <summary>A sum as far as 64 bits hold it.</summary>
    public static long Minor(Int128 sum) => (long)Int128.Clamp(sum, long.MinValue, long.MaxValue);

    sealed class Sums
    {
        public Int128[,] Amounts { get; } = new Int128[3, 3];

        public long Reviews { get; set; }

        public MoneyReport Report(string currency, long reviewCost)
        {
            var (declined, held) = (Of(FraudOutcome.Decline, Truth.Fraud), Of(FraudOutcome.Review, Truth.Fraud));
            var cost = (Int128)reviewCost * Reviews;
            return new MoneyReport(
                currency, Minor(declined), Minor(held), Minor(Of(FraudOutcome.Approve, Truth.Fraud)), Minor(Of(FraudOutcome.Decline, Truth.Genuine)),
                Minor(Of(FraudOutcome.Review, Truth.Genuine)), Reviews, Minor(cost), Minor(declined + held - cost));
        }

        Int128 Of(FraudOutcome outcome, Truth truth) => Amounts[(int)outcome, (int)truth];
    }
}
