using System.Globalization;
using System.Text;

namespace Orchestrator.Ledger.Formats;

/// <summary>
/// Lines of a CSV file after RFC 4180: commas, quotes where they are needed, CRLF. A text that a spreadsheet would take for a formula gets an apostrophe
/// before it; numbers do not, for nobody else has written them.
/// </summary>
sealed class CsvText
{
    static readonly System.Buffers.SearchValues<char> Quoted = System.Buffers.SearchValues.Create("\",\r\n\t ");

    readonly StringBuilder _lines = new();
    bool _begun;

    /// <summary>A field of text that anybody may have written; empty when null.</summary>
    public CsvText Text(string? text)
    {
        if (text is not null && IsFormula(text))
            text = "'" + text;
        return Raw(text);
    }

    /// <summary>A number.</summary>
    public CsvText Number(long number) => Raw(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>An instant in UTC, to the microsecond.</summary>
    public CsvText Instant(DateTimeOffset instant) => Raw(instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));

    /// <summary>A field that this program has made itself, such as a number; empty when null.</summary>
    public CsvText Raw(string? text)
    {
        if (_begun)
            _lines.Append(',');
        _begun = true;
        if (text is null)
            return this;
        if (text.AsSpan().IndexOfAny(Quoted) >= 0)
            _lines.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        else
            _lines.Append(text);
        return this;
    }

    /// <summary>Ends the line.</summary>
    public CsvText End()
    {
        _lines.Append("\r\n");
        _begun = false;
        return this;
    }

    /// <summary>All lines since the last call.</summary>
    public string Take()
    {
        var lines = _lines.ToString();
        _lines.Clear();
        return lines;
    }

    // Spreadsheets skip what is blank before they look.
    static bool IsFormula(string text) =>
        text is ['\t' or '\r' or '\n', ..] || text.AsSpan().TrimStart() is ['=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠', ..];
}
