using System.Globalization;
using System.Runtime.CompilerServices;
using Orchestrator.Ledger.Formats;

namespace Orchestrator.Ledger.Reports;

/// <summary>A report as CSV: a line with the columns' names, then one for each row.</summary>
public static class ReportCsv
{
    /// <summary>The file, piece by piece.</summary>
    public static async IAsyncEnumerable<string> WriteAsync(
        ReportDefinition report, IAsyncEnumerable<IReadOnlyList<ReportRow>> pages, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var csv = new CsvText();
        foreach (var column in report.Columns)
            csv.Raw(column.Name);
        csv.End();
        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            foreach (var row in page)
            {
                foreach (var value in row.Values)
                    Field(csv, value);
                csv.End();
            }
            yield return csv.Take();
        }
    }

    static void Field(CsvText csv, object? value)
    {
        switch (value)
        {
            case string text:
                csv.Text(text);
                break;
            case DateTimeOffset instant:
                csv.Instant(instant);
                break;
            case DateOnly day:
                csv.Raw(day.ToString(ReportRange.DayFormat, CultureInfo.InvariantCulture));
                break;
            case decimal number:
                csv.Raw(number.ToString("F0", CultureInfo.InvariantCulture));
                break;
            default:
                csv.Raw(value?.ToString());
                break;
        }
    }
}
