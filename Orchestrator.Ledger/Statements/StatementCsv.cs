using System.Runtime.CompilerServices;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Formats;

namespace Orchestrator.Ledger.Statements;

/// <summary>A statement as CSV: a line for the opening balance, one for each entry, one for the closing balance.</summary>
public static class StatementCsv
{
    const int LinesAtOnce = 200;

    static readonly string[] Columns =
    [
        "accountId", "month", "version", "effectiveAt", "recordedAt", "late", "type", "amountMinor", "balanceMinor", "amount", "balance", "currency",
        "counterpartyAccountId", "transactionId", "reversesTransactionId", "reason",
    ];

    /// <summary>The file, piece by piece; amounts have the decimals that <paramref name="currencies"/> say.</summary>
    public static async IAsyncEnumerable<string> WriteAsync(
        Statement statement, CurrencyScales currencies, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var csv = new CsvText();
        var digits = currencies.MinorDigits(statement.Currency);
        foreach (var column in Columns)
            csv.Raw(column);
        csv.End();
        Balance(csv, statement, digits, "opening_balance", statement.OpeningBalanceMinor);
        var lines = 0;
        await foreach (var entry in statement.Entries.WithCancellation(cancellationToken))
        {
            Entry(csv, statement, digits, entry);
            if (++lines % LinesAtOnce == 0)
                yield return csv.Take();
        }
        Balance(csv, statement, digits, "closing_balance", statement.ClosingBalanceMinor);
        yield return csv.Take();
    }

    static void Balance(CsvText csv, Statement statement, int digits, string type, long balanceMinor)
    {
        csv.Text(statement.AccountId).Raw(statement.Month).Raw(null).Raw(null).Raw(null).Raw(null).Raw(type).Raw(null).Number(balanceMinor)
            .Raw(null).Raw(MoneyText.Of(balanceMinor, digits)).Raw(statement.Currency).Raw(null).Raw(null).Raw(null).Raw(null).End();
    }

    static void Entry(CsvText csv, Statement statement, int digits, StatementEntry entry) => csv
        .Text(statement.AccountId)
        .Raw(statement.Month)
        .Number(entry.Version)
        .Instant(entry.EffectiveAt)
        .Instant(entry.RecordedAt)
        .Raw(entry.Late ? "true" : "false")
        .Raw(entry.Type)
        .Number(entry.AmountMinor)
        .Number(entry.BalanceMinor)
        .Raw(MoneyText.Of(entry.AmountMinor, digits))
        .Raw(MoneyText.Of(entry.BalanceMinor, digits))
        .Raw(statement.Currency)
        .Text(entry.CounterpartyAccountId)
        .Raw(entry.TransactionId?.ToString())
        .Raw(entry.ReversesTransactionId?.ToString())
        .Text(entry.Reason)
        .End();
}
