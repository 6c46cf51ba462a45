using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Statements;

namespace Orchestrator.Api.Statements;

/// <summary>A month, and whether it is closed.</summary>
/// <param name="Month">For instance <c>2026-03</c>; UTC.</param>
/// <param name="Status"><c>open</c> or <c>closed</c>.</param>
/// <param name="ClosedAt">When it was closed, UTC; absent while it is open.</param>
/// <param name="RecordedUntil">What the ledger recorded up to here counts for it by its effective time, UTC; absent while it is open.</param>
public sealed record MonthView(string Month, string Status, DateTimeOffset? ClosedAt, DateTimeOffset? RecordedUntil)
{
    internal static MonthView Of(Month month, ClosedMonth? closing) => new($"{month}", closing is null ? "open" : "closed", closing?.ClosedAt, closing?.RecordedUntil);
}

/// <summary>Closing months over HTTP.</summary>
public static class MonthsModule
{
    const int MaxPage = 120;

    /// <summary>Maps /v1/months.</summary>
    public static IEndpointRouteBuilder MapMonths(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/months").WithTags("Statements").Allow(Roles.Operator, Roles.Auditor);
        group.MapGet("/", ListAsync)
            .WithSummary("Which months are closed, the newest first")
            .WithDescription("From the first that was closed to the current one; pages of at most 120; `after` is the last month seen.")
            .ProducesProblems(400, 503);
        group.MapPost("/{month}/close", CloseAsync).Allow(Roles.Operator)
            .WithSummary("Closes a month for all accounts, for ever")
            .WithDescription("And all before it. One that is closed stays as it was closed first, so asking twice does nothing twice.")
            .ProducesProblems(400, 409, 503);
        return routes;
    }

    static async Task<Results<Ok<Page<MonthView>>, ProblemHttpResult>> ListAsync(
        IMonthCloser closer, TimeProvider time, CancellationToken cancellationToken, string? after = null, int limit = 24)
    {
        var errors = new ContractErrors();
        PageLimits.Check(limit, MaxPage, errors);
        var before = after is null ? null : MonthParameter.Read(after, "after", errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var closings = await closer.ClosedAsync(cancellationToken);
        var current = Month.Of(time.GetUtcNow());
        var months = new List<MonthView>();
        for (var month = current; month >= (closings.All is [var first, ..] ? first.Month : current.Previous) && months.Count <= limit; month = month.Previous)
        {
            if (before is null || month < before)
                months.Add(MonthView.Of(month, closings.Of(month)));
        }
        return TypedResults.Ok(new Page<MonthView>(months.Take(limit).ToList(), months.Count > limit ? months[limit - 1].Month : null));
    }

    static async Task<Results<Ok<MonthView>, ProblemHttpResult>> CloseAsync(string month, IMonthCloser closer, CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        if (MonthParameter.Read(month, "month", errors) is not { } wanted)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await closer.CloseAsync(wanted, cancellationToken) switch
        {
            MonthClosing.Done(var fact) => TypedResults.Ok(MonthView.Of(wanted, fact)),
            MonthClosing.TooEarly(var from) => ApiProblem.Of(ProblemKinds.MonthNotOver, $"It can be closed from {from:yyyy-MM-dd'T'HH:mm:ss'Z'} on."),
            var other => throw new InvalidOperationException($"unknown outcome {other.GetType().Name}"),
        };
    }
}
