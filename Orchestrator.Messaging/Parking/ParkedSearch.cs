using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Parking;

/// <summary>A parked message, and its bytes where they were asked for and are not too many.</summary>
/// <param name="View">What is known of it.</param>
/// <param name="Raw">Its bytes; null when they were not read.</param>
public sealed record ParkedFound(ParkedView View, RawMessage? Raw);

/// <summary>Looks for parked messages, and for what waits behind one.</summary>
public sealed class ParkedSearch(NpgsqlDataSource database)
{
    /// <summary>Messages that match, the oldest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">The last id that was seen; 0 to begin.</param>
    /// <param name="limit">From 1 to <see cref="ParkedMessages.MaxPage"/>.</param>
    /// <param name="maxBytes">Up to which size the bytes of a message are read with it; 0 for none.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<ParkedFound>> PageAsync(ParkedFilter filter, long after, int limit, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, ParkedMessages.MaxPage);
        await using var command = database.CreateCommand();
        command.Parameters.Add(Statements.Of(after));
        command.Parameters.Add(Statements.Of(limit));
        command.Parameters.Add(Statements.Of(maxBytes));
        var conditions = filter.Conditions(command.Parameters);
        command.CommandText =
            $"{ParkedRows.Columns}, case when length(p.raw) <= $3 then p.raw end {ParkedRows.From} where p.parked_id > $1{conditions} order by p.parked_id limit $2";
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The messages of these ids that are there, with their bytes up to a size.</summary>
    public async Task<IReadOnlyList<ParkedFound>> OfIdsAsync(IReadOnlyList<long> ids, int maxBytes, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"{ParkedRows.Columns}, case when length(p.raw) <= $2 then p.raw end {ParkedRows.From} where p.parked_id = any($1) order by p.parked_id");
        command.Parameters.Add(Statements.Of(ids.ToArray()));
        command.Parameters.Add(Statements.Of(maxBytes));
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The queue of a parked message's key in its lane.</summary>
    /// <param name="parkedId">The message.</param>
    /// <param name="after">The last id of those behind it that was seen; 0 to begin.</param>
    /// <param name="limit">How many of those behind it are listed; from 1 to <see cref="ParkedMessages.MaxPage"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>Null when the message is not there.</returns>
    public async Task<ParkedQueue?> QueueAsync(long parkedId, long after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, ParkedMessages.MaxPage);
        const string mine = "from messaging.parked m join messaging.parked p on p.group_id = m.group_id and p.partition = m.partition and p.message_key = m.message_key";
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One moment for the counts and the list.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        ParkedQueue queue;
        await using (var counts = new NpgsqlCommand(
            $"""
            select g.name, m.partition, m.message_key, m.status, count(*) filter (where p.status = 'failed'), count(*) filter (where p.status = 'queued'),
                count(*) filter (where p.status = 'refused'), count(*) filter (where m.status <> 'refused' and p.status <> 'refused' and p.parked_id < m.parked_id),
                count(*) filter (where m.status <> 'refused' and p.status = 'queued' and p.parked_id > m.parked_id), min(p.parked_id) filter (where p.status <> 'refused'),
                exists (select 1 from messaging.stream_snapshot s where s.group_id = m.group_id)
            {mine} join messaging.lane_group g on g.group_id = m.group_id
            where m.parked_id = $1 group by g.name, m.group_id, m.partition, m.message_key, m.status
            """, connection))
        {
            counts.Parameters.Add(Statements.Of(parkedId));
            await using var row = await counts.ExecuteReaderAsync(cancellationToken);
            if (!await row.ReadAsync(cancellationToken))
                return null;
            queue = new ParkedQueue(
                parkedId, row.GetString(0), row.GetBoolean(10) ? "stream" : "lane", row.GetInt32(1), row.GetString(2),
                new ParkedQueueCounts(row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8)), row.Number(9), [], Next: null);
        }
        if (queue.Counts.Behind == 0)
            return queue;
        await using var list = new NpgsqlCommand(
            $"""
            {ParkedRows.Columns} {ParkedRows.From}
            join messaging.parked m on m.parked_id = $1 and p.group_id = m.group_id and p.partition = m.partition and p.message_key = m.message_key
            where p.status = 'queued' and p.parked_id > greatest($1, $2) order by p.parked_id limit $3
            """, connection)
        {
            Parameters = { Statements.Of(parkedId), Statements.Of(after), Statements.Of(limit) },
        };
        var behind = await ParkedRows.ViewsAsync(list, cancellationToken);
        return queue with { Behind = behind, Next = behind.Count == limit ? $"{behind[^1].ParkedId}" : null };
    }

    static async Task<IReadOnlyList<ParkedFound>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<ParkedFound>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var raw = await rows.IsDBNullAsync(ParkedRows.Next, cancellationToken) ? null : PackedRaw.Unpack(rows.GetFieldValue<byte[]>(ParkedRows.Next));
            page.Add(new ParkedFound(ParkedRows.View(rows), raw));
        }
        return page;
    }
}
