using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Api.Versions;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Api.Rules;

/// <summary>Rule sets over HTTP: writing, trying, comparing, putting in force.</summary>
public static class RuleSetsModule
{
    const string Changes = "Kept under the name of who asks. With If-Match it is done only to the revision that was looked at; the same again changes nothing.";

    /// <summary>Adds what the endpoints need.</summary>
    public static IServiceCollection AddRules(this IServiceCollection services) => services.AddRuleStores().AddSingleton<RuleSetChecks>().AddSingleton<RuleSetChange>();

    /// <summary>Maps /v1/rulesets and /v1/lists.</summary>
    public static IEndpointRouteBuilder MapRules(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/rulesets").WithTags("Rules").Allow(Roles.Analyst, Roles.Auditor);
        group.MapPost("/", CreateAsync).Allow(Roles.Analyst).WithMetadata(RuleRequests.Large)
            .WithSummary("Stores a rule set as a draft")
            .WithDescription("It is checked, and refused with every error and its line and column. Whoever asks is its author, who cannot put it in force. " +
                "The same content again gets the first answer, with Idempotency-Replayed.")
            .Produces<RuleSetView>(201).Produces<RuleSetView>(200).ProducesProblems(400, 409, 413, 415, 503);
        group.MapGet("/", ListAsync)
            .WithSummary("Rule sets by name, without their rules")
            .WithDescription("Pages of at most 200; `after` is the `next` of the page before.")
            .ProducesProblems(400, 503);
        group.MapGet("/names", (RuleSetChecks checks) => TypedResults.Ok(checks.Schema.Fields.Select(f =>
                new RuleNameView(f.Name, JsonNamingPolicy.CamelCase.ConvertName($"{f.Type}"), f.Description)).ToList()))
            .WithSummary("The names that rules may use: fields of the message, and features");
        group.MapGet("/{version}", GetAsync)
            .WithSummary("A rule set with its rules and what was done with it")
            .WithDescription("`built-in` is the one that decides while no other is live.")
            .ProducesProblems(404, 503);
        group.MapGet("/{version}/diff", DiffAsync)
            .WithSummary("What differs in a rule set from another, `from`")
            .ProducesProblems(400, 404, 503);
        group.MapPost("/{version}/test", TestAsync).Allow(Roles.Analyst)
            .WithSummary("Evaluates a rule set on given values, with each rule's trace")
            .WithDescription("The lists are read as they are. Nothing is decided, and nothing kept.")
            .ProducesProblems(400, 404, 413, 415, 503).Produces<RuleSetResult>(200);
        Changing(group.MapPost("/{version}/shadow", ShadowAsync), "Lets a rule set be evaluated beside the live one, deciding nothing", "The former shadow retires.");
        Changing(group.MapPost("/{version}/activate", ActivateAsync), "Puts a shadow in force", "Four eyes: not in the name of its author. The former one retires.");
        Changing(group.MapPost("/{version}/rollback", RollBackAsync), "Takes the live rule set out of force", "What it replaced is live again, or else the built-in rules.");
        return routes.MapLists();
    }

    static void Changing(RouteHandlerBuilder route, string summary, string description) => route
        .Allow(Roles.Analyst).WithSummary(summary).WithDescription($"{description} {Changes}").Produces<VersionSummary>(200).ProducesProblems(400, 403, 404, 409, 412, 413, 415, 503);

    static async Task<IResult> CreateAsync(
        JsonBody<CreateRuleSetRequest> body, Actor actor, HttpContext context, RuleSetChecks checks, RuleSetStore ruleSets,
        CancellationToken cancellationToken)
    {
        var request = body.Value;
        var errors = request.Validate();
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if ((await checks.CompileAsync(request.Version, request.Content, cancellationToken)).Problem is { } problem)
            return problem;
        var outcome = await ruleSets.CreateAsync(request.Version, request.Content, VersionRequests.Actor(actor, request.Reason), cancellationToken);
        if (outcome is VersionOutcome.Exists)
            return ApiProblem.Of(ProblemKinds.RuleSetExists);
        var view = RuleSetView.Of((await ruleSets.FindAsync(request.Version, cancellationToken))!);
        EntityTags.Show(context, view.Revision);
        if (outcome is not VersionOutcome.Repeated)
            return TypedResults.Created($"/v1/rulesets/{view.Version}", view);
        context.Response.Headers[SubmissionResult.ReplayedHeader] = "true";
        context.Response.Headers.Location = $"/v1/rulesets/{view.Version}";
        return TypedResults.Ok(view);
    }

    static async Task<Results<Ok<Page<VersionSummary>>, ProblemHttpResult>> ListAsync(
        RuleSetStore ruleSets, CancellationToken cancellationToken, string? after = null, int limit = 100)
    {
        if (PageLimits.Refuse(0, limit, RuleSetStore.MaxPage) is { } refused)
            return refused;
        var page = await ruleSets.ListAsync(after, limit, cancellationToken);
        return TypedResults.Ok(new Page<VersionSummary>(page, page.Count == limit ? page[^1].Version : null));
    }

    static async Task<Results<Ok<RuleSetView>, ProblemHttpResult>> GetAsync(
        string version, RuleSetStore ruleSets, HttpContext context, CancellationToken cancellationToken)
    {
        if (version == BuiltInRuleSet.Name)
            return TypedResults.Ok(RuleSetView.BuiltIn);
        if (await ruleSets.FindAsync(version, cancellationToken) is not { } stored)
            return ApiProblem.Of(ProblemKinds.RuleSetNotFound);
        EntityTags.Show(context, stored.Summary.Revision);
        return TypedResults.Ok(RuleSetView.Of(stored));
    }

    static async Task<Results<Ok<RuleSetDiff>, ProblemHttpResult>> DiffAsync(
        string version, RuleSetChecks checks, CancellationToken cancellationToken, string? from = null)
    {
        if (from is null)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: [new ContractError("missing_field", "from", "the version to compare with, or built-in")]);
        return await checks.FindAsync(from, cancellationToken) is { } before && await checks.FindAsync(version, cancellationToken) is { } after
            ? TypedResults.Ok(RuleSetDiff.Of(before, after))
            : ApiProblem.Of(ProblemKinds.RuleSetNotFound);
    }

    static async Task<IResult> TestAsync(
        string version, JsonBody<TestRuleSetRequest> body, RuleSetChecks checks, ListReader lists, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await checks.FindAsync(version, cancellationToken) is not { } content)
            return ApiProblem.Of(ProblemKinds.RuleSetNotFound);
        var errors = new ContractErrors();
        var input = RuleSetDryRun.Input(body.Value, checks.Schema, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var (ruleSet, problem) = await checks.CompileAsync(version, content, cancellationToken);
        if (ruleSet is null)
            return problem!;
        var moment = new RuleSetMoment(await lists.ReadAsync(ruleSet.Lists, ruleSet.LookedUp(input), cancellationToken), body.Value.At ?? time.GetUtcNow(), body.Value.ModelScore);
        return TypedResults.Ok(new RuleSetEvaluator(ruleSet, time).Explain(input, moment, trace: true));
    }

    static Task<IResult> ShadowAsync(
        string version, JsonBody<ChangeVersionRequest> body, [AsParameters] VersionChange change, RuleSetChange ruleSet, CancellationToken cancellationToken) =>
        ruleSet.RunAsync(version, body.Value, change, VersionWish.Shadow, cancellationToken);

    static Task<IResult> ActivateAsync(
        string version, JsonBody<ChangeVersionRequest> body, [AsParameters] VersionChange change, RuleSetChange ruleSet, CancellationToken cancellationToken) =>
        ruleSet.RunAsync(version, body.Value, change, VersionWish.Activate, cancellationToken);

    static Task<IResult> RollBackAsync(
        string version, JsonBody<ChangeVersionRequest> body, [AsParameters] VersionChange change, RuleSetChange ruleSet, CancellationToken cancellationToken) =>
        ruleSet.RunAsync(version, body.Value, change, VersionWish.RollBack, cancellationToken);
}
