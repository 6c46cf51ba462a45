using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Webhooks;

/// <summary>Deliveries as they are stored: taken by one worker for a time, settled by whoever still has them.</summary>
public sealed class DeliveryStore(NpgsqlDataSource database)
{
    /// <summary>The most of one page.</summary>
    public const int MaxPage = 500;

    const string Columns = "delivery_id, webhook_id, kind, state, attempts, created_at, next_at, ended_at";

    /// <summary>Takes what is due: some of each webhook, one alone of those that fail, so that none keeps others waiting.</summary>
    /// <param name="now">The time, UTC.</param>
    /// <param name="lease">So long nobody else takes it.</param>
    /// <param name="ofEach">The most of one webhook.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<IReadOnlyList<TakenDelivery>> TakeAsync(DateTimeOffset now, TimeSpan lease, int ofEach, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with due as (
                select d.delivery_id, w.url, w.secret, case when w.previous_until > $1 then w.previous_secret end as previous
                from casework.webhook w cross join lateral (
                    select delivery_id from casework.webhook_delivery o where o.webhook_id = w.webhook_id and o.state = 'pending' and o.next_at <= $1
                    order by o.next_at limit case when w.failing_since is null then $3 else 1 end for update skip locked
                ) d
                where w.state = 'enabled'
            )
            update casework.webhook_delivery d set attempts = attempts + 1, next_at = $2 from due where d.delivery_id = due.delivery_id
            returning d.delivery_id, d.webhook_id, d.attempts, d.body, due.url, due.secret, due.previous
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(now), Statements.Of(now + lease), Statements.Of(ofEach) });
        var taken = new List<TakenDelivery>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            taken.Add(new TakenDelivery(
                rows.GetGuid(0), rows.GetGuid(1), rows.GetInt32(2), rows.GetString(3), rows.GetString(4), rows.GetFieldValue<byte[]>(5),
                rows.IsDBNull(6) ? null : rows.GetFieldValue<byte[]>(6)));
        }
        return taken;
    }

    /// <summary>Writes what an attempt came to; nothing when another worker has taken the delivery since.</summary>
    /// <param name="taken">The delivery.</param>
    /// <param name="answer">What came back.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="next">When it is tried again, where it failed; null when it is given up.</param>
    /// <param name="disableAfter">A webhook that fails so long is disabled.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the webhook was disabled.</returns>
    internal async Task<bool> SettleAsync(
        TakenDelivery taken, WebhookAnswer answer, DateTimeOffset now, DateTimeOffset? next, TimeSpan disableAfter, CancellationToken cancellationToken)
    {
        var state = answer.Error is null ? "delivered" : next is null ? "given_up" : "pending";
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var settled = await Statements.ExecuteAsync(
            connection,
            """
            update casework.webhook_delivery set state = $3, next_at = coalesce($4, next_at), ended_at = case when $3 = 'pending' then null else $5 end
            where delivery_id = $1 and attempts = $2 and state = 'pending'
            """, cancellationToken,
            Statements.Of(taken.DeliveryId), Statements.Of(taken.Attempt), Statements.Of(state), Statements.OrNull(answer.Error is null ? null : next), Statements.Of(now));
        if (settled == 0)
            return false;
        await Statements.ExecuteAsync(
            connection, "insert into casework.webhook_attempt (delivery_id, attempt, at, status, duration_ms, answer, error) values ($1, $2, $3, $4, $5, $6, $7)", cancellationToken,
            Statements.Of(taken.DeliveryId), Statements.Of(taken.Attempt), Statements.Of(now), new NpgsqlParameter { Value = (object?)(short?)answer.Status ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Smallint },
            Statements.Of(answer.DurationMs), Statements.OrNull(answer.Answer), Statements.OrNull(answer.Error));
        var disabled = await HealthAsync(connection, taken.WebhookId, answer.Error is not null, now, disableAfter, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return disabled;
    }

    /// <summary>Gives up what has been due for longer than it may: of a webhook that is disabled, or that takes less than happens.</summary>
    /// <returns>How many; some at a time.</returns>
    internal async Task<int> GiveUpAsync(DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            update casework.webhook_delivery set state = 'given_up', ended_at = $2 where delivery_id = any(array(
                select delivery_id from casework.webhook_delivery where state = 'pending' and next_at < $1 order by next_at limit 1000 for update skip locked))
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(before), Statements.Of(now) });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A webhook's deliveries, the newest first.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="state">In this state; in all when null. A page looks at 10,000 at most.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(IReadOnlyList<WebhookDelivery> Items, TimeCursor? Next)> ListAsync(
        Guid webhookId, DeliveryState? state, TimeCursor? after, int limit, CancellationToken cancellationToken)
    {
        const int MaxLooked = 10_000;
        var start = after ?? TimeCursor.Newest;
        var look = state is null ? limit : MaxLooked;
        await using var command = database.CreateCommand(
            $"""
            select {Columns} from casework.webhook_delivery where webhook_id = $1 and (created_at, delivery_id) < ($2, $3)
            order by created_at desc, delivery_id desc limit $4
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(webhookId), Statements.Of(start.At), Statements.Of(start.Id), Statements.Of(look) });
        var items = new List<WebhookDelivery>();
        var (looked, last) = (0, default(TimeCursor));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (items.Count < limit && await rows.ReadAsync(cancellationToken))
        {
            var delivery = Read(rows);
            (looked, last) = (looked + 1, new TimeCursor(delivery.CreatedAt, delivery.DeliveryId));
            if (state is null || delivery.State == state)
                items.Add(delivery);
        }
        return (items, items.Count == limit || looked == look ? last : null);
    }

    /// <summary>A delivery with its attempts; null when there is none of this id.</summary>
    public async Task<WholeDelivery?> FindAsync(Guid webhookId, Guid deliveryId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"select {Columns}, body from casework.webhook_delivery where delivery_id = $1 and webhook_id = $2")
                {
                    Parameters = { Statements.Of(deliveryId), Statements.Of(webhookId) },
                },
                new("select attempt, at, duration_ms, status, answer, error from casework.webhook_attempt where delivery_id = $1 order by attempt limit 100")
                {
                    Parameters = { Statements.Of(deliveryId) },
                },
            },
        };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            return null;
        var (delivery, body) = (Read(rows), rows.GetString(8));
        await rows.NextResultAsync(cancellationToken);
        var attempts = new List<DeliveryAttempt>();
        while (await rows.ReadAsync(cancellationToken))
            attempts.Add(new DeliveryAttempt(rows.GetInt32(0), rows.GetFieldValue<DateTimeOffset>(1), rows.GetInt32(2), rows.Small(3), rows.Text(4), rows.Text(5)));
        return new WholeDelivery(delivery, body, attempts);
    }

    /// <summary>Sends it once more, now, whatever became of it.</summary>
    /// <returns>It; null when there is none of this id.</returns>
    public async Task<WebhookDelivery?> RedeliverAsync(Guid webhookId, Guid deliveryId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            update casework.webhook_delivery set state = 'pending', ended_at = null, next_at = case when state = 'pending' then least(next_at, $3) else $3 end
            where delivery_id = $1 and webhook_id = $2 returning {Columns}
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(deliveryId), Statements.Of(webhookId), Statements.Of(now) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    static async Task<bool> HealthAsync(
        NpgsqlConnection connection, Guid webhookId, bool failed, DateTimeOffset now, TimeSpan disableAfter, CancellationToken cancellationToken)
    {
        if (!failed)
        {
            await Statements.ExecuteAsync(
                connection, "update casework.webhook set failing_since = null where webhook_id = $1 and failing_since is not null", cancellationToken, Statements.Of(webhookId));
            return false;
        }
        await Statements.ExecuteAsync(
            connection, "update casework.webhook set failing_since = $2 where webhook_id = $1 and failing_since is null", cancellationToken, Statements.Of(webhookId), Statements.Of(now));
        return await Statements.ExecuteAsync(
            connection,
            "update casework.webhook set state = 'disabled', disabled_reason = 'it has failed for too long' where webhook_id = $1 and state = 'enabled' and failing_since <= $2",
            cancellationToken, Statements.Of(webhookId), Statements.Of(now - disableAfter)) > 0;
    }

    static WebhookDelivery Read(NpgsqlDataReader row)
    {
        var state = row.GetString(3) switch
        {
            "pending" => DeliveryState.Pending,
            "delivered" => DeliveryState.Delivered,
            _ => DeliveryState.GivenUp,
        };
        return new WebhookDelivery(
            row.GetGuid(0), row.GetGuid(1), row.GetString(2), state, row.GetInt32(4), row.GetFieldValue<DateTimeOffset>(5), state == DeliveryState.Pending ? row.Instant(6) : null, row.Instant(7));
    }
}

/// <summary>A delivery that a worker has for a time.</summary>
sealed record TakenDelivery(Guid DeliveryId, Guid WebhookId, int Attempt, string Body, string Url, byte[] Secret, byte[]? PreviousSecret);
