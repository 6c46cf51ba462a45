using Npgsql;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Sagas.Search;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>Reads stored transactions. What it gives is as of the last commit; it never waits for a lane.</summary>
public sealed class TransactionReader(NpgsqlDataSource database, SagaTable<TransactionSaga> table)
{
    /// <summary>The most that one page holds.</summary>
    public const int MaxPage = 500;

    /// <summary>The most rows that one page looks at.</summary>
    public const int MaxLooked = 10_000;

    /// <summary>The transaction; null when nothing has been heard of it.</summary>
    public async Task<TransactionSaga?> FindAsync(Guid transactionId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(table.SelectSql);
        command.Parameters.Add(new() { Value = new[] { transactionId } });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            return null;
        var saga = table.Read(rows);
        saga.Upgrade();
        return saga;
    }

    /// <summary>
    /// Transactions in the order of their ids, a page after <paramref name="after"/>. The table has no index but its key, for the lanes' sake, so a page
    /// looks at <see cref="MaxLooked"/> rows at most: it may hold fewer than <paramref name="limit"/>, even none, and not be the last.
    /// </summary>
    /// <param name="state">Only those in this state, by its stored name; all when null.</param>
    /// <param name="accountId">Only those that this account pays or receives; all when null.</param>
    /// <param name="after">The last id that was looked at; null for the first page.</param>
    /// <param name="limit">How many at most, 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<TransactionPage> ListAsync(string? state, string? accountId, Guid? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        // Without a filter every row that is looked at is shown.
        var look = state is null && accountId is null ? limit : MaxLooked;
        // The stretch's last id comes beside its first row, and alone when nothing in it matches.
        await using var command = database.CreateCommand(
            $"""
            with looked as (
                select {table.ColumnNames} from {table.Name} where transaction_id > $1 order by transaction_id limit {look}
            ), found as (
                select * from looked
                where ($2::text is null or state = $2) and ($3::text is null or source_account_id = $3 or destination_account_id = $3)
                order by transaction_id limit $4
            )
            select {table.ColumnNames}, stretch.rows, stretch.last
            from (select count(*) as rows, (select transaction_id from looked order by transaction_id desc limit 1) as last from looked) as stretch
            left join found on true
            order by transaction_id
            """);
        command.Parameters.Add(new() { Value = after ?? Guid.Empty });
        command.Parameters.Add(Text(state));
        command.Parameters.Add(Text(accountId));
        command.Parameters.Add(new() { Value = limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var (items, next) = await SagaStretch.ReadAsync(rows, table, limit, MaxLooked, cancellationToken);
        return new TransactionPage(items, next);
    }

    static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };
}

/// <summary>Some transactions, in the order of their ids.</summary>
/// <param name="Items">Those that match.</param>
/// <param name="Next">Where the next page goes on; null when all were looked at.</param>
public sealed record TransactionPage(IReadOnlyList<TransactionSaga> Items, Guid? Next);
