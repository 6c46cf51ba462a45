using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Api.Hosting;

/// <summary>A page of a list.</summary>
/// <param name="Items">What is on it.</param>
/// <param name="Next">What to pass as <c>after</c> for the next page; absent on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Checks what a client asks of a page.</summary>
static class PageLimits
{
    /// <summary>A problem unless <paramref name="after"/> and <paramref name="limit"/> are in range.</summary>
    public static ProblemHttpResult? Refuse(long after, int limit, int maxLimit)
    {
        var errors = new ContractErrors();
        if (after < 0)
            errors.Add("out_of_range", "after", "0 or above");
        Check(limit, maxLimit, errors);
        return errors.None ? null : ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
    }

    /// <summary>Adds an error unless <paramref name="limit"/> is in range.</summary>
    public static void Check(int limit, int maxLimit, ContractErrors errors)
    {
        if (limit < 1 || limit > maxLimit)
            errors.Add("out_of_range", "limit", $"from 1 to {maxLimit}");
    }
}

/// <summary>Reads where a page goes on.</summary>
static class PageCursors
{
    /// <summary>The cursor; null when there is none. Adds an error when it is no cursor.</summary>
    public static TimeCursor? Read(string? after, ContractErrors errors) => Read(after, "after", errors);

    /// <summary>The cursor that the parameter <paramref name="field"/> holds; null when there is none. Adds an error when it is no cursor.</summary>
    public static TimeCursor? Read(string? after, string field, ContractErrors errors)
    {
        if (after is null)
            return null;
        if (TimeCursor.Parse(after) is { } cursor)
            return cursor;
        errors.Add("invalid_cursor", field, "the next of the page before");
        return null;
    }
}
