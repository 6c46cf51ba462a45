using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Balances;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Casework.Cases;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Casework;

/// <summary>Lists cases.</summary>
static class ListCases
{
    public const string Description =
        "Of a `queue`, in a `state` (pending, investigating, awaiting_approval, closed), of an `assignee`, about an `account`, of a priority from `minPriority` to `maxPriority`, " +
        "`overdue=true`, opened from `openedFrom` on and before `openedTo`. `sort` is newest, priority (as they are claimed) or due; by priority and due those alone that are not closed, unless " +
        "a state is named. At most 500 a page; `after` is the `next` of the page before, in the same order. A page looks at 10,000 cases at most, so with several filters it may be short or " +
        "even empty and not the last: go on while there is a `next`.";

    public static async Task<Results<Ok<Page<CaseFile>>, ProblemHttpResult>> ListAsync(
        CaseReader cases, CancellationToken cancellationToken, string? queue = null, string? state = null, string? assignee = null, string? account = null,
        int? minPriority = null, int? maxPriority = null, bool overdue = false, string? openedFrom = null, string? openedTo = null, string? sort = null,
        string? after = null, int limit = 100)
    {
        var errors = new ContractErrors();
        errors.Text(queue, "queue", maxLength: 64);
        errors.Text(assignee, "assignee", maxLength: 64);
        if (account is not null)
            errors.AccountId(account, "account");
        var wanted = CaseQuery.State(state, errors);
        CaseQuery.Priority(minPriority, "minPriority", errors);
        CaseQuery.Priority(maxPriority, "maxPriority", errors);
        var order = CaseQuery.Sort(sort, errors);
        PageLimits.Check(limit, CaseReader.MaxPage, errors);
        var cursor = after is null ? null : CaseCursor.Parse(after, order);
        if (after is not null && cursor is null)
            errors.Add("invalid_cursor", "after", "the next of the page before, in the same order");
        var filter = new CaseFilter(
            queue, wanted, assignee, account, minPriority, maxPriority, overdue,
            QueryValues.Instant(openedFrom, "openedFrom", errors), QueryValues.Instant(openedTo, "openedTo", errors), order);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var (items, next) = await cases.ListAsync(filter, cursor, limit, cancellationToken);
        return TypedResults.Ok(new Page<CaseFile>(items, next?.ToString()));
    }
}

/// <summary>Values of a query about cases, read strictly.</summary>
static class CaseQuery
{
    /// <summary>A state by its name.</summary>
    public static CaseState? State(string? text, ContractErrors errors)
    {
        var state = text is null ? null : CaseNames.FindState(text);
        if (text is not null && state is null)
            errors.Add("unknown_state", "state", "pending, investigating, awaiting_approval or closed");
        return state;
    }

    /// <summary>Adds an error unless it is none, or from 0 to 1000.</summary>
    public static void Priority(int? priority, string field, ContractErrors errors)
    {
        if (priority is < 0 or > 1_000)
            errors.Add("out_of_range", field, "from 0 to 1000");
    }

    /// <summary>An order by its name; the newest first when nothing is said.</summary>
    public static CaseSort Sort(string? text, ContractErrors errors)
    {
        switch (text)
        {
            case null or "newest":
                return CaseSort.Newest;
            case "priority":
                return CaseSort.Priority;
            case "due":
                return CaseSort.Due;
            default:
                errors.Add("unknown_sort", "sort", "newest, priority or due");
                return default;
        }
    }
}
