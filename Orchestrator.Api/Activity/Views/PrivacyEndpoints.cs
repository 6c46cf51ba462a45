using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Store;
using Orchestrator.Activity.Views;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Activity.Views;

/// <summary>All that is kept about somebody.</summary>
/// <param name="VisitorId">Who, where a visitor was named.</param>
/// <param name="CustomerId">Who, where a customer was named.</param>
/// <param name="ExportedAt">When, UTC.</param>
/// <param name="Sessions">Sessions of the visitor, or of all visitors of whom one is stored as the customer's, the newest first.</param>
/// <param name="Records">What else is kept about the customer, by name.</param>
/// <param name="Next">What to pass as <c>cursor</c> for the rest of the sessions; absent when these are all.</param>
public sealed record PersonExport(
    string? VisitorId, string? CustomerId, DateTimeOffset ExportedAt, IReadOnlyList<SessionRow> Sessions, IReadOnlyDictionary<string, JsonElement>? Records, string? Next);

/// <summary>What is kept about somebody, given out and deleted.</summary>
static class PrivacyEndpoints
{
    public static async Task<Results<Ok<PersonExport>, ProblemHttpResult>> ExportVisitorAsync(
        string visitorId, SessionReader sessions, TimeProvider time, HttpResponse response, CancellationToken cancellationToken, string? cursor = null)
    {
        var errors = new ContractErrors();
        var after = PageCursors.Read(cursor, "cursor", errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (!ContractErrors.IsAccountId(visitorId))
            return ApiProblem.Of(ProblemKinds.VisitorNotFound);
        var (items, next) = await sessions.ListAsync(new SessionFilter(visitorId), after, SessionReader.MaxExported, cancellationToken);
        if (items.Count == 0 && after is null)
            return ApiProblem.Of(ProblemKinds.VisitorNotFound);
        AsFile(response);
        return TypedResults.Ok(new PersonExport(visitorId, null, time.GetUtcNow(), items, null, next?.ToString()));
    }

    public static async Task<Results<Ok<PersonExport>, ProblemHttpResult>> ExportCustomerAsync(
        string customerId, SessionReader sessions, IEnumerable<ICustomerRecords> kept, TimeProvider time, HttpResponse response, CancellationToken cancellationToken, string? cursor = null)
    {
        var errors = new ContractErrors();
        var after = PageCursors.Read(cursor, "cursor", errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (!IsCustomerId(customerId))
            return ApiProblem.Of(ProblemKinds.CustomerNotFound);
        var (items, next) = await sessions.OfCustomersVisitorsAsync(customerId, after, SessionReader.MaxExported, cancellationToken);
        var records = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var room in kept)
        {
            if (await room.ExportAsync(customerId, cancellationToken) is { } record)
                records.Add(room.Name, record);
        }
        if (items.Count == 0 && records.Count == 0 && after is null)
            return ApiProblem.Of(ProblemKinds.CustomerNotFound);
        AsFile(response);
        return TypedResults.Ok(new PersonExport(null, customerId, time.GetUtcNow(), items, records, next?.ToString()));
    }

    public static async Task<Results<Accepted<Erased>, ProblemHttpResult>> EraseVisitorAsync(
        string visitorId, ErasureStore erasures, Actor actor, CancellationToken cancellationToken) => ContractErrors.IsAccountId(visitorId)
        ? TypedResults.Accepted((string?)null, await erasures.VisitorAsync(visitorId, actor.Name, cancellationToken))
        : ApiProblem.Of(ProblemKinds.VisitorNotFound);

    public static async Task<Results<Accepted<Erased>, ProblemHttpResult>> EraseCustomerAsync(
        string customerId, ErasureStore erasures, Actor actor, CancellationToken cancellationToken) => IsCustomerId(customerId)
        ? TypedResults.Accepted((string?)null, await erasures.CustomerAsync(customerId, actor.Name, cancellationToken))
        : ApiProblem.Of(ProblemKinds.CustomerNotFound);

    public static async Task<Results<Ok<Page<ErasureView>>, ProblemHttpResult>> ErasuresAsync(
        ErasureReader erasures, CancellationToken cancellationToken, string? visitor = null, string? customer = null, string? cursor = null, int limit = 100)
    {
        var errors = new ContractErrors();
        errors.Text(visitor, "visitor");
        errors.Text(customer, "customer");
        PageLimits.Check(limit, ErasureReader.MaxPage, errors);
        var after = PageCursors.Read(cursor, "cursor", errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var (items, next) = await erasures.ListAsync(visitor, customer, after, limit, cancellationToken);
        return TypedResults.Ok(new Page<ErasureView>(items, next?.ToString()));
    }

    static bool IsCustomerId(string customerId)
    {
        var errors = new ContractErrors();
        errors.Required(customerId, "customerId");
        return errors.None;
    }

    // To be kept, and not shown: no name of anybody's is in it.
    static void AsFile(HttpResponse response) => response.Headers.ContentDisposition = "attachment; filename=\"activity-export.json\"";
}
