using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Projections.Balances;

namespace Orchestrator.Api.Balances;

/// <summary>Balances and entries over HTTP, from the projection "balances".</summary>
public static class BalancesModule
{
    /// <summary>Maps /v1/accounts/{id}/balance and /entries.</summary>
    public static IEndpointRouteBuilder MapBalances(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/accounts/{accountId}").WithTags("Balances").Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Auditor);
        group.MapGet("/balance", BalanceAsync)
            .WithSummary("An account's balance, now or as of any instant")
            .WithDescription(
                "`by=recorded` (the default): what the ledger had recorded by `asOf`; it never changes again. `by=effective`: what was in effect then, by all " +
                "that is recorded by now; an entry that comes late changes it. Follows the ledger within a fraction of a second; `version` says what it rests on.")
            .ProducesProblems(400, 404, 503);
        group.MapGet("/entries", EntriesAsync)
            .WithSummary("An account's entries with the balance after each, oldest first")
            .WithDescription(
                "By either time (`by=recorded` or `effective`), from `from` on and before `to`, of one `type` or all. Pages of at most 1,000; `after` is the `next` of " +
                "the page before. A page looks at 10,000 entries at most, so with a `type` it may be short or even empty and not the last: go on while there is a `next`.")
            .ProducesProblems(400, 404, 503);
        return routes;
    }

    static async Task<Results<Ok<BalanceView>, ProblemHttpResult>> BalanceAsync(
        string accountId, BalanceReader balances, TimeProvider time, CancellationToken cancellationToken, string? asOf = null, string? by = null)
    {
        var errors = new ContractErrors();
        var chosen = QueryValues.By(by, errors);
        var instant = QueryValues.Instant(asOf, "asOf", errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return ContractErrors.IsAccountId(accountId) && await balances.GetAsync(accountId, instant, chosen, time.GetUtcNow(), cancellationToken) is { } balance
            ? TypedResults.Ok(balance)
            : ApiProblem.Of(ProblemKinds.AccountNotFound);
    }

    static async Task<Results<Ok<Page<EntryView>>, ProblemHttpResult>> EntriesAsync(
        string accountId, EntryReader entries, AccountReader accounts, CancellationToken cancellationToken,
        string? by = null, string? type = null, string? from = null, string? to = null, string? after = null, int limit = 100)
    {
        var errors = new ContractErrors();
        var filter = new EntryFilter(
            QueryValues.By(by, errors), QueryValues.EventType(type, errors), QueryValues.Instant(from, "from", errors), QueryValues.Instant(to, "to", errors));
        PageLimits.Check(limit, EntryReader.MaxPage, errors);
        var cursor = after is null ? null : EntryCursor.Parse(after);
        if (after is not null && cursor is null)
            errors.Add("invalid_cursor", "after", "the next of the page before");
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (!ContractErrors.IsAccountId(accountId) || await accounts.GetAsync(accountId, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.AccountNotFound);
        var page = await entries.PageAsync(accountId, filter, cursor, limit, cancellationToken);
        return TypedResults.Ok(new Page<EntryView>(page.Items, page.Next?.ToString()));
    }
}
