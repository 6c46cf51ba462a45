using Npgsql;
using Orchestrator.Messaging.Rows;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Ledger.Postings;

/// <summary>The transactions of an account that the ledger has heard of, by the account's own events.</summary>
public sealed class AccountTransactions(NpgsqlDataSource database)
{
    /// <summary>The most that one page holds.</summary>
    public const int MaxPage = 500;

    // A transaction reserves, takes and gives back: among so many events there is one of another transaction, mostly.
    const int EventsEach = 4;

    /// <summary>
    /// Transactions that reserved an amount on the account or credited it, the newest first; each once. A page looks at a few events for each that it may hold, so it may be short
    /// and not the last.
    /// </summary>
    /// <param name="accountId">The account.</param>
    /// <param name="before">The version of the account before which to go on; the largest number for the first page.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The transactions, and where to go on; null at the end.</returns>
    public async Task<(IReadOnlyList<Guid> TransactionIds, long? Next)> ListAsync(string accountId, long before, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        var look = limit * EventsEach;
        await using var command = database.CreateCommand(
            "select version, type in (2, 5), transaction_id from ledger.event where account_id = $1 and version < $2 order by version desc limit $3");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(accountId), Of(before), Of(look) });
        var found = new List<Guid>();
        var (looked, last) = (0, 0L);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (found.Count < limit && await row.ReadAsync(cancellationToken))
        {
            (looked, last) = (looked + 1, row.GetInt64(0));
            if (row.GetBoolean(1) && row.Id(2) is { } transactionId)
                found.Add(transactionId);
        }
        return (found, found.Count == limit || looked == look ? last : null);
    }
}
