using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Sagas.Attention;

/// <summary>Reads which transactions people or operators should see, as of the last commit. Their table is small, whatever the number of transactions.</summary>
public sealed class AttentionReader(NpgsqlDataSource database)
{
    /// <summary>The most that one page holds.</summary>
    public const int MaxPage = 500;

    const string Columns =
        "transaction_id, state, stuck, since, deadline_at, amount_minor, currency, account_id, destination_account_id, score, repeats";

    /// <summary>A page of them.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="order">In which order.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(IReadOnlyList<AttentionEntry> Items, AttentionCursor? Next)> ListAsync(
        AttentionFilter filter, AttentionOrder order, AttentionCursor? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        await using var command = database.CreateCommand();
        var parameters = command.Parameters;
        var conditions = Conditions(filter, parameters);
        var (column, direction) = order switch
        {
            AttentionOrder.Amount => ("amount_minor", " desc"),
            AttentionOrder.Age => ("since", ""),
            _ => ("deadline_at", ""),
        };
        if (after is { } cursor)
        {
            var key = order == AttentionOrder.Amount
                ? Next(parameters, cursor.Key, NpgsqlDbType.Bigint)
                : Next(parameters, cursor.Instant.UtcDateTime, NpgsqlDbType.TimestampTz);
            conditions.Add($"({column}, transaction_id) {(direction.Length == 0 ? '>' : '<')} ({key}, {Next(parameters, cursor.Id, NpgsqlDbType.Uuid)})");
        }
        command.CommandText =
            $"""
            select {Columns} from sagas.attention{(conditions.Count == 0 ? "" : " where ")}{string.Join(" and ", conditions)}
            order by {column}{direction}, transaction_id{direction} limit {Next(parameters, limit, NpgsqlDbType.Integer)}
            """;
        var items = new List<AttentionEntry>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            items.Add(Read(row));
        return (items, items.Count == limit ? AttentionCursor.Of(items[^1], order) : null);
    }

    /// <summary>How many there are, by the stored name of their state; those that are stuck by <c>stuck</c>.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select case when stuck then 'stuck' else state end, count(*) from sagas.attention group by 1 order by 1");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken))
            counts[row.GetString(0)] = row.GetInt64(1);
        return counts;
    }

    static List<string> Conditions(AttentionFilter filter, NpgsqlParameterCollection parameters)
    {
        var conditions = new List<string>();
        if (filter.States is { } states)
            conditions.Add($"state = any({Next(parameters, states.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)})");
        if (filter.IsStuck is { } stuck)
            conditions.Add($"stuck = {Next(parameters, stuck, NpgsqlDbType.Boolean)}");
        if (filter.AccountId is { } account)
        {
            var parameter = Next(parameters, account, NpgsqlDbType.Text);
            conditions.Add($"(account_id = {parameter} or destination_account_id = {parameter})");
        }
        if (filter.SinceBefore is { } before)
            conditions.Add($"since < {Next(parameters, before.UtcDateTime, NpgsqlDbType.TimestampTz)}");
        if (filter.SinceAfter is { } from)
            conditions.Add($"since >= {Next(parameters, from.UtcDateTime, NpgsqlDbType.TimestampTz)}");
        if (filter.ExpiresBefore is { } expires)
            conditions.Add($"deadline_at < {Next(parameters, expires.UtcDateTime, NpgsqlDbType.TimestampTz)}");
        if (filter.MinAmountMinor is { } min)
            conditions.Add($"amount_minor >= {Next(parameters, min, NpgsqlDbType.Bigint)}");
        if (filter.MaxAmountMinor is { } max)
            conditions.Add($"amount_minor <= {Next(parameters, max, NpgsqlDbType.Bigint)}");
        if (filter.Currency is { } currency)
            conditions.Add($"currency = {Next(parameters, currency, NpgsqlDbType.Text)}");
        return conditions;
    }

    static string Next(NpgsqlParameterCollection parameters, object value, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
        return $"${parameters.Count.ToString(CultureInfo.InvariantCulture)}";
    }

    static AttentionEntry Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetBoolean(2), row.GetFieldValue<DateTimeOffset>(3),
        row.GetFieldValue<DateTimeOffset>(4) is var deadline && deadline.Year < 9999 ? deadline : null, row.GetInt64(5), row.Text(6), row.GetString(7), row.Text(8),
        row.IsDBNull(9) ? null : row.GetInt32(9), row.GetInt32(10));
}
