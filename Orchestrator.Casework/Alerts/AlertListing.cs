using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Alerts;

/// <summary>The question behind a list of alerts, or of the first alerts of groups; arranged as that behind a list of cases.</summary>
static class AlertListing
{
    /// <summary>A statement whose rows are alerts, whether they fit the filter, whether no more may be looked at, and their groups where these are asked for.</summary>
    public static NpgsqlCommand Of(AlertFilter filter, TimeCursor? after, int limit, int looked)
    {
        var command = new NpgsqlCommand();
        var (driven, asked) = (new List<string>(), new List<string>());
        var (at, id, table) = filter.Grouped ? ("first_at", "group_id", "casework.alert_group") : ("raised_at", "alert_id", "casework.alert");
        var byCase = !filter.Grouped && filter.CaseId is not null;
        var byAccount = !byCase && filter.AccountId is not null;
        var byKind = !byCase && !byAccount && filter.Kind is not null;
        if (filter.CaseId is { } file)
        {
            // Of groups those that have an alert in the case.
            (filter.Grouped ? asked : driven).Add(filter.Grouped
                ? $"group_id in (select of_case.group_id from casework.alert of_case where of_case.case_id = {Value(command, file)})"
                : $"case_id = {Value(command, file)}");
        }
        if (filter.AccountId is { } account)
            (byAccount ? driven : asked).Add($"account_id = {Value(command, account)}");
        if (filter.Kind is { } kind)
            (byKind ? driven : asked).Add($"kind = {Value(command, kind)}");
        if (filter.MinScore is { } lowest)
            asked.Add($"score >= {Value(command, lowest)}");
        if (filter.From is { } from)
            driven.Add($"{at} >= {Value(command, from.ToUniversalTime())}");
        if (filter.To is { } to)
            driven.Add($"{at} < {Value(command, to.ToUniversalTime())}");
        if (after is { } behind)
            driven.Add($"({at}, {id}) < ({Value(command, behind.At)}, {Value(command, behind.Id)})");
        var order = $"{at} desc, {id} desc";
        var most = asked.Count == 0 ? limit : looked;
        var fits = asked.Count == 0 ? "true" : string.Join(" and ", asked);
        var list =
            $"""
            select *, {fits} as fits, {(asked.Count == 0 ? "false" : $"place = {looked}")} as ends from (
                select *, row_number() over (order by {order}) as place from (
                    select * from {table}{(driven.Count == 0 ? "" : $" where {string.Join(" and ", driven)}")} order by {order} limit {most}
                ) looked
            ) numbered
            where {fits}{(asked.Count == 0 ? "" : $" or place = {looked}")} order by {order} limit {limit}
            """;
        command.CommandText = filter.Grouped
            ? $"""
              select {string.Join(", ", AlertReader.Columns.Split(", ").Select(c => $"a.{c}"))}, g.fits, g.ends, g.alerts, g.score, g.last_at
              from ({list}) g join casework.alert a on a.alert_id = g.group_id order by g.first_at desc, g.group_id desc
              """
            : $"select {AlertReader.Columns}, fits, ends from ({list}) listed order by {order}";
        return command;
    }

    static string Value<T>(NpgsqlCommand command, T value)
    {
        command.Parameters.Add(Statements.Of(value));
        return $"${command.Parameters.Count}";
    }
}
