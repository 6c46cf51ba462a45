using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Sagas.Search;

/// <summary>A transaction that does not move.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="State">Its state's stored name.</param>
/// <param name="AccountId">The account that pays.</param>
/// <param name="DeadlineAt">When the default of its state should have been taken, UTC.</param>
/// <param name="UpdatedAt">When it last changed, UTC.</param>
/// <param name="Score">The assessment's score.</param>
public sealed record OverdueTransaction(Guid TransactionId, string State, string AccountId, DateTimeOffset? DeadlineAt, DateTimeOffset UpdatedAt, int? Score);

/// <summary>Finds transactions whose deadline has long passed although their timer should have moved them.</summary>
public sealed class OverdueTransactions(NpgsqlDataSource database)
{
    /// <summary>The most that one answer holds.</summary>
    public const int MaxFound = 500;

    /// <summary>The most rows that one step of a walk looks at.</summary>
    public const int MaxLooked = 10_000;

    /// <summary>Of those that people or operators should see anyway, those whose deadline passed before <paramref name="deadlineBefore"/>, by an index.</summary>
    public async Task<IReadOnlyList<OverdueTransaction>> SeenAsync(DateTimeOffset deadlineBefore, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select t.transaction_id, t.state, t.source_account_id, t.deadline_at, t.updated_at, t.score
            from sagas.attention a join sagas.transaction t using (transaction_id)
            where a.deadline_at < $1 and t.deadline_at < $1 order by a.deadline_at, a.transaction_id limit $2
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(deadlineBefore.ToUniversalTime()), Statements.Of(MaxFound) });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>
    /// Walks on through all transactions by their key, a stretch of <see cref="MaxLooked"/>: gives those that wait for something whose deadline passed before
    /// <paramref name="deadlineBefore"/>.
    /// </summary>
    /// <returns>What was found, and where to go on; null at the end.</returns>
    public async Task<(IReadOnlyList<OverdueTransaction> Found, Guid? Next)> WalkAsync(
        Guid after, DateTimeOffset deadlineBefore, CancellationToken cancellationToken)
    {
        Guid? next;
        await using (var stretch = database.CreateCommand(
            "select transaction_id from sagas.transaction where transaction_id > $1 order by transaction_id offset $2 limit 1"))
        {
            stretch.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(after), Statements.Of(MaxLooked - 1) });
            next = (Guid?)await stretch.ExecuteScalarAsync(cancellationToken);
        }
        await using var command = database.CreateCommand(
            """
            select transaction_id, state, source_account_id, deadline_at, updated_at, score from sagas.transaction
            where transaction_id > $1 and transaction_id <= $2 and ended_at is null and deadline_at < $3
            order by transaction_id limit $4
            """);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            Statements.Of(after), Statements.Of(next ?? Guid.AllBitsSet), Statements.Of(deadlineBefore.ToUniversalTime()), Statements.Of(MaxFound),
        });
        return (await ReadAsync(command, cancellationToken), next);
    }

    static async Task<IReadOnlyList<OverdueTransaction>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<OverdueTransaction>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add(new OverdueTransaction(
                row.GetGuid(0), row.GetString(1), row.GetString(2), row.Instant(3), row.GetFieldValue<DateTimeOffset>(4), row.IsDBNull(5) ? null : row.GetInt32(5)));
        }
        return found;
    }
}
