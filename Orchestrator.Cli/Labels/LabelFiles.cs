using System.Text.Json;
using Orchestrator.Cli.Publish;
using Orchestrator.Cli.Publishing;
using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Cli.Labels;

/// <summary>
/// Reads files of labels. CSV: <c>transactionId</c> and <c>fraud</c> (0 or 1), as <c>simulate --labels</c> and <c>publish</c> write them, and where the file
/// has them <c>source</c>, <c>labelledAt</c>, <c>effectiveAt</c>, <c>reason</c> and <c>labelId</c>. JSON Lines: the body of POST /v1/labels, one a line.
/// </summary>
public static class LabelFiles
{
    static readonly string[] Required = ["transactionId", "fraud"];

    static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>Reads CSV row by row; a bad row is a result.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="source">Who says so where a row does not say it.</param>
    /// <exception cref="Output.CommandException">The header lacks a column, or there is none.</exception>
    public static IEnumerable<LabelRow> ReadCsv(TextReader reader, LabelSource source) =>
        CsvTable.Read(reader, Required, record => Row(record, source), LabelRow.Bad);

    /// <summary>Reads JSON Lines row by row; a bad row is a result.</summary>
    public static IEnumerable<LabelRow> ReadJson(TextReader reader)
    {
        foreach (var (number, text, tooLong) in FileLines.Read(reader))
        {
            if (tooLong)
                yield return LabelRow.Bad(number, new(RowError.Codes.LineTooLong, "", $"at most {FileLines.MaxLength} characters"));
            else if (!string.IsNullOrWhiteSpace(text))
                yield return Row(number, text);
        }
    }

    /// <summary>A source by its name; null when there is none of that name.</summary>
    public static LabelSource? SourceOf(string name) => name switch
    {
        "chargeback" => LabelSource.Chargeback,
        "case" => LabelSource.Case,
        "customer" => LabelSource.Customer,
        "analyst" => LabelSource.Analyst,
        _ => null,
    };

    static LabelRow Row(CsvRecord record, LabelSource source)
    {
        var fields = new FieldReader(record);
        var id = fields.Id("transactionId");
        var fraud = fields.Text("fraud").Length == 0 ? 0 : fields.Label("fraud", most: 1);
        DateTimeOffset? labelledAt = record.Optional("labelledAt") is null ? null : fields.Time("labelledAt");
        DateTimeOffset? effectiveAt = record.Optional("effectiveAt") is null ? null : fields.Time("effectiveAt");
        Guid? labelId = record.Optional("labelId") is null ? null : fields.Id("labelId");
        if (fields.Error is { } error)
            return LabelRow.Bad(record.Line, error);
        if (record.Optional("source") is { } name)
        {
            if (SourceOf(name) is not { } said)
                return LabelRow.Bad(record.Line, new("unknown_source", "source", "chargeback, case, customer or analyst"));
            source = said;
        }
        return new LabelRow(record.Line, Named(new FileLabel(id, fraud == 1, source, labelledAt, effectiveAt, record.Optional("reason"), labelId)), null);
    }

    static LabelRow Row(long line, string text)
    {
        try
        {
            return JsonSerializer.Deserialize<FileLabel>(text, Strict) is { } label
                ? new LabelRow(line, Named(label), null)
                : LabelRow.Bad(line, new(RowError.Codes.WrongShape, "", "an object, not null"));
        }
        catch (JsonException e)
        {
            return LabelRow.Bad(line, new(
                e.InnerException is JsonException ? RowError.Codes.NotJson : RowError.Codes.WrongShape, e.Path is { Length: > 2 } path ? path[2..] : "",
                "one label: transactionId, isFraud, source"));
        }
    }

    static FileLabel Named(FileLabel label) =>
        label.LabelId is null ? label with { LabelId = NamedId.Of("label", JsonSerializer.Serialize(label, JsonSerializerOptions.Web)) } : label;
}
