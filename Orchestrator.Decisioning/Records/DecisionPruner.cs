using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Decisioning.Records;

/// <summary>Forgets decisions older than <see cref="DecisionRecordsOptions.KeptDays"/>.</summary>
public sealed class DecisionPruner(NpgsqlDataSource database, IOptions<DecisionRecordsOptions> options, TimeProvider time, ILogger<DecisionPruner> logger)
    : Pruner(database, Delete, options.Value.KeptDays, time, logger)
{
    const string Delete = """
        delete from decisioning.decision where transaction_id = any(array(
            select transaction_id from decisioning.decision where assessed_at < $1 order by assessed_at limit $2 for update skip locked))
        """;
}
