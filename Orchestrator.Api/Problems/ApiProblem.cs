using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Problems;

/// <summary>Makes the <c>application/problem+json</c> answers (RFC 9457).</summary>
public static class ApiProblem
{
    /// <summary>An answer of this kind.</summary>
    /// <param name="kind">Which error.</param>
    /// <param name="detail">About this occurrence, for people.</param>
    /// <param name="errors">Field by field, where there are fields.</param>
    public static ProblemHttpResult Of(ProblemKind kind, string? detail = null, IReadOnlyList<ContractError>? errors = null) =>
        TypedResults.Problem(Details(kind, detail, errors));

    /// <summary>An answer of this kind whose errors stand at a line and a column.</summary>
    /// <param name="kind">Which error.</param>
    /// <param name="fields">What is wrong, and where.</param>
    public static ProblemHttpResult OfFields(ProblemKind kind, IReadOnlyList<ProblemField> fields)
    {
        var problem = Details(kind);
        problem.Extensions["errors"] = fields;
        return TypedResults.Problem(problem);
    }

    /// <summary>What is asked for stands in a read model that has not got there yet: come again.</summary>
    public static ProblemHttpResult NotReady(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return Of(ProblemKinds.ProjectionNotReady);
    }

    /// <summary>The answer's body.</summary>
    public static ProblemDetails Details(ProblemKind kind, string? detail = null, IReadOnlyList<ContractError>? errors = null)
    {
        var problem = new ProblemDetails { Type = kind.Type, Status = kind.Status, Title = kind.Title, Detail = detail };
        if (errors is { Count: > 0 })
            problem.Extensions["errors"] = errors.Select(e => new ProblemField(e.Code, e.Field, e.Detail)).ToArray();
        return problem;
    }

    /// <summary>Gives every problem, also those that the framework makes, a type of ours and the trace by which to find it in the logs.</summary>
    public static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        if (problem.Type is null || !problem.Type.StartsWith("/problems/", StringComparison.Ordinal))
        {
            var kind = ProblemKinds.OfStatus(problem.Status ?? context.HttpContext.Response.StatusCode);
            (problem.Type, problem.Title) = (kind.Type, kind.Title);
        }
        problem.Instance ??= context.HttpContext.Request.Path;
        problem.Extensions["traceId"] = System.Diagnostics.Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;
    }
}

/// <summary>What is wrong with one field.</summary>
/// <param name="Code">A stable name, for instance <c>unknown_currency</c>.</param>
/// <param name="Field">The JSON path of the field, or a header's name.</param>
/// <param name="Detail">What is expected.</param>
/// <param name="Line">In a text of several words, the line, from 1.</param>
/// <param name="Column">The character within the line, from 1.</param>
public sealed record ProblemField(string Code, string Field, string Detail, int? Line = null, int? Column = null);

/// <summary>Stops a request with an answer, from where no result can be returned.</summary>
public sealed class ApiProblemException(ProblemKind kind, string? detail = null, IReadOnlyList<ContractError>? errors = null)
    : Exception($"{kind.Code}: {detail}")
{
    /// <summary>Which error.</summary>
    public ProblemKind Kind { get; } = kind;

    /// <summary>The answer's body.</summary>
    public ProblemDetails Details { get; } = ApiProblem.Details(kind, detail, errors);
}
