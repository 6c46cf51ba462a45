using Microsoft.Extensions.Options;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Reports;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;
using Orchestrator.Tests.Statements;

namespace Orchestrator.Tests.Reports;

/// <summary>A test class that reads reports from a database of its own.</summary>
public abstract class ReportDatabase(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    private protected static readonly ReportsProjection Projection = new();

    private protected static readonly ReportRange Always = new(new DateOnly(2000, 1, 1), new DateOnly(2099, 12, 31));

    private protected Task BuildAsync(string schema, IReadOnlyList<LedgerEventRecorded> events, params int[] batches) =>
        ProjectionRun.BuildAsync(Database, Projection, schema, events, batches);

    private protected ReportReader Reader(ReportOptions options) => new(Database, new GivenSchemas(), Options.Create(options), CurrencyScales.Iso);

    /// <summary>All rows, page by page, each as one text.</summary>
    private protected async Task<List<string>> RowsAsync(string schema, ReportDefinition report, ReportOptions options, int limit = 1_000, ReportRange? range = null)
    {
        var rows = new List<string>();
        var after = default(ReportCursor);
        do
        {
            var page = await Reader(options).PageAsync(schema, report, range ?? Always, after, limit, default);
            Assert.InRange(page.Rows.Count, after is null ? 0 : 1, limit);
            rows.AddRange(page.Rows.Select(r => Shown(r.Values)));
            after = page.Next;
            Assert.True(after is null || ReportCursor.TryParse(after.ToString(), out var read) && read == after);
        }
        while (after is not null);
        return rows;
    }

    private protected static string Shown(IEnumerable<object?> values) => string.Join(' ', values.Select(v => v switch
    {
        null => "-",
        DateOnly day => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture),
        _ => $"{v}",
    }));
}
