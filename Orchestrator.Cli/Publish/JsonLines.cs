using System.Text.Json;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Cli.Publish;

/// <summary>JSON Lines of TransactionSubmitted: one JSON object a line, as the contract's schema says. Empty lines are passed over.</summary>
public static class JsonLines
{
    /// <summary>Reads row by row; a bad row is a result, never an exception.</summary>
    public static IEnumerable<FileRow> Read(TextReader reader)
    {
        foreach (var (number, text, tooLong) in FileLines.Read(reader))
        {
            if (tooLong)
                yield return new(number, null, new(RowError.Codes.LineTooLong, "", $"at most {FileLines.MaxLength} characters"));
            else if (!string.IsNullOrWhiteSpace(text))
                yield return Row(number, text);
        }
    }

    static FileRow Row(long line, string text)
    {
        try
        {
            var transaction = JsonSerializer.Deserialize(text, ContractJson.Default.TransactionSubmitted);
            if (transaction is null)
                return new(line, null, new(RowError.Codes.WrongShape, "", "an object, not null"));
            var errors = ContractErrors.Of(transaction);
            return errors.None ? new(line, transaction, null) : new(line, null, RowError.Of(errors.All[0]));
        }
        catch (JsonException e)
        {
            return !IsJson(text)
                ? new(line, null, new(RowError.Codes.NotJson, "", "one JSON object on the line"))
                : new(line, null, new(RowError.Codes.WrongShape, Field(e), Missing(e) ?? "a TransactionSubmitted: a field is null, given twice or of another type"));
        }
    }

    // Asked of what could not be read only: most lines are read once.
    static bool IsJson(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // The names of missing fields are the contract's, not the file's: they may be shown.
    static string? Missing(JsonException e) =>
        e.Message.Split("including:", 2) is [_, var names] ? $"the fields {names.Trim().TrimEnd('.').Replace("'", "", StringComparison.Ordinal)}" : null;

    static string Field(JsonException e) => e.Path is { Length: > 2 } path ? path[2..] : "";
}
