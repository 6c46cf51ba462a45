using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Decisioning.Backtests.Jobs;

/// <summary>Backtests that were asked for, in PostgreSQL: asking, looking, cancelling.</summary>
public sealed class BacktestStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most of one page.</summary>
    public const int MaxPage = 200;

    /// <summary>Asks for one. The same again gets the first answer.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="idempotencyKey">The client's own key for the request, when it sent one.</param>
    /// <param name="order">What is asked for.</param>
    /// <param name="requestedBy">Who asks.</param>
    /// <param name="mostOpen">How many may wait and run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<BacktestRequested> RequestAsync(
        Guid id, string? idempotencyKey, BacktestOrder order, string requestedBy, int mostOpen, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(order, BacktestJson.Default.BacktestOrder);
        var hash = SHA256.HashData(json);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // They are asked for seldom, and so that no more wait than may, one after the other. Readers and workers are not held up.
        await ExecuteAsync(connection, "select pg_advisory_xact_lock(hashtextextended('decisioning.backtest', 0))", cancellationToken);
        if (await FindAsync(connection, id, idempotencyKey, cancellationToken) is { } known)
            return Known(known, id, idempotencyKey, hash);
        if (await CountOpenAsync(connection, cancellationToken) >= mostOpen)
            return new BacktestRequested.Full();
        await ExecuteAsync(
            connection,
            """
            insert into decisioning.backtest (requested_at, id, idempotency_key, requested_by, request_hash, request) values ($1, $2, $3, $4, $5, $6::jsonb)
            """,
            cancellationToken, Of(time.GetUtcNow()), Of(id), Text(idempotencyKey), Of(requestedBy), Of(hash), Of(System.Text.Encoding.UTF8.GetString(json)));
        await transaction.CommitAsync(cancellationToken);
        return new BacktestRequested.Accepted((await FindAsync(id, cancellationToken))!);
    }

    /// <summary>One with its result; null when there is none of that id.</summary>
    public async Task<BacktestJob?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {BacktestRows.Columns}, result::text from decisioning.backtest where id = $1");
        command.Parameters.Add(Of(id));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? BacktestRows.Job(rows, withResult: true) : null;
    }

    /// <summary>Some without their results, the newest first.</summary>
    /// <param name="after">The number of the last one of the page before; null for the first page.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<BacktestJob>> ListAsync(long? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {BacktestRows.Columns} from decisioning.backtest where number < $1 order by number desc limit $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(after ?? long.MaxValue), Of(Math.Clamp(limit, 1, MaxPage)) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<BacktestJob>();
        while (await rows.ReadAsync(cancellationToken))
            jobs.Add(BacktestRows.Job(rows, withResult: false));
        return jobs;
    }

    /// <summary>Cancels one: at once where it waits, and where a process works on it when that renews its lease. The same again changes nothing.</summary>
    public async Task<BacktestCancelled> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await ExecuteAsync(
                connection,
                """
                update decisioning.backtest set cancel_requested = true, state = case state when 'queued' then 'cancelled' else state end,
                    ended_at = case state when 'queued' then $2 end
                where id = $1 and state in ('queued', 'running')
                """,
                cancellationToken, Of(id), Of(time.GetUtcNow()));
        }
        return await FindAsync(id, cancellationToken) switch
        {
            null => new BacktestCancelled.NotFound(),
            { State: BacktestState.Done or BacktestState.Failed } job => new BacktestCancelled.Ended(job.State),
            var job => new BacktestCancelled.Done(job),
        };
    }

    static BacktestRequested Known((BacktestJob Job, byte[] Hash) known, Guid id, string? key, byte[] hash)
    {
        if (known.Job.Id != id)
            return new BacktestRequested.KeyReused();
        if (!known.Hash.AsSpan().SequenceEqual(hash))
            return key is null ? new BacktestRequested.Exists() : new BacktestRequested.KeyReused();
        return new BacktestRequested.Repeated(known.Job);
    }

    // By its id, or else by the key that another id was given under.
    static async Task<(BacktestJob Job, byte[] Hash)?> FindAsync(NpgsqlConnection connection, Guid id, string? key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {BacktestRows.Columns}, result::text, request_hash from decisioning.backtest where id = $1 or idempotency_key = $2 order by id = $1 desc limit 1", connection);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(id), Text(key) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? (BacktestRows.Job(rows, withResult: true), rows.GetFieldValue<byte[]>(BacktestRows.Count + 1))
            : null;
    }

    static async Task<long> CountOpenAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select count(*) from decisioning.backtest where state in ('queued', 'running')", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
