namespace Orchestrator.Cli.Publish;

/// <summary>How a file is written.</summary>
public enum FileFormat
{
    /// <summary>One JSON object a line.</summary>
    JsonLines,

    /// <summary>CSV with the contract's field names.</summary>
    Csv,

    /// <summary>CSV with the Handbook's columns.</summary>
    Handbook,
}

/// <summary>What <c>publish</c> was asked to do.</summary>
public sealed record PublishOptions
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>How it is written.</summary>
    public required FileFormat Format { get; init; }

    /// <summary>Of a Handbook file's amounts.</summary>
    public required string Currency { get; init; }

    /// <summary>Where the labels go; null for nowhere.</summary>
    public string? LabelsPath { get; init; }

    /// <summary>Transactions a second; 0 for as fast as it goes.</summary>
    public double Rate { get; init; }

    /// <summary>How many bad rows are shown.</summary>
    public int ShowErrors { get; init; }

    /// <summary>Read and check only.</summary>
    public bool DryRun { get; init; }

    /// <summary>The format that a file's name suggests.</summary>
    public static FileFormat FormatOf(string path) =>
        System.IO.Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase) ? FileFormat.Csv : FileFormat.JsonLines;

    /// <summary>The rows of the file, from <paramref name="reader"/>.</summary>
    public IEnumerable<FileRow> Rows(TextReader reader) => Format switch
    {
        FileFormat.Handbook => HandbookCsv.Read(reader, Currency),
        FileFormat.Csv => TransactionCsv.Read(reader),
        _ => JsonLines.Read(reader),
    };
}
