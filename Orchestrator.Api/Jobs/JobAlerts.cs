using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Messaging.Outbox;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Wire;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Api.Jobs;

/// <summary>Raises alerts that jobs find necessary: each once, whichever process comes first, and published if and only if it is noted.</summary>
public sealed class JobAlerts(NpgsqlDataSource database, IEdgeOutbox outbox, MessageCatalog catalog, JobTelemetry telemetry, TimeProvider time)
{
    /// <summary>ce_source of what jobs publish.</summary>
    public const string Source = "/orchestrator/jobs";

    /// <summary>Raises those that nobody has raised.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RaiseAsync(IReadOnlyList<AlertRaised> alerts, CancellationToken cancellationToken)
    {
        if (alerts.Count == 0)
            return 0;
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var fresh = await NoteAsync(connection, alerts, now, cancellationToken);
        var messages = alerts.Where(a => fresh.Contains(a.AlertId)).DistinctBy(a => a.AlertId)
            .Select(a => OutgoingMessage.Of(catalog.Of(typeof(AlertRaised)), a, a.AlertId, Source, now, System.Diagnostics.Activity.Current?.Id)).ToList();
        var receipt = messages.Count == 0 ? null : await outbox.AddAsync(connection, transaction, messages, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (receipt is not null)
            await outbox.PublishAsync(receipt, cancellationToken);
        foreach (var kind in alerts.Where(a => fresh.Contains(a.AlertId)).CountBy(a => a.Kind, StringComparer.Ordinal))
            telemetry.Raised(kind.Key, kind.Value);
        return messages.Count;
    }

    // In one order, so that two processes wait for one another and do not stand in each other's way.
    static async Task<HashSet<Guid>> NoteAsync(NpgsqlConnection connection, IReadOnlyList<AlertRaised> alerts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "insert into jobs.raised (alert_id, raised_at) select distinct id, $2 from unnest($1) as a (id) order by id on conflict do nothing returning alert_id", connection)
        {
            Parameters = { PgArray.Column(alerts, NpgsqlDbType.Uuid, a => a.AlertId), Of(now) },
        };
        var fresh = new HashSet<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            fresh.Add(row.GetGuid(0));
        return fresh;
    }
}
