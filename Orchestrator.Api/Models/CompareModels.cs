using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Balances;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Models.Comparing;

namespace Orchestrator.Api.Models;

/// <summary>GET /v1/models/comparison.</summary>
static class CompareModels
{
    const int MaxDays = 92;
    const int UsualDays = 7;

    public static async Task<Results<Ok<ModelComparisonView>, ProblemHttpResult>> HandleAsync(
        ShadowReader shadows, TimeProvider time, CancellationToken cancellationToken, string? from = null, string? to = null, bool assumeGenuine = false)
    {
        var errors = new ContractErrors();
        var end = QueryValues.Instant(to, "to", errors) ?? time.GetUtcNow();
        var start = QueryValues.Instant(from, "from", errors) ?? end.AddDays(-UsualDays);
        if (errors.None && (start >= end || end - start > TimeSpan.FromDays(MaxDays)))
            errors.Add("out_of_range", "from", $"before to, and at most {MaxDays} days");
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var counts = await shadows.CountAsync(start, end, cancellationToken);
        return TypedResults.Ok(new ModelComparisonView(
            counts.Complete ? start : counts.Oldest ?? start, end, counts.Looked, counts.Complete, ShadowComparison.Of(counts.Counts, assumeGenuine)));
    }
}
