using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Parking;
using Orchestrator.Sagas.AccountSagas;
using Orchestrator.Sagas.Machines;

namespace Orchestrator.Api.Sagas;

/// <summary>What is asked for of a list of accounts' sagas.</summary>
/// <param name="State">By its name.</param>
/// <param name="Waiting">Only those that wait for something or somebody.</param>
/// <param name="OlderThan">Unchanged for so long.</param>
/// <param name="NewerThan">Changed since so long ago.</param>
/// <param name="After">The next of the page before.</param>
/// <param name="Limit">How many at most.</param>
sealed record AccountSagaQuery(
    [FromQuery(Name = "state")] string? State = null, [FromQuery(Name = "waiting")] bool Waiting = false, [FromQuery(Name = "olderThan")] string? OlderThan = null,
    [FromQuery(Name = "newerThan")] string? NewerThan = null, [FromQuery(Name = "after")] string? After = null, [FromQuery(Name = "limit")] int Limit = 100);

/// <summary>Sagas of accounts over HTTP. What people decide about them they decide in cases.</summary>
static class AccountSagaEndpoints
{
    const int MaxParked = 50;

    /// <summary>Maps /v1/sagas/accounts.</summary>
    public static IEndpointRouteBuilder MapAccountSagas(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/sagas/accounts").WithTags("Sagas").Allow(Roles.Operator, Roles.Supervisor, Roles.Auditor);
        group.MapGet("/", ListAsync).Audited()
            .WithSummary("Sagas of accounts: by state, age, and whether they wait for something")
            .WithDescription(
                "Accounts that were applied for, frozen or dormant; of an account that was simply opened there is none. `olderThan` and `newerThan` are ages since it last changed, as in `30m`, `2h`, `7d`. " +
                "A page looks at 10,000 at most, so it may be short or even empty and not the last: go on while there is a `next`.")
            .ProducesProblems(400, 503);
        group.MapGet("/{accountId}", GetAsync).Audited()
            .WithSummary("An account's saga: state, what was found, alerts that count, timeline, what remains, parked messages")
            .ProducesProblems(404, 503);
        group.MapGet("/{accountId}/diagram", DiagramAsync)
            .WithSummary("The machine with the account's state and the way that it took")
            .WithDescription("`format=svg`, or `mermaid` for the text of one.")
            .Produces<string>(200, "image/svg+xml", "text/vnd.mermaid").ProducesProblems(400, 404, 406, 503);
        return routes;
    }

    static async Task<Results<Ok<Page<AccountSagaSummary>>, ProblemHttpResult>> ListAsync(
        [AsParameters] AccountSagaQuery query, AccountSearch search, TimeProvider time, CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        var now = time.GetUtcNow();
        var states = AccountStates.Stored.Where(s => (query.State is null || AccountStates.Shown(s) == query.State) && (!query.Waiting || AccountStates.Waits(s))).ToList();
        if (query.State is not null && AccountStates.Stored.All(s => AccountStates.Shown(s) != query.State))
            errors.Add("unknown_state", "state", $"one of {string.Join(", ", AccountStates.Stored.Select(AccountStates.Shown))}");
        var filter = new AccountFilter(
            query.State is null && !query.Waiting ? null : states, SagaAges.Ago(query.OlderThan, "olderThan", now, errors), SagaAges.Ago(query.NewerThan, "newerThan", now, errors));
        PageLimits.Check(query.Limit, AccountSearch.MaxPage, errors);
        Guid? after = Guid.TryParse(query.After, out var id) ? id : null;
        if (query.After is not null && after is null)
            errors.Add("invalid_cursor", "after", "the next of the page before");
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var page = await search.WalkAsync(filter, after, query.Limit, cancellationToken);
        return TypedResults.Ok(new Page<AccountSagaSummary>([.. page.Items.Select(Summary)], page.Next?.ToString()));
    }

    static async Task<Results<Ok<AccountSagaView>, ProblemHttpResult>> GetAsync(
        string accountId, AccountSagaReader sagas, ParkedMessages parked, HttpContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(accountId, sagas, cancellationToken) is not { } saga)
            return ApiProblem.Of(ProblemKinds.SagaNotFound);
        context.Response.Headers.ETag = EntityTags.Of(saga.Version);
        return TypedResults.Ok(new AccountSagaView(
            SagaMachines.Account, Summary(saga), saga.Findings, [.. saga.Alerts.Select(a => a.Id)], SagaViews.Timeline(saga.Timeline), AccountStates.Remaining(saga.CurrentState),
            await parked.OfKeyAsync(saga.AccountId, MaxParked, cancellationToken)));
    }

    static async Task<Results<ContentHttpResult, ProblemHttpResult>> DiagramAsync(
        string accountId, AccountSagaReader sagas, SagaMachines machines, HttpContext context, CancellationToken cancellationToken, string? format = null) =>
        await FindAsync(accountId, sagas, cancellationToken) is { } saga
            ? SagaDiagrams.Answer($"Account {accountId}", saga.CurrentState, TakenPath.Of(saga, machines.Maps[SagaMachines.Account]), machines.Maps[SagaMachines.Account], context, format)
            : ApiProblem.Of(ProblemKinds.SagaNotFound);

    static async Task<AccountSaga?> FindAsync(string accountId, AccountSagaReader sagas, CancellationToken cancellationToken) =>
        ContractErrors.IsAccountId(accountId) ? await sagas.FindAsync(accountId, cancellationToken) : null;

    static AccountSagaSummary Summary(AccountSaga saga) => new(
        saga.CorrelationId, saga.AccountId, AccountStates.Shown(saga.CurrentState), AccountStates.HasEnded(saga.CurrentState), AccountStates.Waits(saga.CurrentState), saga.UpdatedAt,
        saga.Application?.CustomerId, saga.Outcome, saga.Reason, saga.Alerts.Count, saga.DeadlineAt, saga.Repeats, EntityTags.Of(saga.Version));
}

/// <summary>An account's saga in a list.</summary>
/// <param name="Id">The saga's id; follows from the account's.</param>
/// <param name="AccountId">The account.</param>
/// <param name="State">Where it is.</param>
/// <param name="Ended">Whether that is for good.</param>
/// <param name="Waiting">Whether it waits for something or somebody.</param>
/// <param name="Since">When it last changed, UTC.</param>
/// <param name="CustomerId">Who applied; absent of an account without an application.</param>
/// <param name="Outcome">How the application ended: <c>opened</c>, <c>rejected</c> or <c>refused</c>.</param>
/// <param name="Reason">Why, by its stable name.</param>
/// <param name="Alerts">How many alerts count towards a freeze.</param>
/// <param name="DeadlineAt">When the default of its state is taken, UTC.</param>
/// <param name="Repeats">How often the present step was asked for again, or people were reminded.</param>
/// <param name="Etag">Its version.</param>
public sealed record AccountSagaSummary(
    Guid Id, string AccountId, string State, bool Ended, bool Waiting, DateTimeOffset Since, string? CustomerId, string? Outcome, string? Reason, int Alerts,
    DateTimeOffset? DeadlineAt, int Repeats, string Etag);

/// <summary>An account's saga with all that belongs to it.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Saga">Where it stands.</param>
/// <param name="Findings">What was found about the applicant, a sentence each.</param>
/// <param name="AlertIds">The alerts that count, the oldest first.</param>
/// <param name="Timeline">What happened, oldest first, and how long each thing took.</param>
/// <param name="Remaining">What is still to happen, in order.</param>
/// <param name="Parked">Messages of its key that are parked: what follows them waits. At most 50.</param>
public sealed record AccountSagaView(
    string Type, AccountSagaSummary Saga, IReadOnlyList<string> Findings, IReadOnlyList<Guid> AlertIds, IReadOnlyList<SagaTimelineEntry> Timeline, IReadOnlyList<string> Remaining,
    IReadOnlyList<ParkedView> Parked);
