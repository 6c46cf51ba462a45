using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Workers;

namespace Orchestrator.Messaging.Parking;

/// <summary>
/// Carries redrives out, a few messages at a time. Every process runs one; a step is a transaction that locks the redrive, asks for the next messages, and says
/// where it has come to and when the next step is due. Whoever is killed has done nothing of the step, and whoever comes next goes on.
/// </summary>
public sealed partial class Redriver(NpgsqlDataSource database, TimeProvider time, ILogger<Redriver> logger) : BackgroundService
{
    // What follows a message is counted up to here; who has more behind them pays for no more.
    const int MostFollowers = 10_000;

    // A step asks for a quarter of a second's worth; lanes look twice a second.
    const int StepsPerSecond = 4;

    static readonly TimeSpan WhenNothingIsOpen = TimeSpan.FromSeconds(1);
    static readonly TimeSpan WhileLanesAreAtIt = TimeSpan.FromMilliseconds(500);

    /// <summary>One step of the redrive that is due first, when one is due.</summary>
    /// <returns>How long until it is worth to come again.</returns>
    public async Task<TimeSpan> StepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await FirstAsync(connection, cancellationToken) is not { } open)
            return WhenNothingIsOpen;
        var now = time.GetUtcNow();
        if (open.NextAt > now)
            return open.NextAt - now < WhenNothingIsOpen ? open.NextAt - now : WhenNothingIsOpen;
        if (open.UpTo is null)
            open = await BeginAsync(connection, open, now, cancellationToken);
        await GoOnAsync(connection, open, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TimeSpan.Zero;
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RunAsync(StepAsync, OnFailure, time, stoppingToken);

    TimeSpan? OnFailure(Exception e)
    {
        NotDone(logger, e);
        return Rounds.AfterFailure;
    }

    // One that another process is at is passed over.
    static async Task<Open?> FirstAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select redrive_id, which::text, rate, actor, next_at, up_to, last_parked_id from messaging.redrive
            where state in ('scheduled', 'running') order by next_at limit 1 for update skip locked
            """, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new Open(
                row.GetGuid(0), JsonSerializer.Deserialize<ParkedFilter>(row.GetString(1), Redrives.Json)!, row.GetInt32(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4),
                row.Number(5), row.GetInt64(6))
            : null;
    }

    static async Task<Open> BeginAsync(NpgsqlConnection connection, Open open, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        command.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(open.RedriveId), Statements.Of(now) });
        var conditions = open.Which.Conditions(command.Parameters);
        command.CommandText =
            $"""
            update messaging.redrive r set state = 'running', started_at = $2, up_to = t.up_to, total = t.total
            from (select coalesce(max(p.parked_id), 0) as up_to, count(*) as total {ParkedRows.From} where p.status <> 'queued' and p.requested is null{conditions}) t
            where r.redrive_id = $1 returning r.up_to
            """;
        return open with { UpTo = (long)(await command.ExecuteScalarAsync(cancellationToken))! };
    }

    async Task GoOnAsync(NpgsqlConnection connection, Open open, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var waiting = await ScalarAsync(connection, "select count(*) from messaging.parked where redrive_id = $1", cancellationToken, Statements.Of(open.RedriveId));
        if (open.LastParkedId >= open.UpTo)
        {
            await Statements.ExecuteAsync(
                connection,
                "update messaging.redrive set state = case when $2 then 'done' else state end, ended_at = case when $2 then $3::timestamptz end, next_at = $4 where redrive_id = $1",
                cancellationToken, Statements.Of(open.RedriveId), Statements.Of(waiting == 0), Statements.Of(now), Statements.Of(now + WhileLanesAreAtIt));
            return;
        }
        // Where lanes are away, or slower than the rate, what they have not got to must not come upon them all at once.
        var room = Math.Max(1, 2 * open.Rate) - waiting;
        var most = (int)Math.Min(room, Math.Max(1, open.Rate / StepsPerSecond));
        var (last, count, followers) = most > 0 ? await RequestAsync(connection, open, now, most, cancellationToken) : (open.LastParkedId, 0, 0);
        var rest = most <= 0 ? WhenNothingIsOpen : count < most ? TimeSpan.Zero : TimeSpan.FromSeconds((double)(count + followers) / open.Rate);
        await Statements.ExecuteAsync(
            connection, "update messaging.redrive set last_parked_id = $2, requested = requested + $3, next_at = $4 where redrive_id = $1", cancellationToken,
            Statements.Of(open.RedriveId), Statements.Of(most > 0 && count < most ? open.UpTo!.Value : last), Statements.Of((long)count), Statements.Of(now + rest));
        if (count > 0)
            Asked(logger, open.RedriveId, count);
    }

    // What waits behind a message follows it as fast as its lane can, and is paid for before the next ones are asked for.
    static async Task<(long Last, int Count, long Followers)> RequestAsync(NpgsqlConnection connection, Open open, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            Statements.Of(open.RedriveId), Statements.Of(open.Actor), Statements.Of(now), Statements.Of(open.LastParkedId), Statements.Of(open.UpTo!.Value), Statements.Of(most),
        });
        var conditions = open.Which.Conditions(command.Parameters);
        command.CommandText =
            $"""
            with chosen as (
                select p.parked_id, p.group_id, p.partition, p.message_key, p.status {ParkedRows.From}
                where p.parked_id > $4 and p.parked_id <= $5 and p.status <> 'queued' and p.requested is null{conditions} order by p.parked_id limit $6 for update of p
            ), noted as (
                update messaging.parked p set requested = 'redrive', requested_by = $2, requested_at = $3, redrive_id = $1
                from chosen where p.parked_id = chosen.parked_id returning p.parked_id
            ), audited as (
                insert into messaging.parked_audit (parked_id, action, actor, outcome, at, redrive_id) select parked_id, 'redrive', $2, 'requested', $3, $1 from noted
            )
            select coalesce(max(c.parked_id), $4), count(*)::int, coalesce(sum((select count(*) from (
                select 1 from messaging.parked q where q.group_id = c.group_id and q.partition = c.partition and q.message_key = c.message_key
                    and q.status = 'queued' and q.parked_id > c.parked_id limit {MostFollowers}) f)) filter (where c.status = 'failed'), 0)::bigint
            from chosen c
            """;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetInt32(1), row.GetInt64(2));
    }

    static async Task<long> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    sealed record Open(Guid RedriveId, ParkedFilter Which, int Rate, string Actor, DateTimeOffset NextAt, long? UpTo, long LastParkedId);

    [LoggerMessage(Level = LogLevel.Information, Message = "redrive {RedriveId}: asked for {Count} parked messages")]
    static partial void Asked(ILogger logger, Guid redriveId, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "redrives rest for a moment")]
    static partial void NotDone(ILogger logger, Exception exception);
}
