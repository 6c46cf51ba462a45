using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Reports;

namespace Orchestrator.Api.Reports;

/// <summary>What a report shows.</summary>
/// <param name="Name">Its name in addresses.</param>
/// <param name="Description">What it shows.</param>
/// <param name="Columns">Its columns, in order: the schema of JSON rows and CSV lines.</param>
public sealed record ReportView(string Name, string Description, IReadOnlyList<ReportColumn> Columns)
{
    internal static ReportView Of(ReportDefinition report) => new(report.Name, report.Description, report.Columns);
}

/// <summary>The reports there are.</summary>
/// <param name="Items">Each with its schema.</param>
public sealed record ReportList(IReadOnlyList<ReportView> Items);

/// <summary>A page of a report.</summary>
/// <param name="Report">Its name.</param>
/// <param name="From">The first day, UTC.</param>
/// <param name="To">The last day, UTC.</param>
/// <param name="Columns">The schema of the items.</param>
/// <param name="Items">The rows: a value for each column, by its name.</param>
/// <param name="Next">What to pass as <c>after</c> for the next page; absent on the last.</param>
public sealed record ReportPageView(
    string Report, DateOnly From, DateOnly To, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<IReadOnlyDictionary<string, object?>> Items, string? Next)
{
    internal static ReportPageView Of(ReportDefinition report, ReportRange range, ReportPage page) => new(
        report.Name, range.From, range.To, report.Columns, [.. page.Rows.Select(r => Item(report, r))], page.Next?.ToString());

    static Dictionary<string, object?> Item(ReportDefinition report, ReportRow row)
    {
        var item = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < report.Columns.Count; i++)
            item.Add(report.Columns[i].Name, row.Values[i]);
        return item;
    }
}

/// <summary>Regulatory reports over HTTP.</summary>
public static class ReportsModule
{
    /// <summary>Maps /v1/reports.</summary>
    public static IEndpointRouteBuilder MapReports(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/reports").WithTags("Reports").Allow(Roles.Analyst, Roles.Operator, Roles.Auditor);
        group.MapGet("/", () => TypedResults.Ok(new ReportList([.. ReportDefinitions.All.Select(ReportView.Of)])))
            .WithSummary("The regulatory reports with their columns, types and units");
        group.MapGet("/{name}", GetAsync)
            .WithSummary("A regulatory report over some days")
            .WithDescription(
                "`from` and `to` are days (UTC, both included) on which the ledger recorded. As JSON in pages of at most 1,000, `after` is the `next` of the page " +
                "before; or whole as CSV: by `format` (json, csv) or the Accept header.")
            .Produces<ReportPageView>(200, "application/json", "text/csv").ProducesProblems(400, 404, 406, 503);
        return routes;
    }

    static async Task<IResult> GetAsync(
        string name, ReportReader reports, IOptions<ReportOptions> options, HttpContext context, CancellationToken cancellationToken,
        string? from = null, string? to = null, string? format = null, string? after = null, int limit = 100)
    {
        if (ReportDefinitions.Find(name) is not { } report)
            return ApiProblem.Of(ProblemKinds.ReportNotFound);
        var errors = new ContractErrors();
        var range = Range(from, to, options.Value, errors);
        var cursor = Cursor(after, range, errors);
        PageLimits.Check(limit, ReportReader.MaxPage, errors);
        if (range is null || !errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (ResponseFormat.Choose(format, context, out var chosen, ResponseFormat.Json, ResponseFormat.Csv) is { } refused)
            return refused;
        if (await reports.SchemaAsync(cancellationToken) is not { } schema)
            return ApiProblem.NotReady(context);
        if (chosen == ResponseFormat.Json)
            return TypedResults.Ok(ReportPageView.Of(report, range, await reports.PageAsync(schema, report, range, cursor, limit, cancellationToken)));
        return new TextPieces(
            chosen,
            ReportCsv.WriteAsync(report, reports.AllAsync(schema, report, range, cancellationToken), cancellationToken),
            $"{report.Name}-{Day(range.From)}-{Day(range.To)}.csv",
            (HeaderNames.Link, "</v1/reports>; rel=\"describedby\""));
    }

    static ReportRange? Range(string? from, string? to, ReportOptions options, ContractErrors errors)
    {
        var (first, last) = (Date(from, "from", errors), Date(to, "to", errors));
        if (first is null || last is null)
            return null;
        var range = new ReportRange(first.Value, last.Value);
        if (range.Days < 1)
            errors.Add("from_after_to", "from", "not after to");
        else if (range.Days > options.MaxRangeDays)
            errors.Add("range_too_long", "to", $"at most {options.MaxRangeDays} days, both ends included");
        return range;
    }

    static DateOnly? Date(string? text, string field, ContractErrors errors)
    {
        if (text is null)
            errors.Add("missing_field", field, "a day such as 2026-03-31");
        else if (DateOnly.TryParseExact(text, ReportRange.DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day;
        else
            errors.Add("invalid_date", field, "a day such as 2026-03-31");
        return null;
    }

    static ReportCursor? Cursor(string? after, ReportRange? range, ContractErrors errors)
    {
        if (after is null)
            return null;
        if (ReportCursor.TryParse(after, out var cursor) && (range is null || (cursor.Day >= range.From && cursor.Day <= range.To)))
            return cursor;
        errors.Add("invalid_cursor", "after", "the next of the page before, with the same from and to");
        return null;
    }

    static string Day(DateOnly day) => day.ToString(ReportRange.DayFormat, CultureInfo.InvariantCulture);
}
