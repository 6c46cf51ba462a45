using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Views;
using Orchestrator.Api.Balances;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Activity.Views;

/// <summary>A visitor with the newest sessions.</summary>
/// <param name="Totals">Of all sessions that are stored.</param>
/// <param name="Sessions">The newest sessions, the newest first; all of them are at /v1/activity/sessions.</param>
public sealed record VisitorView(VisitorTotals Totals, IReadOnlyList<SessionRow> Sessions);

/// <summary>Sessions and visitors.</summary>
static class SessionEndpoints
{
    const int ShownWithVisitor = 20;

    public static async Task<Results<Ok<Page<SessionRow>>, ProblemHttpResult>> ListAsync(
        SessionReader sessions, CancellationToken cancellationToken, string? visitor = null, string? customer = null, string? from = null, string? to = null,
        string? cursor = null, int limit = 100)
    {
        var errors = new ContractErrors();
        if (visitor is not null && !ContractErrors.IsAccountId(visitor))
            errors.Add("invalid_visitor_id", "visitor", "1 to 64 letters, digits and . _ -, starting with a letter or digit");
        if (customer is not null)
            errors.Required(customer, "customer");
        var filter = new SessionFilter(visitor, customer, QueryValues.Instant(from, "from", errors), QueryValues.Instant(to, "to", errors));
        if (filter.From >= filter.To)
            errors.Add("empty_range", "from", "before to");
        PageLimits.Check(limit, SessionReader.MaxPage, errors);
        var after = PageCursors.Read(cursor, "cursor", errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var (items, next) = await sessions.ListAsync(filter, after, limit, cancellationToken);
        return TypedResults.Ok(new Page<SessionRow>(items, next?.ToString()));
    }

    public static async Task<Results<Ok<VisitorView>, ProblemHttpResult>> VisitorAsync(string visitorId, SessionReader sessions, CancellationToken cancellationToken)
    {
        if (!ContractErrors.IsAccountId(visitorId) || await sessions.TotalsAsync(visitorId, cancellationToken) is not { } totals)
            return ApiProblem.Of(ProblemKinds.VisitorNotFound);
        var (items, _) = await sessions.ListAsync(new SessionFilter(visitorId), after: null, ShownWithVisitor, cancellationToken);
        return TypedResults.Ok(new VisitorView(totals, items));
    }
}
