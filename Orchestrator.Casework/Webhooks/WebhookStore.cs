using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Webhooks;

/// <summary>Webhooks as they are stored. A secret leaves it twice: once to whoever asked for it, and encrypted into the database.</summary>
public sealed class WebhookStore(NpgsqlDataSource database, WebhookSecrets secrets, TimeProvider time, IOptions<CaseworkOptions> options)
{
    const string Columns = "webhook_id, url, kinds, state, created_by, created_at, description, disabled_reason, failing_since, previous_until";

    // Any constant serves: those who add webhooks at once are counted one after the other.
    const long AddLock = 0x6361_7365_7765_6268;

    /// <summary>Adds one.</summary>
    /// <returns>It, and its secret, which is not shown again; null when there are as many as there may be.</returns>
    public async Task<(Webhook Webhook, string Secret)?> CreateAsync(
        string url, IReadOnlyList<string> kinds, string? description, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (id, secret) = (Guid.CreateVersion7(now), WebhookSecrets.Create());
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select pg_advisory_xact_lock($1)") { Parameters = { Statements.Of(AddLock) } },
                new(
                    $"""
                    insert into casework.webhook (webhook_id, url, kinds, description, secret, created_by, created_at)
                    select $1, $2, $3, $4, $5, $6, $7 where (select count(*) from casework.webhook) < $8 returning {Columns}
                    """)
                {
                    Parameters =
                    {
                        Statements.Of(id), Statements.Of(url), PgArray.Of(NpgsqlDbType.Text, kinds.Distinct(StringComparer.Ordinal).ToArray()), Statements.OrNull(description),
                        Statements.Of(secrets.Seal(secret, id)), Statements.Of(actor), Statements.Of(now), Statements.Of(options.Value.Webhooks.MaxWebhooks),
                    },
                },
            },
        };
        Webhook? webhook = null;
        await using (var rows = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await rows.NextResultAsync(cancellationToken);
            if (await rows.ReadAsync(cancellationToken))
                webhook = Read(rows);
        }
        await transaction.CommitAsync(cancellationToken);
        return webhook is null ? null : (webhook, WebhookSecrets.Shown(secret));
    }

    /// <summary>All, oldest first.</summary>
    public async Task<IReadOnlyList<Webhook>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from casework.webhook order by created_at, webhook_id");
        var webhooks = new List<Webhook>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            webhooks.Add(Read(rows));
        return webhooks;
    }

    /// <summary>One; null when there is none of this id.</summary>
    public Task<Webhook?> FindAsync(Guid webhookId, CancellationToken cancellationToken) =>
        OneAsync($"select {Columns} from casework.webhook where webhook_id = $1", cancellationToken, Statements.Of(webhookId));

    /// <summary>Gives it another secret. The one before signs too for <see cref="WebhookOptions.SecretOverlapHours"/>.</summary>
    /// <returns>It, and its new secret; null when there is none of this id.</returns>
    public async Task<(Webhook Webhook, string Secret)?> RotateAsync(Guid webhookId, CancellationToken cancellationToken)
    {
        var secret = WebhookSecrets.Create();
        var webhook = await OneAsync(
            $"update casework.webhook set previous_secret = secret, previous_until = $3, secret = $2 where webhook_id = $1 returning {Columns}", cancellationToken,
            Statements.Of(webhookId), Statements.Of(secrets.Seal(secret, webhookId)), Statements.Of(time.GetUtcNow().AddHours(options.Value.Webhooks.SecretOverlapHours)));
        return webhook is null ? null : (webhook, WebhookSecrets.Shown(secret));
    }

    /// <summary>Sends to it again; what waits for it goes on.</summary>
    public Task<Webhook?> EnableAsync(Guid webhookId, CancellationToken cancellationToken) => OneAsync(
        $"update casework.webhook set state = 'enabled', disabled_reason = null, failing_since = null where webhook_id = $1 returning {Columns}", cancellationToken,
        Statements.Of(webhookId));

    /// <summary>Sends to it no more.</summary>
    public Task<Webhook?> DisableAsync(Guid webhookId, string reason, CancellationToken cancellationToken) => OneAsync(
        $"update casework.webhook set state = 'disabled', disabled_reason = $2 where webhook_id = $1 returning {Columns}", cancellationToken,
        Statements.Of(webhookId), Statements.Of(reason));

    /// <summary>Takes it away, and its deliveries.</summary>
    /// <returns>False when there is none of this id.</returns>
    public async Task<bool> DeleteAsync(Guid webhookId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from casework.webhook where webhook_id = $1");
        command.Parameters.Add(Statements.Of(webhookId));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    async Task<Webhook?> OneAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    static Webhook Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.GetString(3) == "enabled" ? WebhookState.Enabled : WebhookState.Disabled, row.GetString(4),
        row.GetFieldValue<DateTimeOffset>(5), row.Text(6), row.Text(7), row.Instant(8), row.Instant(9));
}
