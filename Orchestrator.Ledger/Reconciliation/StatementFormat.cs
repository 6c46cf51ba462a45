namespace Orchestrator.Ledger.Reconciliation;

/// <summary>How a statement is written.</summary>
public enum StatementFormat
{
    /// <summary>CSV with a header.</summary>
    Csv,

    /// <summary>ISO 20022 camt.053.001.02 or .08.</summary>
    Camt053,
}

/// <summary>The formats' names, and how to read each.</summary>
public static class StatementFormats
{
    /// <summary>As it is stored and asked for.</summary>
    public static string Name(this StatementFormat format) => format switch
    {
        StatementFormat.Csv => "csv",
        StatementFormat.Camt053 => "camt053",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "no such format"),
    };

    /// <summary>The format of this name; null when there is none.</summary>
    public static StatementFormat? Parse(string? name) => name switch
    {
        "csv" => StatementFormat.Csv,
        "camt053" => StatementFormat.Camt053,
        _ => null,
    };

    /// <summary>The format that a file's name suggests: XML is camt.053, all else CSV.</summary>
    public static StatementFormat OfFile(string name) =>
        name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) ? StatementFormat.Camt053 : StatementFormat.Csv;

    /// <summary>Reads row by row; a bad row is a result. Holds no more than one row.</summary>
    /// <param name="format">How it is written.</param>
    /// <param name="file">The bytes.</param>
    /// <param name="head">Filled while rows are read.</param>
    /// <exception cref="StatementException">Nothing of the file can be taken.</exception>
    public static IEnumerable<StatementRow> Rows(this StatementFormat format, Stream file, StatementHead head) => format switch
    {
        StatementFormat.Csv => CsvStatement.Read(file),
        StatementFormat.Camt053 => new Camt053Statement(head).Read(file),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "no such format"),
    };
}
