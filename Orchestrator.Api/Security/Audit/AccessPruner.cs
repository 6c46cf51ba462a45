using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Api.Hosting;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Api.Security.Audit;

/// <summary>Forgets who has read what after <see cref="ApiOptions.AuditDays"/>.</summary>
public sealed class AccessPruner(NpgsqlDataSource database, IOptions<ApiOptions> options, TimeProvider time, ILogger<AccessPruner> logger)
    : Pruner(database, Delete, options.Value.AuditDays, time, logger)
{
    const string Delete = """
        delete from audit.access where access_id = any(array(
            select access_id from audit.access where at < $1 order by at, access_id limit $2 for update skip locked))
        """;
}
