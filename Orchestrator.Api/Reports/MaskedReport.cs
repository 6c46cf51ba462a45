using System.Runtime.CompilerServices;
using Orchestrator.Api.Security;
using Orchestrator.Ledger.Reports;

namespace Orchestrator.Api.Reports;

/// <summary>Rows of a report as whoever asks may see them.</summary>
static class MaskedReport
{
    /// <summary>One row.</summary>
    public static ReportRow Of(ReportDefinition report, ReportRow row) => Masking.IsOn ? Hide(report, row) : row;

    /// <summary>All rows, page by page.</summary>
    public static IAsyncEnumerable<IReadOnlyList<ReportRow>> Of(ReportDefinition report, IAsyncEnumerable<IReadOnlyList<ReportRow>> pages, CancellationToken cancellationToken) =>
        Masking.IsOn ? HideAsync(report, pages, cancellationToken) : pages;

    static async IAsyncEnumerable<IReadOnlyList<ReportRow>> HideAsync(
        ReportDefinition report, IAsyncEnumerable<IReadOnlyList<ReportRow>> pages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in pages.WithCancellation(cancellationToken))
            yield return [.. page.Select(row => Hide(report, row))];
    }

    static ReportRow Hide(ReportDefinition report, ReportRow row) =>
        row with { Values = [.. row.Values.Zip(report.Columns, (value, column) => value is string text && Masking.IsAccount(column.Name) ? Masking.Of(text) : value)] };
}
