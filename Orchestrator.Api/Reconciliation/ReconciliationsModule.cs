using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Reconciliation;

namespace Orchestrator.Api.Reconciliation;

/// <summary>Reconciliation over HTTP: statements in, breaks out, decisions about them.</summary>
public static class ReconciliationsModule
{
    /// <summary>Adds what receives statements.</summary>
    public static IServiceCollection AddStatementUploads(this IServiceCollection services) => services.AddReconciliation().AddSingleton<StatementUploads>();

    /// <summary>Maps /v1/reconciliations.</summary>
    public static IEndpointRouteBuilder MapReconciliations(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/reconciliations").WithTags("Reconciliation").Allow(Roles.Operator, Roles.Auditor);
        group.MapPost("/", ImportAsync).Allow(Roles.Operator)
            .Accepts<string>("text/csv", "application/xml", "text/xml", "multipart/form-data")
            .WithSummary("Imports a statement and matches it")
            .WithDescription("CSV or camt.053.001.02 or .08, as the body or as a file of multipart/form-data. `days` is how far apart a line and a posting may be " +
                "where they match by amount alone. The same bytes again get the first result, with Idempotency-Replayed.")
            .ProducesProblems(400, 413, 415, 503).Produces<ReconciliationView>(201).Produces<ReconciliationView>(200);
        group.MapGet("/", ListAsync)
            .WithSummary("Imported statements, oldest first")
            .WithDescription("Pages of at most 1,000; `after` is the `next` of the page before.")
            .ProducesProblems(400, 503);
        group.MapGet("/{id:guid}", GetAsync)
            .WithSummary("A statement with counts and sums by status")
            .ProducesProblems(404, 503);
        group.MapGet("/{id:guid}/breaks", BreaksAsync)
            .WithSummary("The open breaks of a statement")
            .WithDescription("Pages of at most 1,000; `after` is the last line seen. With `format=csv` all that come after it, as a file for spreadsheets.")
            .ProducesProblems(400, 404, 503).Produces<Page<BreakView>>(200).Produces<string>(200, "text/csv");
        group.MapPost("/{id:guid}/lines/{line:int}/resolve", ResolveAsync).Allow(Roles.Operator)
            .WithSummary("Decides about a break")
            .WithDescription("With `accountId` and `version` of a posting the line is matched by hand, without them it is accepted as it is. Kept for ever, under the name of who asks.")
            .ProducesProblems(400, 404, 409, 413, 415, 503).Produces<BreakResolved>(200);
        return routes;
    }

    static async Task<IResult> ImportAsync(
        HttpContext context, StatementUploads uploads, StatementImporter importer, ReconciliationReader reader,
        Actor actor, CancellationToken cancellationToken, int? days = null, string? name = null)
    {
        var errors = new ContractErrors();
        if (days is < 0 or > ReconciliationOptions.MaxDays)
            errors.Add("out_of_range", "days", $"from 0 to {ReconciliationOptions.MaxDays}");
        errors.Text(name, "name", StatementImporter.MaxNameLength);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        try
        {
            var imported = await uploads.ReceiveAsync(context, received => importer.ImportAsync(
                new StatementFile(NameOf(name ?? received.FileName), received.Format, days, $"{actor}", received.Content), cancellationToken));
            var view = await reader.GetAsync(imported.StatementId, cancellationToken);
            if (!imported.Repeated)
                return TypedResults.Created($"/v1/reconciliations/{imported.StatementId}", view);
            context.Response.Headers[SubmissionResult.ReplayedHeader] = "true";
            context.Response.Headers.Location = $"/v1/reconciliations/{imported.StatementId}";
            return TypedResults.Ok(view);
        }
        catch (StatementException e)
        {
            return ApiProblem.Of(ProblemKinds.StatementRefused, $"{e.Code}: {e.Detail}", [
                new ContractError(e.Code, "file", e.Detail), .. e.Rows.Select(r => new ContractError(r.Code, $"line {r.Line} {r.Field}".TrimEnd(), r.Detail))]);
        }
    }

    static async Task<Results<Ok<Page<StatementView>>, ProblemHttpResult>> ListAsync(
        ReconciliationReader reader, CancellationToken cancellationToken, Guid? after = null, int limit = 100)
    {
        if (PageLimits.Refuse(0, limit, ReconciliationReader.MaxPage) is { } refused)
            return refused;
        var page = await reader.ListAsync(after, limit, cancellationToken);
        return TypedResults.Ok(new Page<StatementView>(page, page.Count == limit ? $"{page[^1].Id}" : null));
    }

    static async Task<Results<Ok<ReconciliationView>, ProblemHttpResult>> GetAsync(Guid id, ReconciliationReader reader, CancellationToken cancellationToken) =>
        await reader.GetAsync(id, cancellationToken) is { } view ? TypedResults.Ok(view) : ApiProblem.Of(ProblemKinds.ReconciliationNotFound);

    static async Task<IResult> BreaksAsync(
        Guid id, ReconciliationReader reader, CancellationToken cancellationToken, int after = 0, int limit = 100, string format = "json")
    {
        if (PageLimits.Refuse(after, limit, ReconciliationReader.MaxPage) is { } refused)
            return refused;
        if (format is not ("json" or "csv"))
            return ApiProblem.Of(ProblemKinds.Invalid, errors: [new ContractError("unknown_format", "format", "json or csv")]);
        var page = await reader.BreaksAsync(id, after, format is "csv" ? ReconciliationReader.MaxPage : limit, cancellationToken);
        if (page.Count == 0 && !await reader.ExistsAsync(id, cancellationToken))
            return ApiProblem.Of(ProblemKinds.ReconciliationNotFound);
        return format is "csv"
            ? new BreaksCsv(reader, id, page)
            : TypedResults.Ok(new Page<BreakView>(page, page.Count == limit ? $"{page[^1].Line}" : null));
    }

    static async Task<IResult> ResolveAsync(
        Guid id, int line, JsonBody<ResolveBreakRequest> body, Actor actor, HttpContext context,
        BreakResolutions resolutions, CancellationToken cancellationToken)
    {
        var request = body.Value;
        var errors = request.Validate();
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var outcome = await resolutions.ResolveAsync(
            new BreakResolution(id, line, request.Reason, request.Posting, $"{actor}"), cancellationToken);
        if (outcome is ResolutionOutcome.Repeated)
            context.Response.Headers[SubmissionResult.ReplayedHeader] = "true";
        return outcome switch
        {
            ResolutionOutcome.Resolved or ResolutionOutcome.Repeated => TypedResults.Ok(new BreakResolved(id, line, request.Reason, request.AccountId, request.Version)),
            ResolutionOutcome.NotFound => ApiProblem.Of(ProblemKinds.ReconciliationNotFound),
            ResolutionOutcome.NotOpen => ApiProblem.Of(ProblemKinds.BreakNotOpen),
            ResolutionOutcome.PostingMatched => ApiProblem.Of(ProblemKinds.PostingMatched),
            ResolutionOutcome.NoSuchPosting => Refused("not_a_settlement_posting", "version", "a posting against settlement that the account's events show"),
            ResolutionOutcome.PostingNotExpected => Refused("posting_not_expected", "accountId", "what a statement lacks can only be accepted"),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}"),
        };
    }

    static ProblemHttpResult Refused(string code, string field, string detail) =>
        ApiProblem.Of(ProblemKinds.Invalid, errors: [new ContractError(code, field, detail)]);

    // A file's name is its sender's, not checked like a parameter: what cannot be kept is left out.
    static string NameOf(string? name)
    {
        var kept = new string([.. (name ?? "").Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(StatementImporter.MaxNameLength)]).Trim();
        return kept.Length > 0 ? kept : "statement";
    }
}
