using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Workers;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Messaging.Replay;

/// <summary>
/// Which process works on which replay, and how far it is. Leases go by the database's clock, so that processes need not agree about the time. Everything that a claim says
/// is fenced by its epoch: of two processes that think a replay theirs one is told that it is not.
/// </summary>
internal sealed class ReplayClaims(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>How many times a replay is begun without getting on.</summary>
    public const int MostAttempts = 5;

    const string Mine = "number = $1 and lease_owner = $2 and epoch = $3 and state = 'running'";
    const string Expiry = "ended_at = $4, expires_at = case when not dry_run then $4 + make_interval(hours => (request->>'keepHours')::int) end";

    // What a dead process left and nobody wants any more, or was begun too often, ends here.
    const string EndAbandoned =
        """
        with gone as (
            update messaging.replay set state = case when cancel_requested then 'cancelled' else 'failed' end, ended_at = $1, lease_owner = null, lease_until = null,
                expires_at = case when not dry_run then $1 + make_interval(hours => (request->>'keepHours')::int) end,
                failure = case when not cancel_requested
                    then jsonb_build_object('code', 'abandoned', 'detail', 'It was begun ' || attempts || ' times without getting on: the process that worked on it was gone each time.') end
            where state = 'running' and lease_until < clock_timestamp() and (cancel_requested or attempts >= $2)
            returning id, state
        )
        insert into messaging.replay_audit (at, replay_id, action, actor, reason) select clock_timestamp(), id, 'end', 'replay', state from gone
        """;

    const string PauseLeft =
        """
        update messaging.replay set state = 'paused', pause_requested = false, lease_owner = null, lease_until = null
        where state = 'running' and lease_until < clock_timestamp() and pause_requested and not cancel_requested
        """;

    const string ClaimNext =
        $"""
        with next as (
            select number from messaging.replay
            where (state = 'queued' or (state = 'running' and lease_until < clock_timestamp() and attempts < $3 and not cancel_requested and not pause_requested))
                and (target_kind = 'topic' or dry_run or target = any($5))
            order by number limit 1 for update skip locked
        ), claimed as (
            update messaging.replay r set state = 'running', attempts = attempts + 1, epoch = epoch + 1, lease_owner = $1, lease_until = clock_timestamp() + $2,
                started_at = coalesce(started_at, $4)
            from next where r.number = next.number
            returning r.*
        )
        select {ReplayRows.Columns}, r.epoch from claimed r
        """;

    /// <summary>Takes the first that waits, or that a dead process has left; null when there is none.</summary>
    /// <param name="owner">The process.</param>
    /// <param name="lease">For how long.</param>
    /// <param name="projections">Which projections this process can fold.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ReplayClaim?> ClaimAsync(Guid owner, TimeSpan lease, IReadOnlyCollection<string> projections, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, EndAbandoned, cancellationToken, Of(now), Of(MostAttempts));
        await ExecuteAsync(connection, PauseLeft, cancellationToken);
        var sentAt = time.GetTimestamp();
        await using var command = new NpgsqlCommand(ClaimNext, connection);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            Of(owner), Of(lease), Of(MostAttempts), Of(now), PgArray.Of<string>(NpgsqlDbType.Text, [.. projections]),
        });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            return null;
        return new ReplayClaim(ReplayRows.Job(rows), owner, rows.GetInt64(ReplayRows.Count), lease, sentAt, time);
    }

    /// <summary>Renews the lease.</summary>
    public async Task<LeaseRenewal> RenewAsync(ReplayClaim claim, TimeSpan lease, CancellationToken cancellationToken)
    {
        var sentAt = time.GetTimestamp();
        await using var command = database.CreateCommand(
            $"update messaging.replay set lease_until = clock_timestamp() + $4 where {Mine} returning cancel_requested, pause_requested");
        command.Parameters.AddRange((NpgsqlParameter[])[.. Key(claim), Of(lease)]);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            return LeaseRenewal.Lost;
        claim.Renewed(sentAt);
        return rows.GetBoolean(0) ? LeaseRenewal.CancelRequested : rows.GetBoolean(1) ? LeaseRenewal.PauseRequested : LeaseRenewal.Held;
    }

    /// <summary>Settles the bounds.</summary>
    public Task SettleAsync(ReplayClaim claim, string clusterId, IReadOnlyList<PartitionProgress> partitions, CancellationToken cancellationToken) =>
        FencedAsync(claim, async connection =>
        {
            await ExecuteAsync(connection, "update messaging.replay set cluster_id = $2 where number = $1", cancellationToken, Of(claim.Job.Number), Of(clusterId));
            await ExecuteAsync(connection, "delete from messaging.replay_partition where number = $1", cancellationToken, Of(claim.Job.Number));
            await ExecuteAsync(
                connection,
                """
                insert into messaging.replay_partition (number, partition, first, "end", position, deleted)
                select $1, u.partition, u.first, u.stop, u.first, u.deleted from unnest($2, $3, $4, $5) as u (partition, first, stop, deleted)
                """,
                cancellationToken, Of(claim.Job.Number), PgArray.Column(partitions, NpgsqlDbType.Integer, p => p.Partition), PgArray.Column(partitions, NpgsqlDbType.Bigint, p => p.First),
                PgArray.Column(partitions, NpgsqlDbType.Bigint, p => p.End), PgArray.Column(partitions, NpgsqlDbType.Bigint, p => p.Deleted));
        }, cancellationToken);

    /// <summary>Where it stands: whose offsets the bounds are, and how far it is; nothing before they are settled.</summary>
    public async Task<(string? ClusterId, IReadOnlyList<PartitionProgress> Partitions)> ReadAsync(ReplayClaim claim, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {ReplayRows.Columns}, r.cluster_id from messaging.replay r where r.number = $1");
        command.Parameters.Add(Of(claim.Job.Number));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        // A dry run counts in memory, from the beginning.
        return (rows.Text(ReplayRows.Count), claim.Job.Order.DryRun ? [] : ReplayRows.Job(rows).Partitions);
    }

    /// <summary>Writes down how far it is, in one transaction with what that brings about in the database.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="partitions">How far.</param>
    /// <param name="rate">How many offsets a second.</param>
    /// <param name="getsOn">Whether it has got on since it was begun: then it is not what ends the processes that work on it.</param>
    /// <param name="effects">What goes into the transaction; null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReplayFencedException">The replay is another's by now: nothing was written.</exception>
    public Task CheckpointAsync(
        ReplayClaim claim, IReadOnlyList<PartitionProgress> partitions, double? rate, bool getsOn, Func<NpgsqlConnection, Task>? effects, CancellationToken cancellationToken) =>
        FencedAsync(claim, async connection =>
        {
            if (effects is not null)
                await effects(connection);
            await ExecuteAsync(
                connection,
                """
                update messaging.replay_partition p set position = u.position, taken = u.taken, bytes = u.bytes, deleted = u.deleted, clock_ms = u.clock_ms, mark = u.mark
                from unnest($2, $3, $4, $5, $6, $7, $8) as u (partition, position, taken, bytes, deleted, clock_ms, mark)
                where p.number = $1 and p.partition = u.partition
                """,
                cancellationToken, Of(claim.Job.Number), PgArray.Column(partitions, NpgsqlDbType.Integer, p => p.Partition),
                PgArray.Column(partitions, NpgsqlDbType.Bigint, p => p.Position), PgArray.Column(partitions, NpgsqlDbType.Bigint, p => p.Taken),
                PgArray.Column(partitions, NpgsqlDbType.Bigint, p => p.Bytes), PgArray.Column(partitions, NpgsqlDbType.Bigint, p => p.Deleted),
                PgArray.Column(partitions, NpgsqlDbType.Bigint, p => p.ClockMs), PgArray.Column(partitions, NpgsqlDbType.Bigint, p => p.Mark));
            await ExecuteAsync(
                connection, "update messaging.replay set attempts = case when $4 then 0 else attempts end, progress_at = $2, rate = coalesce($3, rate), error = case when $4 then null else error end where number = $1",
                cancellationToken, Of(claim.Job.Number), Of(time.GetUtcNow()), new NpgsqlParameter { Value = (object?)rate ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double }, Of(getsOn));
        }, cancellationToken);

    /// <summary>Says why it does not get on; it is tried again.</summary>
    public async Task InterruptedAsync(ReplayClaim claim, string error, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"update messaging.replay set error = $4 where {Mine}", cancellationToken, [.. Key(claim), Of(error)]);
    }

    /// <summary>Ends it: all is done.</summary>
    public Task<bool> DoneAsync(ReplayClaim claim, ReplayPlan? plan, CancellationToken cancellationToken) => EndAsync(
        claim, $"state = 'done', {Expiry}, plan = $5::jsonb", "done", cancellationToken, Of(time.GetUtcNow()),
        OrNull(plan is null ? null : JsonSerializer.Serialize(plan, ReplayJson.Default.ReplayPlan)));

    /// <summary>Ends it, and says why it cannot be done.</summary>
    public Task<bool> FailedAsync(ReplayClaim claim, ReplayFailure failure, CancellationToken cancellationToken) => EndAsync(
        claim, $"state = 'failed', {Expiry}, failure = $5::jsonb", failure.Code, cancellationToken, Of(time.GetUtcNow()), Of(JsonSerializer.Serialize(failure, ReplayJson.Default.ReplayFailure)));

    /// <summary>Ends it, because somebody wants that.</summary>
    public Task<bool> CancelledAsync(ReplayClaim claim, CancellationToken cancellationToken) =>
        EndAsync(claim, $"state = 'cancelled', {Expiry}", "cancelled", cancellationToken, Of(time.GetUtcNow()));

    /// <summary>Lets it lie, because somebody wants that.</summary>
    public Task<bool> PausedAsync(ReplayClaim claim, CancellationToken cancellationToken) =>
        EndAsync(claim, "state = case when pause_requested then 'paused' else 'queued' end, pause_requested = false, attempts = 0", outcome: null, cancellationToken);

    /// <summary>Gives it back, because the process stops: that was no attempt.</summary>
    public Task<bool> GiveBackAsync(ReplayClaim claim, CancellationToken cancellationToken) =>
        EndAsync(claim, "state = 'queued', attempts = greatest(attempts - 1, 0)", outcome: null, cancellationToken);

    async Task<bool> EndAsync(ReplayClaim claim, string change, string? outcome, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var isMine = await ExecuteAsync(
            connection, $"update messaging.replay set {change}, error = null, lease_owner = null, lease_until = null where {Mine}", cancellationToken, [.. Key(claim), .. parameters]) == 1;
        if (isMine && outcome is not null)
            await ReplayStore.AuditAsync(connection, claim.Job.Id, "end", "replay", outcome, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return isMine;
    }

    // The row is locked until the commit: nobody can claim it in between.
    async Task FencedAsync(ReplayClaim claim, Func<NpgsqlConnection, Task> write, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var fence = new NpgsqlCommand($"select true from messaging.replay where {Mine} for update", connection))
        {
            fence.Parameters.AddRange(Key(claim));
            if (await fence.ExecuteScalarAsync(cancellationToken) is null)
                throw new ReplayFencedException(claim.Job.Id);
        }
        await write(connection);
        await transaction.CommitAsync(cancellationToken);
    }

    static NpgsqlParameter[] Key(ReplayClaim claim) => [Of(claim.Job.Number), Of(claim.Owner), Of(claim.Epoch)];
}
