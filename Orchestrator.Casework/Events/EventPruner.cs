using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Casework.Events;

/// <summary>Forgets what happened longer than <see cref="CaseworkOptions.EventDays"/> ago; it has been told. What has no number yet stays.</summary>
sealed class EventPruner(NpgsqlDataSource database, IOptions<CaseworkOptions> options, TimeProvider time, ILogger<EventPruner> logger)
    : Pruner(database, Delete, options.Value.EventDays, time, logger)
{
    const string Delete = """
        delete from casework.event where seq = any(array(
            select seq from casework.event where at < $1 and number is not null limit $2 for update skip locked))
        """;
}

/// <summary>Forgets requests with a key that took effect longer than <see cref="CaseworkOptions.EventDays"/> ago.</summary>
sealed class RequestPruner(NpgsqlDataSource database, IOptions<CaseworkOptions> options, TimeProvider time, ILogger<RequestPruner> logger)
    : Pruner(database, Delete, options.Value.EventDays, time, logger)
{
    const string Delete = """
        delete from casework.request where ctid = any(array(
            select ctid from casework.request where at < $1 limit $2 for update skip locked))
        """;
}
