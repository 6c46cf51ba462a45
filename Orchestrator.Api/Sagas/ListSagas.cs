using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Balances;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;
using Orchestrator.Sagas.Attention;
using Orchestrator.Sagas.Search;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Sagas;

/// <summary>What is asked for of a list of sagas.</summary>
/// <param name="State">By its name.</param>
/// <param name="Account">Which it pays or receives.</param>
/// <param name="Text">The beginning of an id, or words.</param>
/// <param name="Stuck">Only those that were asked again too often.</param>
/// <param name="OlderThan">Unchanged for so long.</param>
/// <param name="NewerThan">Changed since so long ago.</param>
/// <param name="SubmittedFrom">Submitted then or later.</param>
/// <param name="SubmittedBefore">Submitted before then.</param>
/// <param name="After">The next of the page before.</param>
/// <param name="Limit">How many at most.</param>
sealed record SagaQuery(
    [FromQuery(Name = "state")] string? State = null, [FromQuery(Name = "account")] string? Account = null, [FromQuery(Name = "text")] string? Text = null,
    [FromQuery(Name = "stuck")] bool Stuck = false, [FromQuery(Name = "olderThan")] string? OlderThan = null, [FromQuery(Name = "newerThan")] string? NewerThan = null,
    [FromQuery(Name = "submittedFrom")] string? SubmittedFrom = null, [FromQuery(Name = "submittedBefore")] string? SubmittedBefore = null,
    [FromQuery(Name = "after")] string? After = null, [FromQuery(Name = "limit")] int Limit = 100);

/// <summary>GET /v1/sagas/transactions.</summary>
static class ListSagas
{
    const int MaxText = 64;

    public static async Task<Results<Ok<Page<SagaSummary>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] SagaQuery query, SagaFinder finder, TimeProvider time, CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        var filter = Read(query, time.GetUtcNow(), errors);
        PageLimits.Check(query.Limit, SagaFinder.MaxPage, errors);
        var find = errors.None ? Way(query, filter, finder, errors, cancellationToken) : null;
        return errors.None ? TypedResults.Ok(await find!()) : ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
    }

    static TransactionFilter Read(SagaQuery query, DateTimeOffset now, ContractErrors errors)
    {
        var state = query.State is null ? null : TransactionStates.Stored(query.State);
        if (query.State is not null && state is null)
            errors.Add("unknown_state", "state", $"one of {string.Join(", ", TransactionStates.Names)}");
        if (query.Account is not null)
            errors.AccountId(query.Account, "account");
        if (query.Text is not null)
            errors.Required(query.Text, "text", MaxText);
        return new TransactionFilter(
            state, query.Account,
            SagaAges.Ago(query.OlderThan, "olderThan", now, errors), SagaAges.Ago(query.NewerThan, "newerThan", now, errors),
            QueryValues.Instant(query.SubmittedFrom, "submittedFrom", errors), QueryValues.Instant(query.SubmittedBefore, "submittedBefore", errors),
            query.Text is { } text && IdRange.Of(text) is null ? text : null);
    }

    // What waits for somebody has a table of its own; an account's are found by others' indexes; what is left is looked for.
    static Func<Task<Page<SagaSummary>>>? Way(
        SagaQuery query, TransactionFilter filter, SagaFinder finder, ContractErrors errors, CancellationToken cancellationToken)
    {
        var within = query.Text is { } text ? IdRange.Of(text) : null;
        if (query.Stuck || AttentionRule.WaitsForPeople(filter.State))
        {
            var after = Cursor(query.After, AttentionCursor.Parse, errors);
            var wanted = new AttentionFilter(
                filter.State is null ? null : [filter.State], query.Stuck ? true : null, filter.AccountId, filter.ChangedBefore, filter.ChangedAfter);
            return () => finder.WaitingAsync(wanted, filter with { ChangedBefore = null, ChangedAfter = null }, within, after, query.Limit, cancellationToken);
        }
        if (filter.AccountId is not null && within is null)
        {
            var after = query.After is null ? SagaFinder.AccountCursor.Start : SagaFinder.AccountCursor.Parse(query.After);
            if (after is null)
                errors.Add("invalid_cursor", "after", "the next of the page before");
            return () => finder.OfAccountAsync(filter, after!, query.Limit, cancellationToken);
        }
        var last = Cursor(query.After, id => Guid.TryParse(id, out var guid) ? guid : (Guid?)null, errors);
        return () => finder.WalkAsync(filter, within, last, query.Limit, cancellationToken);
    }

    static T? Cursor<T>(string? text, Func<string, T?> parse, ContractErrors errors) where T : struct
    {
        if (text is null)
            return null;
        var cursor = parse(text);
        if (cursor is null)
            errors.Add("invalid_cursor", "after", "the next of the page before");
        return cursor;
    }
}
