using Npgsql;
using Orchestrator.Messaging.Rows;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Store;

/// <summary>Somebody was erased.</summary>
/// <param name="ErasureId">Identifies it for ever.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Actor">Who asked for it.</param>
/// <param name="Of">What was named: <c>visitor</c> or <c>customer</c>.</param>
/// <param name="Sessions">How many sessions were deleted.</param>
public sealed record ErasureView(Guid ErasureId, DateTimeOffset At, string Actor, string Of, long Sessions);

/// <summary>Reads who asked for whom to be erased.</summary>
public sealed class ErasureReader(NpgsqlDataSource database)
{
    /// <summary>The most of one page.</summary>
    public const int MaxPage = 500;

    /// <summary>Erasures, the newest first. A customer's visitors have one each.</summary>
    /// <param name="visitorId">Of this visitor; of all when null.</param>
    /// <param name="customerId">Of this customer; of all when null.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(IReadOnlyList<ErasureView> Items, TimeCursor? Next)> ListAsync(
        string? visitorId, string? customerId, TimeCursor? after, int limit, CancellationToken cancellationToken)
    {
        var start = after ?? TimeCursor.Newest;
        await using var command = database.CreateCommand();
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(start.At), Of(start.Id), Of(limit) });
        var where = "(at, erasure_id) < ($1, $2)";
        Add(visitorId, "visitor_hash");
        Add(customerId, "customer_hash");
        command.CommandText =
            $"select erasure_id, at, actor, customer_hash is not null, sessions from activity.erasure where {where} order by at desc, erasure_id desc limit $3";
        var items = new List<ErasureView>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            items.Add(new ErasureView(
                rows.GetGuid(0), rows.GetFieldValue<DateTimeOffset>(1), rows.GetString(2), rows.GetBoolean(3) ? "customer" : "visitor", rows.GetInt64(4)));
        }
        return (items, items.Count == limit ? new TimeCursor(items[^1].At, items[^1].ErasureId) : null);

        void Add(string? id, string column)
        {
            if (id is null)
                return;
            command.Parameters.Add(Of(ErasureStore.Hash(id)));
            where += $" and {column} = ${command.Parameters.Count}";
        }
    }
}
