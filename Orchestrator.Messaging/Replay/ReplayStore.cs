using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;
using Orchestrator.Messaging.Rows;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Messaging.Replay;

/// <summary>Replays that were asked for, in PostgreSQL: asking, looking, pausing, cancelling. Everything that somebody does is audited in the transaction that does it.</summary>
public sealed class ReplayStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most of one page, and of a replay's audit.</summary>
    public const int MaxPage = 200;

    /// <summary>Asks for one. The same again gets the first answer.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="idempotencyKey">The client's own key for the request, when it sent one.</param>
    /// <param name="order">What is asked for.</param>
    /// <param name="requestedBy">Who asks.</param>
    /// <param name="reason">Why.</param>
    /// <param name="mostOpen">How many may wait, run and be paused.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ReplayRequested> RequestAsync(
        Guid id, string? idempotencyKey, ReplayOrder order, string requestedBy, string reason, int mostOpen, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(order, ReplayJson.Default.ReplayOrder);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{json}\n{reason}"));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // They are asked for seldom, and so that no more wait than may, one after the other. Readers and workers are not held up.
        await ExecuteAsync(connection, "select pg_advisory_xact_lock(hashtextextended('messaging.replay', 0))", cancellationToken);
        if (await FindAsync(connection, id, idempotencyKey, cancellationToken) is var (known, knownHash))
            return Known(known, knownHash, id, idempotencyKey, hash);
        if (!order.DryRun && await OtherAsync(connection, order.Target, cancellationToken) is { } other)
            return new ReplayRequested.TargetBusy(other);
        if (await CountOpenAsync(connection, cancellationToken) >= mostOpen)
            return new ReplayRequested.Full();
        await ExecuteAsync(
            connection,
            """
            insert into messaging.replay (requested_at, id, idempotency_key, requested_by, reason, request_hash, request, dry_run, target_kind, target)
            values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10)
            """,
            cancellationToken, Of(time.GetUtcNow()), Of(id), OrNull(idempotencyKey), Of(requestedBy), Of(reason), Of(hash), Of(json), Of(order.DryRun),
            Of(order.Target.Kind == ReplayTargetKind.Topic ? "topic" : "projection"), Of(order.Target.Name));
        await AuditAsync(connection, id, order.DryRun ? "plan" : "start", requestedBy, reason, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ReplayRequested.Accepted((await FindAsync(id, cancellationToken))!);
    }

    /// <summary>One; null when there is none of that id.</summary>
    public async Task<ReplayJob?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {ReplayRows.Columns} from messaging.replay r where r.id = $1");
        command.Parameters.Add(Of(id));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? ReplayRows.Job(rows) : null;
    }

    /// <summary>Some, the newest first.</summary>
    /// <param name="after">The number of the last one of the page before; null for the first page.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<ReplayJob>> ListAsync(long? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {ReplayRows.Columns} from messaging.replay r where r.number < $1 order by r.number desc limit $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(after ?? long.MaxValue), Of(Math.Clamp(limit, 1, MaxPage)) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<ReplayJob>();
        while (await rows.ReadAsync(cancellationToken))
            jobs.Add(ReplayRows.Job(rows));
        return jobs;
    }

    /// <summary>What was done about one, oldest first.</summary>
    public async Task<IReadOnlyList<ReplayAuditEntry>> AuditOfAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select action, actor, reason, at from messaging.replay_audit where replay_id = $1 order by audit_id limit $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(id), Of(MaxPage) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<ReplayAuditEntry>();
        while (await rows.ReadAsync(cancellationToken))
            entries.Add(new ReplayAuditEntry(rows.GetString(0), rows.GetString(1), rows.Text(2), rows.GetFieldValue<DateTimeOffset>(3)));
        return entries;
    }

    /// <summary>Pauses, resumes, cancels or drops one: at once where it waits, and where a process works on it as soon as that looks. The same again changes nothing.</summary>
    public async Task<ReplayChanged> ChangeAsync(Guid id, ReplayChange change, string actor, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            var now = time.GetUtcNow();
            if (await ExecuteAsync(connection, Sql(change), cancellationToken, change is ReplayChange.Cancel or ReplayChange.Drop ? [Of(id), Of(now)] : [Of(id)]) > 0)
                await AuditAsync(connection, id, Name(change), actor, reason: null, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        return await FindAsync(id, cancellationToken) is not { } job ? new ReplayChanged.NotFound() : IsSo(job, change) ? new ReplayChanged.Done(job) : new ReplayChanged.Refused(job.State);
    }

    internal static Task<int> AuditAsync(NpgsqlConnection connection, Guid id, string action, string actor, string? reason, CancellationToken cancellationToken) => ExecuteAsync(
        connection, "insert into messaging.replay_audit (at, replay_id, action, actor, reason) values (clock_timestamp(), $1, $2, $3, $4)", cancellationToken,
        Of(id), Of(action), Of(actor), OrNull(reason));

    static string Sql(ReplayChange change) => change switch
    {
        ReplayChange.Pause =>
            """
            update messaging.replay set pause_requested = state = 'running', state = case state when 'queued' then 'paused' else state end
            where id = $1 and (state = 'queued' or (state = 'running' and not pause_requested and not cancel_requested))
            """,
        ReplayChange.Resume =>
            """
            update messaging.replay set pause_requested = false, state = case state when 'paused' then 'queued' else state end
            where id = $1 and (state = 'paused' or (state = 'running' and pause_requested))
            """,
        ReplayChange.Cancel =>
            """
            update messaging.replay set cancel_requested = true, state = case state when 'running' then state else 'cancelled' end,
                ended_at = case when state <> 'running' then $2 end,
                expires_at = case when state <> 'running' and not dry_run then $2 + make_interval(hours => (request->>'keepHours')::int) end
            where id = $1 and (state in ('queued', 'paused') or (state = 'running' and not cancel_requested))
            """,
        ReplayChange.Drop => "update messaging.replay set expires_at = $2 where id = $1 and ended_at is not null and dropped_at is null and expires_at > $2",
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    static bool IsSo(ReplayJob job, ReplayChange change) => change switch
    {
        ReplayChange.Pause => job.State == ReplayState.Paused || (job.State == ReplayState.Running && job.PauseRequested),
        ReplayChange.Resume => job.State == ReplayState.Queued || (job.State == ReplayState.Running && !job.PauseRequested),
        ReplayChange.Cancel => job.State == ReplayState.Cancelled || (job.State == ReplayState.Running && job.CancelRequested),
        ReplayChange.Drop => job.EndedAt is not null,
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    static string Name(ReplayChange change) => change switch
    {
        ReplayChange.Pause => "pause",
        ReplayChange.Resume => "resume",
        ReplayChange.Cancel => "cancel",
        ReplayChange.Drop => "drop",
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    static ReplayRequested Known(ReplayJob known, byte[] knownHash, Guid id, string? key, byte[] hash)
    {
        if (known.Id != id)
            return new ReplayRequested.KeyReused();
        if (!knownHash.AsSpan().SequenceEqual(hash))
            return key is null ? new ReplayRequested.Exists() : new ReplayRequested.KeyReused();
        return new ReplayRequested.Repeated(known);
    }

    // By its id, or else by the key that another id was given under.
    static async Task<(ReplayJob Job, byte[] Hash)?> FindAsync(NpgsqlConnection connection, Guid id, string? key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {ReplayRows.Columns}, r.request_hash from messaging.replay r where r.id = $1 or r.idempotency_key = $2 order by r.id = $1 desc limit 1", connection);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(id), OrNull(key) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (ReplayRows.Job(rows), rows.GetFieldValue<byte[]>(ReplayRows.Count)) : null;
    }

    static async Task<Guid?> OtherAsync(NpgsqlConnection connection, ReplayTarget target, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select id from messaging.replay where target_kind = $1 and target = $2 and state in ('queued', 'running', 'paused') and not dry_run", connection);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(target.Kind == ReplayTargetKind.Topic ? "topic" : "projection"), Of(target.Name) });
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    static async Task<long> CountOpenAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select count(*) from messaging.replay where state in ('queued', 'running', 'paused')", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
