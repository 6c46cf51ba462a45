using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Cli.Publish;

/// <summary>
/// CSV of TransactionSubmitted: the header names the contract's fields, in any order; <c>metadata.NAME</c> columns become metadata. Other
/// columns are passed over.
/// </summary>
public static class TransactionCsv
{
    const string MetadataPrefix = "metadata.";

    static readonly string[] Required =
        ["transactionId", "sourceAccountId", "destinationAccountId", "amountMinor", "currency", "kind", "occurredAt"];

    /// <summary>Reads row by row; a bad row is a result.</summary>
    /// <exception cref="Output.CommandException">The header lacks a column, or there is none.</exception>
    public static IEnumerable<FileRow> Read(TextReader reader) => CsvTable.Read(reader, Required, Row, FileRow.Bad);

    static FileRow Row(CsvRecord record)
    {
        var fields = new FieldReader(record);
        var id = fields.Id("transactionId");
        var source = fields.Text("sourceAccountId");
        var destination = fields.Text("destinationAccountId");
        var amount = fields.Whole("amountMinor");
        var currency = fields.Text("currency");
        var kind = fields.Kind("kind");
        var occurredAt = fields.Time("occurredAt");
        var latitude = fields.Degrees("latitude");
        var longitude = fields.Degrees("longitude");
        return fields.Row(() => new TransactionSubmitted(
            id,
            source,
            destination,
            amount,
            currency,
            kind,
            occurredAt,
            fields.Optional("merchantId"),
            fields.Optional("terminalId"),
            fields.Optional("channel"),
            fields.Optional("deviceId"),
            fields.Optional("ipAddress"),
            latitude,
            longitude,
            Metadata(record)));
    }

    static Dictionary<string, string>? Metadata(CsvRecord record)
    {
        Dictionary<string, string>? metadata = null;
        foreach (var column in record.Table.Columns)
        {
            if (column.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase) && record.Optional(column) is { } value)
                (metadata ??= new(StringComparer.Ordinal))[column[MetadataPrefix.Length..]] = value;
        }
        return metadata;
    }
}
