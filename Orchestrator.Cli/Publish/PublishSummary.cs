namespace Orchestrator.Cli.Publish;

/// <summary>What became of a file.</summary>
/// <param name="Rows">Rows read, the header and empty lines left out.</param>
/// <param name="Published">Transactions published.</param>
/// <param name="Skipped">Bad rows.</param>
/// <param name="Accounts">Accounts opened before.</param>
/// <param name="Labels">Labels written to the labels file.</param>
/// <param name="Failed">Given up by the producer.</param>
/// <param name="Errors">Bad rows by the name of their error.</param>
/// <param name="FirstErrors">The first of them.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record PublishSummary(
    long Rows,
    long Published,
    long Skipped,
    long Accounts,
    long Labels,
    long Failed,
    IReadOnlyDictionary<string, long> Errors,
    IReadOnlyList<SkippedRow> FirstErrors,
    double Seconds);

/// <summary>A row that was skipped.</summary>
public sealed record SkippedRow(long Line, string Code, string Field, string Detail);

/// <summary>Counts bad rows and remembers the first of them: a bad file of millions of rows must not fill memory or the screen.</summary>
public sealed class SkippedRows(int keep)
{
    readonly SortedDictionary<string, long> _byCode = new(StringComparer.Ordinal);
    readonly List<SkippedRow> _first = [];

    /// <summary>How many.</summary>
    public long Count { get; private set; }

    /// <summary>How many by the name of the error.</summary>
    public IReadOnlyDictionary<string, long> ByCode => _byCode;

    /// <summary>The first of them.</summary>
    public IReadOnlyList<SkippedRow> First => _first;

    /// <summary>Counts a row.</summary>
    /// <returns>Whether it is among the first.</returns>
    public bool Add(long line, RowError error)
    {
        Count++;
        _byCode[error.Code] = _byCode.GetValueOrDefault(error.Code) + 1;
        if (_first.Count == keep)
            return false;
        _first.Add(new(line, error.Code, error.Field, error.Detail));
        return true;
    }
}
