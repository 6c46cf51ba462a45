using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Cases;

/// <summary>
/// The question behind a list of cases. What the list's index serves bounds the rows that are looked at, a number of them at most; the rest of the filter is asked of those. The
/// last row that may be looked at comes back whether it fits or not, as the place where the next page goes on.
/// </summary>
static class CaseListing
{
    /// <summary>A statement whose rows are cases and, behind them, whether they fit the filter, and whether no more may be looked at.</summary>
    public static NpgsqlCommand Of(CaseFilter filter, CaseCursor? after, int limit, int looked, DateTimeOffset now)
    {
        var command = new NpgsqlCommand();
        var (driven, asked) = (new List<string>(), new List<string>());
        Drive(command, driven, asked, filter, now);
        Ask(command, asked, filter);
        if (after is not null)
            driven.Add(Behind(command, after));
        var order = Order(filter.Sort);
        // Where the index serves all of it, no more is looked at than the page has.
        var most = asked.Count == 0 ? limit : looked;
        var fits = asked.Count == 0 ? "true" : $"coalesce({string.Join(" and ", asked)}, false)";
        command.CommandText =
            $"""
            select {CaseRows.Columns}, {fits} as fits, {(asked.Count == 0 ? "false" : $"place = {looked}")} as ends from (
                select *, row_number() over (order by {order}) as place from (
                    select * from casework.work_case{(driven.Count == 0 ? "" : $" where {string.Join(" and ", driven)}")} order by {order} limit {most}
                ) looked
            ) numbered
            where {fits}{(asked.Count == 0 ? "" : $" or place = {looked}")} order by {order} limit {limit}
            """;
        return command;
    }

    // One index each: by account or person for the newest, by state else.
    static void Drive(NpgsqlCommand command, List<string> driven, List<string> asked, CaseFilter filter, DateTimeOffset now)
    {
        var state = filter.State is { } s ? $"state = '{CaseNames.Of(s)}'" : null;
        var newest = filter.Sort == CaseSort.Newest;
        var byAccount = newest && filter.AccountId is not null;
        var byAssignee = newest && !byAccount && filter.Assignee is not null;
        if (filter.AccountId is { } account)
            (byAccount ? driven : asked).Add($"account_id = {Value(command, account)}");
        if (filter.Assignee is { } assignee)
            (byAssignee ? driven : asked).Add($"lower(assignee) = lower({Value(command, assignee)})");
        if (state is not null)
            (byAccount || byAssignee ? asked : driven).Add(state);
        else if (!newest)
            driven.Add("state <> 'closed'");
        if (filter.OpenedFrom is { } from)
            (newest ? driven : asked).Add($"opened_at >= {Value(command, from.ToUniversalTime())}");
        if (filter.OpenedTo is { } to)
            (newest ? driven : asked).Add($"opened_at < {Value(command, to.ToUniversalTime())}");
        if (filter.MinPriority is { } lowest)
            (filter.Sort == CaseSort.Priority ? driven : asked).Add($"-priority <= {Value(command, -lowest)}");
        if (filter.MaxPriority is { } highest)
            (filter.Sort == CaseSort.Priority ? driven : asked).Add($"-priority >= {Value(command, -highest)}");
        if (filter.Overdue)
        {
            asked.Add("state <> 'closed'");
            (filter.Sort == CaseSort.Due ? driven : asked).Add($"due_at < {Value(command, now)}");
        }
    }

    static void Ask(NpgsqlCommand command, List<string> asked, CaseFilter filter)
    {
        if (filter.Queue is { } queue)
            asked.Add($"queue = {Value(command, queue)}");
    }

    static string Behind(NpgsqlCommand command, CaseCursor after)
    {
        var (at, id) = (Value(command, after.Place.At), Value(command, after.Place.Id));
        return after.Sort switch
        {
            CaseSort.Priority => $"(-priority, opened_at, case_id) > ({Value(command, -after.Priority)}, {at}, {id})",
            CaseSort.Due => $"(due_at, case_id) > ({at}, {id})",
            _ => $"(opened_at, case_id) < ({at}, {id})",
        };
    }

    static string Order(CaseSort sort) => sort switch
    {
        CaseSort.Priority => "-priority, opened_at, case_id",
        CaseSort.Due => "due_at, case_id",
        _ => "opened_at desc, case_id desc",
    };

    static string Value<T>(NpgsqlCommand command, T value)
    {
        command.Parameters.Add(Statements.Of(value));
        return $"${command.Parameters.Count}";
    }
}
