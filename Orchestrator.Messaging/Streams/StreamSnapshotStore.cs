using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Ownership;

namespace Orchestrator.Messaging.Streams;

/// <summary>What a snapshot covers.</summary>
/// <param name="Positions">The next offset to read, by topic.</param>
/// <param name="OutputPosition">From where on the output topic may hold answers to what is read from there.</param>
/// <param name="TakenAt">When the state was as it is in the snapshot, UTC.</param>
internal sealed record SnapshotHead(IReadOnlyDictionary<string, long> Positions, long OutputPosition, DateTimeOffset TakenAt);

/// <summary>A lane's snapshots in PostgreSQL.</summary>
internal sealed class StreamSnapshotStore(LaneGrant grant, NpgsqlDataSource database)
{
    const int MaxBytes = 1 << 30;

    int _number;

    /// <summary>A number for the next snapshot.</summary>
    public int Next() => ++_number;

    /// <summary>The last snapshot; null when there is none.</summary>
    public async Task<(SnapshotHead Head, Stream Content)?> ReadAsync(CancellationToken cancellationToken)
    {
        long epoch;
        int number, chunks;
        byte[] content;
        SnapshotHead head;
        await using (var command = Command(
            """
            select epoch, number, positions::text, output_position, chunks, bytes, taken_at from messaging.stream_snapshot
            where group_id = $1 and partition = $2 order by epoch desc, number desc limit 1
            """))
        {
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            if (!await row.ReadAsync(cancellationToken))
                return null;
            (epoch, number, chunks) = (row.GetInt64(0), row.GetInt32(1), row.GetInt32(4));
            head = new SnapshotHead(Positions(row.GetString(2)), row.GetInt64(3), row.GetFieldValue<DateTimeOffset>(6));
            var bytes = row.GetInt64(5);
            if (bytes > MaxBytes)
                throw new InvalidDataException($"A snapshot of {bytes} bytes; {MaxBytes} is the most");
            content = new byte[bytes];
        }
        // An owner of this epoch that was opened anew goes on counting.
        if (epoch == grant.Epoch)
            _number = Math.Max(_number, number);
        await using var select = Command(
            "select data from messaging.stream_snapshot_chunk where group_id = $1 and partition = $2 and epoch = $3 and number = $4 order by chunk");
        select.Parameters.Add(new() { Value = epoch });
        select.Parameters.Add(new() { Value = number });
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        var (at, read) = (0, 0);
        for (; await rows.ReadAsync(cancellationToken); read++)
        {
            var chunk = rows.GetFieldValue<byte[]>(0);
            chunk.CopyTo(content.AsSpan(at));
            at += chunk.Length;
        }
        return read == chunks && at == content.Length
            ? (head, new MemoryStream(content, writable: false))
            : throw new InvalidDataException($"A snapshot of {chunks} chunks and {content.Length} bytes, of which {read} and {at} are there");
    }

    /// <summary>The messages that were parked since the last snapshot.</summary>
    public async Task<HashSet<(string Topic, long Offset)>> ReadParkedAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("select topic, position from messaging.stream_parked where group_id = $1 and partition = $2");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var parked = new HashSet<(string, long)>();
        while (await rows.ReadAsync(cancellationToken))
            parked.Add((rows.GetString(0), rows.GetInt64(1)));
        return parked;
    }

    /// <summary>Stores one chunk. Nobody reads it before the head is there.</summary>
    public async Task AddChunkAsync(int number, int chunk, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "insert into messaging.stream_snapshot_chunk (group_id, partition, epoch, number, chunk, data) values ($1, $2, $3, $4, $5, $6)");
        command.Parameters.Add(new() { Value = grant.Epoch });
        command.Parameters.Add(new() { Value = number });
        command.Parameters.Add(new() { Value = chunk });
        command.Parameters.Add(new() { Value = data, NpgsqlDbType = NpgsqlDbType.Bytea });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Makes it the lane's snapshot, and deletes those before it with all that they alone needed.</summary>
    /// <exception cref="LaneFencedException">The lane has another owner.</exception>
    public Task CommitAsync(int number, SnapshotHead head, int chunks, long bytes, CancellationToken cancellationToken)
    {
        var positions = JsonSerializer.Serialize(head.Positions);
        return CommitBatch.ExecuteAsync(database,
        [
            new(Batch("update messaging.lane set positions = positions || $4::jsonb where group_id = $1 and partition = $2 and epoch = $3", grant.Epoch, positions), 1, _ => new LaneFencedException(grant.Lane)),
            new(Batch(
                """
                insert into messaging.stream_snapshot (group_id, partition, epoch, number, positions, output_position, chunks, bytes, taken_at)
                values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9)
                """, grant.Epoch, number, positions, head.OutputPosition, chunks, bytes, head.TakenAt)),
            new(Batch("delete from messaging.stream_snapshot where group_id = $1 and partition = $2 and (epoch, number) < ($3, $4)", grant.Epoch, number)),
            new(Batch("delete from messaging.stream_snapshot_chunk where group_id = $1 and partition = $2 and (epoch, number) < ($3, $4)", grant.Epoch, number)),
            new(Batch("delete from messaging.stream_parked where group_id = $1 and partition = $2 and position < ($3::jsonb ->> topic)::bigint", positions)),
        ], cancellationToken);
    }

    /// <summary>Forgets where a topic was read or written, because what was there is gone from Kafka; the state stays.</summary>
    public async Task ForgetPositionAsync(string topic, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "update messaging.stream_snapshot set positions = positions - $3, output_position = 0 where group_id = $1 and partition = $2");
        command.Parameters.Add(new() { Value = topic });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether this owner is still the lane's.</summary>
    /// <exception cref="LaneFencedException">The lane has another owner.</exception>
    public async Task CheckOwnedAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("select 1 from messaging.lane where group_id = $1 and partition = $2 and epoch = $3");
        command.Parameters.Add(new() { Value = grant.Epoch });
        if (await command.ExecuteScalarAsync(cancellationToken) is null)
            throw new LaneFencedException(grant.Lane);
    }

    static Dictionary<string, long> Positions(string json) => JsonSerializer.Deserialize<Dictionary<string, long>>(json)!;

    NpgsqlCommand Command(string sql)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = grant.GroupId });
        command.Parameters.Add(new() { Value = grant.Lane.Partition });
        return command;
    }

    NpgsqlBatchCommand Batch(string sql, params ReadOnlySpan<object> more)
    {
        var command = new NpgsqlBatchCommand(sql) { Parameters = { new() { Value = grant.GroupId }, new() { Value = grant.Lane.Partition } } };
        foreach (var value in more)
            command.Parameters.Add(new() { Value = value });
        return command;
    }
}
