using Npgsql;

namespace Orchestrator.Messaging.Embedded;

/// <summary>
/// Makes a new server's log segments in advance. A server makes a segment when the one before is full, by writing 16 MB of zeros, and every
/// transaction that commits meanwhile waits. Segments that were used and are not needed any more are taken again; a new server has none yet.
/// </summary>
internal static class PostgresLogAhead
{
    const int SegmentMegabytes = 16;

    /// <summary>Uses up segments, and lets a checkpoint set them free: as many as min_wal_size allows are kept for later use.</summary>
    internal static async Task MakeAsync(string connectionString, int megabytes, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        for (var segment = 0; segment < megabytes / SegmentMegabytes; segment++)
        {
            // A segment that nothing was written to is not left for the next.
            await ExecuteAsync("select pg_logical_emit_message(false, 'orchestrator', 'log ahead')");
            await ExecuteAsync("select pg_switch_wal()");
        }

        await ExecuteAsync("checkpoint");

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
