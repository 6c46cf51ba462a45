using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Statements;

namespace Orchestrator.Api.Statements;

/// <summary>Statements over HTTP.</summary>
public static class StatementsModule
{
    const int MaxPage = 120;

    /// <summary>Maps /v1/accounts/{accountId}/statements.</summary>
    public static IEndpointRouteBuilder MapStatements(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/accounts/{accountId}/statements").WithTags("Statements").Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Auditor);
        group.MapGet("/", ListAsync)
            .WithSummary("An account's months, the newest first")
            .WithDescription("Pages of at most 120; `after` is the last month seen. Months are UTC.")
            .ProducesProblems(400, 404, 503);
        group.MapGet("/{month}", GetAsync)
            .WithSummary("A month's statement with its entries")
            .WithDescription(
                "As JSON, CSV or HTML to print: by `format` (json, csv, html) or the Accept header. `masked=true` hides most of each account's number. " +
                "Once its status is `closed` the statement stays the same for ever.")
            .Produces<Statement>(200, "application/json", "text/csv", "text/html").ProducesProblems(400, 404, 406, 503);
        return routes;
    }

    static async Task<Results<Ok<Page<StatementSummary>>, ProblemHttpResult>> ListAsync(
        string accountId, AccountReader accounts, StatementReader statements, TimeProvider time, HttpContext context, CancellationToken cancellationToken,
        string? after = null, int limit = 24)
    {
        var errors = new ContractErrors();
        PageLimits.Check(limit, MaxPage, errors);
        var before = after is null ? null : MonthParameter.Read(after, "after", errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (!ContractErrors.IsAccountId(accountId) || await accounts.GetAsync(accountId, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.AccountNotFound);
        if (await statements.BooksAsync(accountId, cancellationToken) is not { } books)
            return ApiProblem.NotReady(context);
        var months = books.Months(Month.Of(time.GetUtcNow()), before).Take(limit + 1).ToList();
        return TypedResults.Ok(new Page<StatementSummary>(months.Take(limit).ToList(), months.Count > limit ? months[limit - 1].Month : null));
    }

    static async Task<IResult> GetAsync(
        string accountId, string month, AccountReader accounts, StatementReader statements, CurrencyScales currencies, TimeProvider time, HttpContext context,
        CancellationToken cancellationToken, string? format = null, bool masked = false)
    {
        var errors = new ContractErrors();
        var asked = MonthParameter.Read(month, "month", errors);
        if (asked is not { } wanted)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (ResponseFormat.Choose(format, context, out var chosen, ResponseFormat.Json, ResponseFormat.Csv, ResponseFormat.Html) is { } refused)
            return refused;
        if (!ContractErrors.IsAccountId(accountId) || await accounts.GetAsync(accountId, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.AccountNotFound);
        if (await statements.BooksAsync(accountId, cancellationToken) is not { } books)
            return ApiProblem.NotReady(context);
        if (!books.Has(wanted, Month.Of(time.GetUtcNow())))
            return ApiProblem.Of(ProblemKinds.StatementNotFound);

        var statement = statements.Statement(books, wanted, masked);
        if (chosen == ResponseFormat.Json)
            return TypedResults.Ok(statement);
        return chosen == ResponseFormat.Csv
            ? new TextPieces(chosen, StatementCsv.WriteAsync(statement, currencies, cancellationToken), $"statement-{wanted}.csv")
            : new TextPieces(
                chosen, StatementHtml.WriteAsync(statement, currencies, cancellationToken), headers: (HeaderNames.ContentSecurityPolicy, StatementHtml.ContentSecurityPolicy));
    }
}
