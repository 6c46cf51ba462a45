using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Casework.Webhooks;

/// <summary>Forgets deliveries that ended longer than <see cref="WebhookOptions.KeepDays"/> ago.</summary>
sealed class DeliveryPruner(NpgsqlDataSource database, IOptions<CaseworkOptions> options, TimeProvider time, ILogger<DeliveryPruner> logger)
    : Pruner(database, Delete, options.Value.Webhooks.KeepDays, time, logger)
{
    const string Delete = """
        delete from casework.webhook_delivery where delivery_id = any(array(
            select delivery_id from casework.webhook_delivery where state <> 'pending' and ended_at < $1 limit $2 for update skip locked))
        """;
}
