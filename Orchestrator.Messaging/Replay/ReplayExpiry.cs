using Npgsql;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Messaging.Replay;

/// <summary>Drops what replays have made when its time is over: topics and schemas. What is dropped twice is dropped once.</summary>
internal sealed class ReplayExpiry(NpgsqlDataSource database, ReplayTopics topics, TimeProvider time)
{
    const string DropWaitsAtMost = "set local lock_timeout = '2s'";

    /// <summary>Drops what the first that is due has made. False when none is due.</summary>
    public async Task<bool> DropNextAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await DueAsync(connection, cancellationToken) is not var (number, isTopic, target))
            return false;
        // A crash in between deletes the topic once more.
        if (isTopic)
            await topics.DeleteAsync(target, cancellationToken);
        else
            await ExecuteAsync(connection, $"{DropWaitsAtMost}; drop schema if exists {ReplayJob.SchemaOf(number)} cascade", cancellationToken);
        await ExecuteAsync(connection, "update messaging.replay set dropped_at = $2 where number = $1", cancellationToken, Of(number), Of(time.GetUtcNow()));
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    async Task<(long Number, bool IsTopic, string Target)?> DueAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select number, target_kind = 'topic', target from messaging.replay where ended_at is not null and dropped_at is null and expires_at <= $1
            order by expires_at limit 1 for update skip locked
            """, connection);
        command.Parameters.Add(Of(time.GetUtcNow()));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (rows.GetInt64(0), rows.GetBoolean(1), rows.GetString(2)) : null;
    }
}
