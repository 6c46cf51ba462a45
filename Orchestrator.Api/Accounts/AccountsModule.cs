using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Accounts;

/// <summary>Accounts over HTTP.</summary>
public static class AccountsModule
{
    /// <summary>Maps /v1/accounts and /v1/account-applications.</summary>
    public static IEndpointRouteBuilder MapAccounts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/accounts").WithTags("Accounts").Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Auditor);
        group.MapPost("/", OpenAsync).Allow(Roles.Service)
            .WithSummary("Opens an account")
            .WithDescription("Answers once the request is stored; the account is open shortly after. The same request again gets the same answer.")
            .ProducesProblems(400, 409, 413, 415, 503).Produces<AccountAccepted>(202);
        group.MapGet("/", ListAsync)
            .WithSummary("Accounts, in the order of their ids")
            .WithDescription("Pages of at most 1,000; `after` is the `next` of the page before.")
            .ProducesProblems(400, 503);
        group.MapGet("/{accountId}", GetAsync)
            .WithSummary("An account with its four counters")
            .ProducesProblems(404, 503);
        group.MapGet("/{accountId}/events", EventsAsync)
            .WithSummary("An account's events, oldest first")
            .WithDescription("Pages of at most 1,000; `after` is the last version seen.")
            .ProducesProblems(400, 404, 503);
        MapChange(group, "freeze", "Lets no more money leave the account", (id, account, reason, at) => new FreezeAccount(id, account, reason, at));
        MapChange(group, "unfreeze", "Ends a freeze", (id, account, reason, at) => new UnfreezeAccount(id, account, reason, at));
        MapChange(group, "close", "Closes an account that is at zero, for ever", (id, account, reason, at) => new CloseAccount(id, account, reason, at));
        return routes.MapAccountApplications();
    }

    static void MapChange(RouteGroupBuilder group, string verb, string summary, Func<Guid, string, string, DateTimeOffset, IAccountCommand> change) =>
        group.MapPost($"/{{accountId}}/{verb}", ChangeAccount.Handler(change)).Allow(Roles.Supervisor)
            .WithSummary(summary)
            .WithDescription("Answers once the request is stored; the account shows it shortly after. The same request again gets the same answer.")
            .ProducesProblems(400, 404, 409, 413, 415, 503).Produces<AccountChangeAccepted>(202);

    static async Task<IResult> OpenAsync(
        JsonBody<OpenAccountRequest> body, SubmissionStore submissions, MessageCatalog catalog, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var message = body.Value.ToMessage(now);
        var errors = ContractErrors.Of(message, catalog.Currencies);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);

        var outcome = await submissions.AcceptAsync(
            new Submission(
                SubmissionKind.Account,
                message.AccountId,
                IdempotencyKey: null,
                SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body.Value, ApiJson.Default.OpenAccountRequest)),
                JsonSerializer.Serialize(new AccountAccepted(message.AccountId, now), ApiJson.Default.AccountAccepted),
                OutgoingMessages.Of(catalog, message, time)),
            cancellationToken);
        return SubmissionResult.Of(outcome, $"/v1/accounts/{message.AccountId}", ProblemKinds.AccountExists);
    }

    static async Task<Results<Ok<Page<AccountView>>, ProblemHttpResult>> ListAsync(
        AccountReader accounts, CancellationToken cancellationToken, string? after = null, int limit = 100)
    {
        var errors = new ContractErrors();
        PageLimits.Check(limit, AccountReader.MaxPage, errors);
        if (after is not null)
            errors.AccountId(after, "after");
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var page = await accounts.ListAsync(after ?? "", limit, cancellationToken);
        return TypedResults.Ok(new Page<AccountView>(page, page.Count == limit ? page[^1].AccountId : null));
    }

    static async Task<Results<Ok<AccountView>, ProblemHttpResult>> GetAsync(
        string accountId, AccountReader accounts, SubmissionStore submissions, HttpContext context, CancellationToken cancellationToken)
    {
        if (!ContractErrors.IsAccountId(accountId))
            return ApiProblem.Of(ProblemKinds.AccountNotFound);
        if (await accounts.GetAsync(accountId, cancellationToken) is { } account)
            return TypedResults.Ok(account);
        if (await submissions.FindAsync(SubmissionKind.Account, accountId, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.AccountNotFound);
        context.Response.Headers.RetryAfter = "1";
        return ApiProblem.Of(ProblemKinds.AccountOpening);
    }

    static async Task<Results<Ok<Page<AccountEventView>>, ProblemHttpResult>> EventsAsync(
        string accountId, AccountReader accounts, CancellationToken cancellationToken, long after = 0, int limit = 100)
    {
        if (PageLimits.Refuse(after, limit, AccountReader.MaxPage) is { } refused)
            return refused;
        if (!ContractErrors.IsAccountId(accountId) || await accounts.GetAsync(accountId, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.AccountNotFound);
        var events = await accounts.GetEventsAsync(accountId, after, limit, cancellationToken);
        return TypedResults.Ok(new Page<AccountEventView>(events, events.Count == limit ? $"{events[^1].Version}" : null));
    }
}
