using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Activity.Segments;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Activity.Customers;

/// <summary>Forgets what has waited too long for the owner of an account: <see cref="SegmentsOptions.WaitingDays"/>.</summary>
public sealed class WaitingFactPruner(NpgsqlDataSource database, IOptions<SegmentsOptions> options, TimeProvider time, ILogger<WaitingFactPruner> logger)
    : Pruner(database, Delete, options.Value.WaitingDays, time, logger)
{
    const string Delete = """
        delete from activity.account_waiting where account_id = any(array(
            select account_id from activity.account_waiting where changed_at < $1 limit $2 for update skip locked))
        """;
}
