using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Versions;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Lists;

namespace Orchestrator.Api.Rules;

/// <summary>The lists that rules look into, over HTTP.</summary>
static class ListsModule
{
    /// <summary>Maps /v1/lists.</summary>
    public static IEndpointRouteBuilder MapLists(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/lists").WithTags("Lists").Allow(Roles.Analyst, Roles.Auditor);
        group.MapPost("/", CreateAsync).Allow(Roles.Analyst)
            .WithSummary("Makes a list").WithDescription("The same again changes nothing. Kept under the name of who asks.")
            .Produces<ListView>(200).ProducesProblems(400, 409, 413, 415, 503);
        group.MapGet("/", ListAsync)
            .WithSummary("Lists by name").WithDescription("Pages of at most 1,000; `after` is the `next` of the page before.").ProducesProblems(400, 503);
        group.MapGet("/{name}", GetAsync).WithSummary("A list").ProducesProblems(404, 503);
        group.MapGet("/{name}/entries", EntriesAsync)
            .WithSummary("A list's entries that count now, by value")
            .WithDescription("Pages of at most 1,000; `after` is the `next` of the page before, `prefix` how values begin.")
            .ProducesProblems(400, 404, 503);
        Changing(group.MapPost("/{name}/entries", AddAsync), "Puts values on a list", "Of a value that is there the expiry is changed.");
        Changing(group.MapPost("/{name}/entries/remove", RemoveAsync), "Takes values off a list", "What is not on it is passed over.");
        group.MapGet("/{name}/audit", AuditAsync)
            .WithSummary("What was done with one value of a list, the last at the top").WithDescription("At most 100.").ProducesProblems(400, 404, 503);
        return routes;
    }

    static void Changing(RouteHandlerBuilder route, string summary, string description) => route
        .Allow(Roles.Analyst).WithMetadata(RuleRequests.Large).WithSummary(summary)
        .WithDescription($"{description} All of up to 1,000 or none; the same again changes nothing. Kept under the name of who asks. Rules follow within a second or two.")
        .Produces<ListChanged>(200).ProducesProblems(400, 404, 409, 413, 415, 503);

    static async Task<IResult> CreateAsync(
        JsonBody<CreateListRequest> body, Actor actor, ListStore lists, CancellationToken cancellationToken)
    {
        var request = body.Value;
        var errors = request.Validate();
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await lists.CreateAsync(request.Name, request.Kind, request.Description, $"{actor}", cancellationToken) switch
        {
            ListOutcome.Exists => ApiProblem.Of(ProblemKinds.ListExists),
            ListOutcome.Full => ApiProblem.Of(ProblemKinds.ListFull, $"There are {ListStore.MaxLists} lists."),
            _ => TypedResults.Ok(await lists.FindAsync(request.Name, cancellationToken)),
        };
    }

    static async Task<Results<Ok<Page<ListView>>, ProblemHttpResult>> ListAsync(
        ListStore lists, CancellationToken cancellationToken, string? after = null, int limit = 100)
    {
        if (PageLimits.Refuse(0, limit, ListStore.MaxPage) is { } refused)
            return refused;
        var page = await lists.ListAsync(after, limit, cancellationToken);
        return TypedResults.Ok(new Page<ListView>(page, page.Count == limit ? page[^1].Name : null));
    }

    static async Task<Results<Ok<ListView>, ProblemHttpResult>> GetAsync(string name, ListStore lists, CancellationToken cancellationToken) =>
        await lists.FindAsync(name, cancellationToken) is { } list ? TypedResults.Ok(list) : ApiProblem.Of(ProblemKinds.ListNotFound);

    static async Task<Results<Ok<Page<ListEntryView>>, ProblemHttpResult>> EntriesAsync(
        string name, ListStore lists, CancellationToken cancellationToken, string? prefix = null, string? after = null, int limit = 100)
    {
        var errors = new ContractErrors();
        PageLimits.Check(limit, ListStore.MaxPage, errors);
        errors.Text(prefix, "prefix", ListEntries.MaxValueLength);
        errors.Text(after, "after", ListEntries.MaxValueLength);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var page = await lists.EntriesAsync(name, prefix, after, limit, cancellationToken);
        if (page.Count == 0 && await lists.FindAsync(name, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.ListNotFound);
        return TypedResults.Ok(new Page<ListEntryView>(page, page.Count == limit ? page[^1].Value : null));
    }

    static Task<IResult> AddAsync(
        string name, JsonBody<AddListEntriesRequest> body, Actor actor, ListStore lists, TimeProvider time,
        CancellationToken cancellationToken) => ChangeAsync(
            body.Value.Validate(time.GetUtcNow()),
            () => lists.AddAsync(name, body.Value.Entries, $"{actor}", body.Value.Reason, cancellationToken));

    static Task<IResult> RemoveAsync(
        string name, JsonBody<RemoveListEntriesRequest> body, Actor actor, ListStore lists,
        CancellationToken cancellationToken) => ChangeAsync(
            body.Value.Validate(), () => lists.RemoveAsync(name, body.Value.Values, $"{actor}", body.Value.Reason, cancellationToken));

    static async Task<IResult> ChangeAsync(ContractErrors errors, Func<Task<ListOutcome>> change)
    {
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await change() switch
        {
            ListOutcome.Done(var changed, var version) => TypedResults.Ok(new ListChanged(changed, version)),
            ListOutcome.NotFound => ApiProblem.Of(ProblemKinds.ListNotFound),
            ListOutcome.Full => ApiProblem.Of(ProblemKinds.ListFull, $"A list has at most {ListEntries.MaxEntries} entries."),
            var outcome => throw new InvalidOperationException($"Unknown outcome {outcome}"),
        };
    }

    static async Task<Results<Ok<IReadOnlyList<ListAuditView>>, ProblemHttpResult>> AuditAsync(
        string name, ListStore lists, CancellationToken cancellationToken, string? value = null)
    {
        var errors = new ContractErrors();
        errors.Required(value, "value", ListEntries.MaxValueLength);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await lists.FindAsync(name, cancellationToken) is null
            ? ApiProblem.Of(ProblemKinds.ListNotFound)
            : TypedResults.Ok(await lists.AuditAsync(name, value!, cancellationToken));
    }
}
