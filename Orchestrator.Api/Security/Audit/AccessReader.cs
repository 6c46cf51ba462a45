using Npgsql;
using Orchestrator.Messaging.Rows;
using Parameter = Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Api.Security.Audit;

/// <summary>Which reads are looked for; null for any.</summary>
/// <param name="Actor">By whom.</param>
/// <param name="Account">Of which account.</param>
/// <param name="From">From when on.</param>
/// <param name="To">Before when.</param>
public sealed record AccessFilter(string? Actor, string? Account, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>Reads who has read what.</summary>
public sealed class AccessReader(NpgsqlDataSource database)
{
    /// <summary>The largest page.</summary>
    public const int MaxPage = 500;

    const string Columns = "select access_id, at, actor, roles, operation, subject, accounts, address, status from audit.access where (at, access_id) < ($1, $2)";

    /// <summary>A page, the newest first.</summary>
    public async Task<(IReadOnlyList<AccessRecord> Items, TimeCursor? Next)> ListAsync(AccessFilter filter, TimeCursor? after, int limit, CancellationToken cancellationToken)
    {
        var start = after ?? TimeCursor.Newest;
        await using var command = database.CreateCommand();
        command.Parameters.Add(Parameter.Of(start.At));
        command.Parameters.Add(Parameter.Of(start.Id));
        var conditions = Conditions(filter, command.Parameters);
        command.Parameters.Add(Parameter.Of(limit));
        command.CommandText = $"{Columns}{conditions} order by at desc, access_id desc limit ${command.Parameters.Count}";
        var items = new List<AccessRecord>(limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            items.Add(new AccessRecord(
                rows.GetGuid(0), rows.GetFieldValue<DateTimeOffset>(1), rows.GetString(2), rows.GetFieldValue<string[]>(3), rows.GetString(4), rows.Text(5),
                rows.GetFieldValue<string[]>(6), rows.GetString(7), rows.GetInt16(8)));
        }
        return (items, items.Count == limit ? new TimeCursor(items[^1].At, items[^1].AccessId) : null);
    }

    // Only what is asked for is in the statement: each has an index of its own.
    static string Conditions(AccessFilter filter, NpgsqlParameterCollection parameters)
    {
        var sql = "";
        Add(filter.Actor, "actor = ");
        Add(filter.Account is null ? null : new[] { filter.Account }, "accounts @> ");
        Add(filter.From?.UtcDateTime, "at >= ");
        Add(filter.To?.UtcDateTime, "at < ");
        return sql;

        void Add<T>(T? value, string condition)
        {
            if (value is null)
                return;
            parameters.Add(new NpgsqlParameter { Value = value });
            sql += $" and {condition}${parameters.Count}";
        }
    }
}
