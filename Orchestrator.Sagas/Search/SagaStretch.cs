using Npgsql;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Sagas.Search;

/// <summary>
/// Reads a page that was found by going through a stretch of a table by its key: sagas, and beside each, or alone where nothing in the stretch matches, how many <c>rows</c> the stretch has and the
/// <c>last</c> id in it.
/// </summary>
static class SagaStretch
{
    /// <summary>Reads the page.</summary>
    /// <param name="rows">What was found.</param>
    /// <param name="table">Reads a saga.</param>
    /// <param name="limit">How many the page may hold.</param>
    /// <param name="mostLooked">How many rows a stretch has that does not reach the end of the table.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The sagas, and where the next page goes on: null when all were looked at.</returns>
    public static async Task<(IReadOnlyList<TSaga> Items, Guid? Next)> ReadAsync<TSaga>(
        NpgsqlDataReader rows, SagaTable<TSaga> table, int limit, int mostLooked, CancellationToken cancellationToken)
        where TSaga : class, ILaneSaga, new()
    {
        var items = new List<TSaga>();
        var (looked, last) = (0L, (Guid?)null);
        var (lookedAt, lastAt) = (rows.GetOrdinal("rows"), rows.GetOrdinal("last"));
        while (await rows.ReadAsync(cancellationToken))
        {
            (looked, last) = (rows.GetInt64(lookedAt), rows.Id(lastAt));
            if (!await rows.IsDBNullAsync(0, cancellationToken))
                items.Add(table.Read(rows));
        }
        return (items, items.Count == limit ? items[^1].CorrelationId : looked == mostLooked ? last : null);
    }
}
