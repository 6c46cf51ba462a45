using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Balances;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Sagas;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Postings;
using Orchestrator.Sagas.Attention;

namespace Orchestrator.Api.Holds;

/// <summary>What is asked for of the list of holds.</summary>
/// <param name="State">held or authorised; both when left out.</param>
/// <param name="Account">Which pays or receives.</param>
/// <param name="OlderThan">On hold for at least so long.</param>
/// <param name="ExpiringBefore">Which expire before then.</param>
/// <param name="MinAmountMinor">At least so much.</param>
/// <param name="MaxAmountMinor">At most so much.</param>
/// <param name="Currency">In this currency.</param>
/// <param name="Sort">expiry, age or amount.</param>
/// <param name="After">The next of the page before.</param>
/// <param name="Limit">How many at most.</param>
sealed record HoldQuery(
    [FromQuery(Name = "state")] string? State = null, [FromQuery(Name = "account")] string? Account = null, [FromQuery(Name = "olderThan")] string? OlderThan = null,
    [FromQuery(Name = "expiringBefore")] string? ExpiringBefore = null, [FromQuery(Name = "minAmountMinor")] long? MinAmountMinor = null,
    [FromQuery(Name = "maxAmountMinor")] long? MaxAmountMinor = null, [FromQuery(Name = "currency")] string? Currency = null,
    [FromQuery(Name = "sort")] string? Sort = null, [FromQuery(Name = "after")] string? After = null, [FromQuery(Name = "limit")] int Limit = 100);

/// <summary>Open holds over HTTP, for those who decide about them.</summary>
static class HoldsModule
{
    /// <summary>Adds what the endpoints need; <see cref="SagasApiModule.AddSagasApi"/> brings the rest.</summary>
    public static IServiceCollection AddHolds(this IServiceCollection services) => services.AddSingleton<HoldDetails>();

    /// <summary>Maps GET /v1/holds and GET /v1/holds/{id}.</summary>
    public static IEndpointRouteBuilder MapHolds(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/holds").WithTags("Holds").Allow(Roles.CaseWorker, Roles.Supervisor, Roles.Operator, Roles.Auditor);
        group.MapGet("/", ListAsync).Audited()
            .WithSummary("Open holds that somebody has to decide about: why, until when, and what can be done")
            .WithDescription(
                "`state` is held (a person is to look) or authorised (the publisher is to take the money). `account` pays or receives; `olderThan` is an age, as in `2h`; `expiringBefore` an instant; " +
                "`minAmountMinor`, `maxAmountMinor`, `currency`. `sort` is expiry (first), age (longest first) or amount (largest first). At most 500 a page; `after` is the `next` of the " +
                "page before, of the same sort. What is held is decided by POST /v1/transactions/{id}/review.")
            .ProducesProblems(400, 503);
        group.MapGet("/{holdId:guid}", GetAsync).Audited()
            .Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Operator, Roles.Auditor)
            .WithSummary("A hold, what became of it, and the transaction behind it")
            .WithDescription("The ETag is the version of the transaction, where there is one.")
            .ProducesProblems(404, 503);
        return routes;
    }

    static async Task<Results<Ok<Page<OpenHold>>, ProblemHttpResult>> ListAsync(
        [AsParameters] HoldQuery query, HoldDetails holds, TimeProvider time, CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        if (query.State is not (null or "held" or "authorised"))
            errors.Add("unknown_state", "state", "held or authorised");
        if (query.Account is not null)
            errors.AccountId(query.Account, "account");
        if (query.Currency is not null && !CurrencyScales.IsWellFormed(query.Currency))
            errors.Add("invalid_currency", "currency", "a code in upper case, as in EUR");
        if (query is { MinAmountMinor: { } min, MaxAmountMinor: { } max } && min > max)
            errors.Add("out_of_range", "minAmountMinor", "at most maxAmountMinor");
        PageLimits.Check(query.Limit, AttentionReader.MaxPage, errors);
        var filter = new AttentionFilter(
            query.State switch { "held" => ["Held"], "authorised" => ["Authorised"], _ => ["Held", "Authorised"] },
            IsStuck: null,
            query.Account,
            SagaAges.Ago(query.OlderThan, "olderThan", time.GetUtcNow(), errors),
            SinceAfter: null,
            QueryValues.Instant(query.ExpiringBefore, "expiringBefore", errors),
            query.MinAmountMinor,
            query.MaxAmountMinor,
            query.Currency);
        var order = Order(query.Sort, errors);
        var after = query.After is null ? null : AttentionCursor.Parse(query.After);
        if (query.After is not null && after is null)
            errors.Add("invalid_cursor", "after", "the next of the page before");
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var (items, next) = await holds.ListAsync(filter, order, after, query.Limit, cancellationToken);
        return TypedResults.Ok(new Page<OpenHold>(items, next?.ToString()));
    }

    static async Task<Results<Ok<HoldDetail>, ProblemHttpResult>> GetAsync(
        Guid holdId, PostingReader postings, HoldDetails holds, HttpContext context, CancellationToken cancellationToken)
    {
        if (await postings.FindHoldAsync(holdId, cancellationToken) is not { } hold)
        {
            return await postings.FindCommandAsync(holdId, cancellationToken) is { Reason: { } reason }
                ? ApiProblem.Of(ProblemKinds.HoldNotFound, $"It was refused: {reason}.")
                : ApiProblem.Of(ProblemKinds.HoldNotFound);
        }
        var detail = await holds.OfAsync(hold, cancellationToken);
        if (detail.Transaction is { } transaction)
            context.Response.Headers.ETag = transaction.Etag;
        return TypedResults.Ok(detail);
    }

    static AttentionOrder Order(string? sort, ContractErrors errors)
    {
        switch (sort)
        {
            case null or "expiry":
                return AttentionOrder.Expiry;
            case "age":
                return AttentionOrder.Age;
            case "amount":
                return AttentionOrder.Amount;
            default:
                errors.Add("unknown_sort", "sort", "expiry, age or amount");
                return default;
        }
    }
}
