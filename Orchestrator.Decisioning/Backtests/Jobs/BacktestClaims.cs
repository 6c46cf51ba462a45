using System.Text.Json;
using Npgsql;
using Orchestrator.Messaging.Workers;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Decisioning.Backtests.Jobs;

/// <summary>
/// Which process works on which backtest. Leases go by the database's clock, so that processes need not agree about the time; what is said about an attempt that is not the
/// current one any more changes nothing.
/// </summary>
public sealed class BacktestClaims(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>How many times a backtest is begun.</summary>
    public const int MostAttempts = 3;

    const string Mine = "number = $1 and lease_owner = $2 and attempts = $3 and state = 'running'";

    // What a dead process left and nobody wants any more, or was begun too often, ends here.
    const string EndAbandoned =
        """
        update decisioning.backtest set state = case when cancel_requested then 'cancelled' else 'failed' end, ended_at = $1, lease_owner = null, lease_until = null,
            failure = case when not cancel_requested
                then jsonb_build_object('code', 'abandoned', 'detail', 'It was begun ' || attempts || ' times and never came to its end: the process that worked on it was gone each time.') end
        where state = 'running' and lease_until < clock_timestamp() and (cancel_requested or attempts >= $2)
        """;

    const string ClaimNext =
        """
        update decisioning.backtest set state = 'running', attempts = attempts + 1, lease_owner = $1, lease_until = clock_timestamp() + $2, started_at = $3, progress = null
        where number = (
            select number from decisioning.backtest
            where state = 'queued' or (state = 'running' and lease_until < clock_timestamp() and attempts < $4 and not cancel_requested)
            order by number limit 1 for update skip locked)
        returning number, attempts, id, request::text
        """;

    /// <summary>Takes the first that waits, or that a dead process has left; null when there is none.</summary>
    /// <param name="owner">The process.</param>
    /// <param name="lease">For how long.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<BacktestClaim?> ClaimAsync(Guid owner, TimeSpan lease, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, EndAbandoned, cancellationToken, Of(now), Of(MostAttempts));
        await using var command = new NpgsqlCommand(ClaimNext, connection);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(owner), Of(lease), Of(now), Of(MostAttempts) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? new BacktestClaim(
                rows.GetInt64(0), owner, rows.GetInt16(1), rows.GetGuid(2), JsonSerializer.Deserialize(rows.GetString(3), BacktestJson.Default.BacktestOrder)!)
            : null;
    }

    /// <summary>Renews the lease, and says how far the work is.</summary>
    public async Task<LeaseRenewal> RenewAsync(BacktestClaim claim, TimeSpan lease, BacktestProgress? progress, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"update decisioning.backtest set lease_until = clock_timestamp() + $4, progress = coalesce($5::jsonb, progress) where {Mine} returning cancel_requested");
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            Of(claim.Number), Of(claim.Owner), Of(claim.Attempt), Of(lease),
            new() { Value = progress is null ? DBNull.Value : JsonSerializer.Serialize(progress, BacktestJson.Default.BacktestProgress), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
        });
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            null => LeaseRenewal.Lost,
            true => LeaseRenewal.CancelRequested,
            _ => LeaseRenewal.Held,
        };
    }

    /// <summary>Ends it with its result. False when the job is another's, or has ended.</summary>
    public Task<bool> DoneAsync(BacktestClaim claim, BacktestResult result, CancellationToken cancellationToken) => EndAsync(
        claim, "state = 'done', ended_at = $4, result = $5::jsonb", cancellationToken, Of(time.GetUtcNow()),
        Of(JsonSerializer.Serialize(result, BacktestJson.Default.BacktestResult)));

    /// <summary>Ends it, and says why it cannot be done.</summary>
    public Task<bool> FailedAsync(BacktestClaim claim, BacktestFailure failure, CancellationToken cancellationToken) => EndAsync(
        claim, "state = 'failed', ended_at = $4, failure = $5::jsonb", cancellationToken, Of(time.GetUtcNow()),
        Of(JsonSerializer.Serialize(failure, BacktestJson.Default.BacktestFailure)));

    /// <summary>Ends it, because somebody wants that.</summary>
    public Task<bool> CancelledAsync(BacktestClaim claim, CancellationToken cancellationToken) =>
        EndAsync(claim, "state = 'cancelled', ended_at = $4", cancellationToken, Of(time.GetUtcNow()));

    /// <summary>Gives it back, because the process stops: that was no attempt.</summary>
    public Task<bool> GiveBackAsync(BacktestClaim claim, CancellationToken cancellationToken) =>
        EndAsync(claim, "state = 'queued', attempts = attempts - 1, progress = null, started_at = null", cancellationToken);

    async Task<bool> EndAsync(BacktestClaim claim, string change, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ExecuteAsync(
            connection, $"update decisioning.backtest set {change}, lease_owner = null, lease_until = null where {Mine}", cancellationToken,
            [Of(claim.Number), Of(claim.Owner), Of(claim.Attempt), .. parameters]) == 1;
    }
}
