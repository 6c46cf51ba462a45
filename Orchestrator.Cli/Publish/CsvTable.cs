using CsvHelper;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Publish;

/// <summary>
/// A CSV file with a header. A record is one line: no field of a transaction may hold a line end, and so a quote that is never closed
/// spoils its own line and not the rest of the file.
/// </summary>
sealed class CsvTable
{
    static readonly CsvReaderOptions Strict = new()
    {
        HasHeader = false,
        Separator = ',',
        MalformedData = CsvMalformedDataHandling.Throw,
        AllowLineBreaksInQuotes = false,
        SkipEmptyLines = false,
    };

    readonly Dictionary<string, int> _columns;
    readonly int _width;

    CsvTable(string[] header)
    {
        _width = header.Length;
        _columns = new(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < header.Length; i++)
        {
            if (!_columns.TryAdd(header[i].Trim(), i))
                throw new CommandException("duplicate_column", $"The header names {header[i].Trim()} twice.");
        }
    }

    /// <summary>The names of the columns.</summary>
    public IEnumerable<string> Columns => _columns.Keys;

    /// <summary>Reads the header, then gives each further line to <paramref name="row"/>, or to <paramref name="bad"/> when it is none.</summary>
    /// <exception cref="CommandException"><c>missing_column</c>, <c>duplicate_column</c> or <c>bad_header</c>: nothing of the file can be read.</exception>
    public static IEnumerable<TRow> Read<TRow>(TextReader reader, IReadOnlyList<string> required, Func<CsvRecord, TRow> row, Func<long, RowError, TRow> bad)
    {
        CsvTable? table = null;
        foreach (var (number, text, tooLong) in FileLines.Read(reader))
        {
            if (table is null)
                table = Header(text, tooLong, required);
            else if (tooLong)
                yield return bad(number, new(RowError.Codes.LineTooLong, "", $"at most {FileLines.MaxLength} characters"));
            else if (!string.IsNullOrWhiteSpace(text))
                yield return table.Row(number, text, row, bad);
        }
        if (table is null)
            throw new CommandException("bad_header", "The file is empty: its first line names the columns.");
    }

    /// <summary>The position of a column; -1 when there is none.</summary>
    public int Position(string column) => _columns.GetValueOrDefault(column, -1);

    static CsvTable Header(string text, bool tooLong, IReadOnlyList<string> required)
    {
        if (tooLong || Split(text) is not { } header)
            throw new CommandException("bad_header", "The first line does not name the columns.");
        var table = new CsvTable(header);
        var missing = required.Where(column => table.Position(column) < 0).ToList();
        return missing.Count == 0 ? table : throw new CommandException("missing_column", $"The header lacks {string.Join(", ", missing)}.");
    }

    TRow Row<TRow>(long line, string text, Func<CsvRecord, TRow> row, Func<long, RowError, TRow> bad)
    {
        if (Split(text) is not { } fields)
            return bad(line, new(RowError.Codes.BadQuotes, "", "quotes in pairs around a whole field"));
        return fields.Length == _width
            ? row(new CsvRecord(this, line, fields))
            : bad(line, new(RowError.Codes.WrongColumns, "", $"{_width} columns as in the header, not {fields.Length}"));
    }

    static string[]? Split(string line)
    {
        // Nearly all lines of nearly all files have no quotes.
        if (!line.Contains('"', StringComparison.Ordinal))
            return line.Split(',');
        try
        {
            using var reader = CsvReader.FromText(line, Strict);
            if (!reader.Read())
                return null;
            var fields = new string[reader.FieldCount];
            for (var i = 0; i < fields.Length; i++)
                fields[i] = reader.GetString(i);
            return fields;
        }
        catch (CsvFormatException)
        {
            return null;
        }
    }
}

/// <summary>One line of a CSV file, its fields by the header's names.</summary>
readonly struct CsvRecord(CsvTable table, long line, string[] fields)
{
    public long Line => line;

    public CsvTable Table => table;

    /// <summary>The field, trimmed; empty when the column is not there.</summary>
    public string this[string column] => table.Position(column) is >= 0 and var i ? fields[i].Trim() : "";

    /// <summary>The field; null when it is empty or not there.</summary>
    public string? Optional(string column) => this[column] is { Length: > 0 } text ? text : null;
}
