using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Messaging.Parking;

/// <summary>Redrives at a rate: asks for them, shows them, cancels them. <see cref="Redriver"/> carries them out.</summary>
public sealed class Redrives(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most redrives of one page.</summary>
    public const int MaxPage = 200;

    /// <summary>The most that are open at once.</summary>
    public const int MaxOpen = 20;

    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    const string Columns =
        """
        select r.redrive_id, r.number, r.state, r.which::text, r.reason, r.rate, r.actor, r.asked_at, r.at, r.started_at, r.ended_at, r.cancelled_by, r.total, r.requested,
            (select count(*) from messaging.parked p where p.redrive_id = r.redrive_id),
            (select count(*) from messaging.parked_audit a where a.redrive_id = r.redrive_id and a.outcome in ('done', 'duplicate', 'republished', 'discarded')),
            (select count(*) from messaging.parked_audit a where a.redrive_id = r.redrive_id and a.outcome not in ('requested', 'done', 'duplicate', 'republished', 'discarded')),
            r.asked
        from messaging.redrive r
        """;

    /// <summary>Asks for a redrive. The same id with the same order is the same redrive.</summary>
    public async Task<RedriveOutcome> AskAsync(RedriveOrder order, CancellationToken cancellationToken)
    {
        var (now, asked) = (time.GetUtcNow(), Asked(order));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Who asks at the same time waits, so that together they open no more than may be.
        await Statements.ExecuteAsync(connection, "lock table messaging.redrive in share row exclusive mode", cancellationToken);
        if (await FindAsync(connection, order.RedriveId, cancellationToken) is var (found, askedBefore))
            return asked.AsSpan().SequenceEqual(askedBefore) ? new RedriveOutcome.Done(found, Repeated: true) : new RedriveOutcome.IdReused();
        await using (var count = new NpgsqlCommand("select count(*) from messaging.redrive where state in ('scheduled', 'running')", connection))
        {
            if ((long)(await count.ExecuteScalarAsync(cancellationToken))! is >= MaxOpen and var open)
                return new RedriveOutcome.Full((int)open);
        }
        await Statements.ExecuteAsync(
            connection,
            "insert into messaging.redrive (redrive_id, asked, which, reason, rate, actor, asked_at, at, next_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8)", cancellationToken,
            Statements.Of(order.RedriveId), Statements.Of(asked), new NpgsqlParameter { Value = JsonSerializer.Serialize(order.Which, Json), NpgsqlDbType = NpgsqlDbType.Jsonb },
            Statements.Of(order.Reason), Statements.Of(order.RatePerSecond), Statements.Of(order.Actor), Statements.Of(now), Statements.Of((order.At ?? now).ToUniversalTime()));
        await transaction.CommitAsync(cancellationToken);
        return new RedriveOutcome.Done((await FindAsync(connection, order.RedriveId, cancellationToken))!.Value.Redrive);
    }

    /// <summary>Redrives, the newest first.</summary>
    /// <param name="before">The number of the last that was seen; null to begin.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<Redrive>> ListAsync(long? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        await using var command = database.CreateCommand($"{Columns} where r.number < $1 order by r.number desc limit $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(before ?? long.MaxValue), Statements.Of(limit) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Redrive>();
        while (await rows.ReadAsync(cancellationToken))
            found.Add(View(rows));
        return found;
    }

    /// <summary>One redrive; null when it is not there.</summary>
    public async Task<Redrive?> FindAsync(Guid redriveId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, redriveId, cancellationToken) is var (found, _) ? found : null;
    }

    /// <summary>Cancels a redrive: nothing more is asked for. What lanes were asked to take, a second's worth or two, they take.</summary>
    public async Task<RedriveOutcome> CancelAsync(Guid redriveId, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var cancelled = await Statements.ExecuteAsync(
            connection, "update messaging.redrive set state = 'cancelled', cancelled_by = $2, ended_at = $3 where redrive_id = $1 and state in ('scheduled', 'running')",
            cancellationToken, Statements.Of(redriveId), Statements.Of(actor), Statements.Of(time.GetUtcNow()));
        if (await FindAsync(connection, redriveId, cancellationToken) is not var (found, _))
            return new RedriveOutcome.NotFound();
        return cancelled > 0 || found.State == "cancelled" ? new RedriveOutcome.Done(found, Repeated: cancelled == 0) : new RedriveOutcome.Ended(found.State);
    }

    static async Task<(Redrive Redrive, byte[] Asked)?> FindAsync(NpgsqlConnection connection, Guid redriveId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"{Columns} where r.redrive_id = $1", connection) { Parameters = { Statements.Of(redriveId) } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (View(row), row.GetFieldValue<byte[]>(17)) : null;
    }

    static Redrive View(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetInt64(1), row.GetString(2), JsonSerializer.Deserialize<ParkedFilter>(row.GetString(3), Json)!, row.GetString(4), row.GetInt32(5),
        row.GetString(6), row.GetFieldValue<DateTimeOffset>(7), row.GetFieldValue<DateTimeOffset>(8), row.Instant(9), row.Instant(10), row.Text(11),
        new RedriveProgress(row.Number(12), row.GetInt64(13), row.GetInt64(14), row.GetInt64(15), row.GetInt64(16)));

    static byte[] Asked(RedriveOrder order) => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        order with { RedriveId = Guid.Empty, Actor = order.Actor.ToLowerInvariant(), At = order.At?.ToUniversalTime() }, Json));
}
