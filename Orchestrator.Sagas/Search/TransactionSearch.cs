using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Rows;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.Search;

/// <summary>
/// Finds stored transactions. Their table has no index but its key, for the lanes' sake: those whose ids are known, or begin alike, are found at once; else a page goes through the
/// table by its key and looks at a bounded stretch of it.
/// </summary>
public sealed class TransactionSearch(NpgsqlDataSource database, SagaTable<TransactionSaga> table)
{
    /// <summary>The most that one page holds.</summary>
    public const int MaxPage = TransactionReader.MaxPage;

    /// <summary>The most rows that one page looks at.</summary>
    public const int MaxLooked = TransactionReader.MaxLooked;

    /// <summary>Those of <paramref name="ids"/> that are stored, by id.</summary>
    public async Task<IReadOnlyDictionary<Guid, TransactionSaga>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, TransactionSaga>();
        if (ids.Count == 0)
            return found;
        await using var command = database.CreateCommand(table.SelectSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids] });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var saga = table.Read(rows);
            found[saga.CorrelationId] = saga;
        }
        return found;
    }

    /// <summary>Transactions in the order of their ids. A page looks at <see cref="MaxLooked"/> rows at most, so it may be short, even empty, and not the last.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="within">Only ids in this range; all when null.</param>
    /// <param name="after">The last id that was looked at; null for the first page.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<TransactionPage> WalkAsync(TransactionFilter filter, IdRange? within, Guid? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        await using var command = database.CreateCommand();
        var range = within ?? new IdRange(Guid.Empty, Guid.AllBitsSet);
        var parameters = command.Parameters;
        var from = Next(parameters, after is { } last && last.CompareTo(range.From) >= 0 ? last : range.From, NpgsqlDbType.Uuid);
        var conditions = Conditions(filter, parameters);
        // The stretch's last id comes beside its first row, and alone when nothing in it matches.
        command.CommandText =
            $"""
            with looked as (
                select {table.ColumnNames} from {table.Name}
                where transaction_id {(after is null ? ">=" : ">")} {from} and transaction_id <= {Next(parameters, range.To, NpgsqlDbType.Uuid)}
                order by transaction_id limit {MaxLooked.ToString(CultureInfo.InvariantCulture)}
            ), found as (
                select * from looked{(conditions.Count == 0 ? "" : " where ")}{string.Join(" and ", conditions)}
                order by transaction_id limit {Next(parameters, limit, NpgsqlDbType.Integer)}
            )
            select {table.ColumnNames}, stretch.rows, stretch.last
            from (select count(*) as rows, (select transaction_id from looked order by transaction_id desc limit 1) as last from looked) as stretch
            left join found on true
            order by transaction_id
            """;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var (items, next) = await SagaStretch.ReadAsync(rows, table, limit, MaxLooked, cancellationToken);
        return new TransactionPage(items, next);
    }

    static List<string> Conditions(TransactionFilter filter, NpgsqlParameterCollection parameters)
    {
        var conditions = new List<string>();
        if (filter.State is { } state)
            conditions.Add($"state = {Next(parameters, state, NpgsqlDbType.Text)}");
        if (filter.AccountId is { } account)
        {
            var parameter = Next(parameters, account, NpgsqlDbType.Text);
            conditions.Add($"(source_account_id = {parameter} or destination_account_id = {parameter})");
        }
        if (filter.ChangedBefore is { } changedBefore)
            conditions.Add($"updated_at < {Next(parameters, changedBefore.UtcDateTime, NpgsqlDbType.TimestampTz)}");
        if (filter.ChangedAfter is { } changedAfter)
            conditions.Add($"updated_at >= {Next(parameters, changedAfter.UtcDateTime, NpgsqlDbType.TimestampTz)}");
        if (filter.SubmittedFrom is { } from)
            conditions.Add($"submitted_at >= {Next(parameters, from.UtcDateTime, NpgsqlDbType.TimestampTz)}");
        if (filter.SubmittedBefore is { } before)
            conditions.Add($"submitted_at < {Next(parameters, before.UtcDateTime, NpgsqlDbType.TimestampTz)}");
        if (filter.Words is { } words)
        {
            var parameter = Next(parameters, words, NpgsqlDbType.Text);
            conditions.Add($"strpos(lower(concat_ws(chr(10), reason, findings, cancel_reason)), lower({parameter})) > 0");
        }
        return conditions;
    }

    static string Next(NpgsqlParameterCollection parameters, object value, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
        return $"${parameters.Count.ToString(CultureInfo.InvariantCulture)}";
    }
}
