using Orchestrator.Cli.Publishing;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Cli.Publish;

/// <summary>
/// CSV with the columns of the Fraud Detection Handbook. Customers and terminals become accounts; the transaction's number becomes a UUID that
/// follows from it alone, so that publishing a file again, or the same row in another file, publishes the same transaction.
/// </summary>
public static class HandbookCsv
{
    static readonly string[] Required = ["TRANSACTION_ID", "TX_DATETIME", "CUSTOMER_ID", "TERMINAL_ID", "TX_AMOUNT"];

    /// <summary>Reads row by row; a bad row is a result.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="currency">Of all amounts, which the Handbook does not name.</param>
    /// <exception cref="Output.CommandException">The header lacks a column, or there is none.</exception>
    public static IEnumerable<FileRow> Read(TextReader reader, string currency) => CsvTable.Read(reader, Required, record => Row(record, currency), FileRow.Bad);

    /// <summary>The id of the transaction with this number.</summary>
    public static Guid IdOf(string transactionId) => NamedId.Of("handbook", transactionId);

    static FileRow Row(CsvRecord record, string currency)
    {
        var fields = new FieldReader(record);
        var id = fields.Text("TRANSACTION_ID");
        var occurredAt = fields.Time("TX_DATETIME");
        var customer = HandbookAccounts.Customer(fields.Text("CUSTOMER_ID"));
        var terminal = HandbookAccounts.Terminal(fields.Text("TERMINAL_ID"));
        var amount = fields.Amount("TX_AMOUNT", currency);
        var fraud = fields.Label("TX_FRAUD", most: 1) == 1;
        var scenario = fields.Label("TX_FRAUD_SCENARIO", most: 9);
        var label = record.Table.Position("TX_FRAUD") >= 0 ? new FraudLabel(fraud, scenario) : null;
        return fields.Row(
            () => new TransactionSubmitted(
                IdOf(id), customer, terminal, amount, currency, TransactionKind.Card, occurredAt, TerminalId: terminal, Channel: "pos"),
            label);
    }
}
