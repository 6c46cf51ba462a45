using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Rows;
using Orchestrator.Sagas.Search;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>Which accounts' sagas.</summary>
/// <param name="States">In one of these, as they are stored; any when null.</param>
/// <param name="ChangedBefore">Unchanged since before then.</param>
/// <param name="ChangedAfter">Changed then or later.</param>
public sealed record AccountFilter(IReadOnlyList<string>? States = null, DateTimeOffset? ChangedBefore = null, DateTimeOffset? ChangedAfter = null);

/// <summary>A page of accounts' sagas.</summary>
/// <param name="Items">In the order of their ids.</param>
/// <param name="Next">Where the next page goes on; null behind the last.</param>
public sealed record AccountPage(IReadOnlyList<AccountSaga> Items, Guid? Next);

/// <summary>Finds stored accounts' sagas. A page goes through the table by its key, for the one index by state has those alone that wait.</summary>
public sealed class AccountSearch(NpgsqlDataSource database, SagaTable<AccountSaga> table)
{
    /// <summary>The most that one page holds.</summary>
    public const int MaxPage = 500;

    /// <summary>The most rows that one page looks at.</summary>
    public const int MaxLooked = 10_000;

    /// <summary>Sagas in the order of their ids. A page looks at <see cref="MaxLooked"/> rows at most, so it may be short, even empty, and not the last.</summary>
    public async Task<AccountPage> WalkAsync(AccountFilter filter, Guid? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        await using var command = database.CreateCommand(
            $"""
            with looked as (
                select {table.ColumnNames} from {table.Name}
                where $1::uuid is null or saga_id > $1
                order by saga_id limit {MaxLooked.ToString(CultureInfo.InvariantCulture)}
            ), found as (
                select * from looked
                where ($2::text[] is null or state = any ($2)) and ($3::timestamptz is null or updated_at < $3) and ($4::timestamptz is null or updated_at >= $4)
                order by saga_id limit $5
            )
            select {table.ColumnNames}, stretch.rows, stretch.last
            from (select count(*) as rows, (select saga_id from looked order by saga_id desc limit 1) as last from looked) as stretch
            left join found on true
            order by saga_id
            """);
        Add(command, after, NpgsqlDbType.Uuid);
        Add(command, filter.States?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(command, filter.ChangedBefore?.UtcDateTime, NpgsqlDbType.TimestampTz);
        Add(command, filter.ChangedAfter?.UtcDateTime, NpgsqlDbType.TimestampTz);
        Add(command, limit, NpgsqlDbType.Integer);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var (items, next) = await SagaStretch.ReadAsync(rows, table, limit, MaxLooked, cancellationToken);
        return new AccountPage(items, next);
    }

    /// <summary>How many there are in each state, by its stored name.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select state, count(*) from {table.Name} group by state order by state");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
            counts.Add(rows.GetString(0), rows.GetInt64(1));
        return counts;
    }

    static void Add(NpgsqlCommand command, object? value, NpgsqlDbType type) => command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
}
