using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Messaging.Replay;

/// <summary>Forgets replays that ended longer ago than <see cref="ReplayOptions.KeptDays"/>, and whose topic or tables are dropped. Their audit stays.</summary>
internal sealed class ReplayPruner(NpgsqlDataSource database, ReplayOptions options, TimeProvider time, ILogger<ReplayPruner> logger)
    : Pruner(database, Delete, options.KeptDays, time, logger)
{
    const string Delete = """
        delete from messaging.replay where number = any(array(
            select number from messaging.replay where ended_at < $1 and (dropped_at is not null or expires_at is null) order by ended_at limit $2 for update skip locked))
        """;
}
