using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Messaging.Inbox;

/// <summary>Forgets inbox ids older than <see cref="MessagingOptions.InboxDays"/>.</summary>
public sealed class InboxPruner(NpgsqlDataSource database, MessagingOptions options, TimeProvider time, ILogger<InboxPruner> logger)
    : Pruner(database, Delete, options.InboxDays, time, logger)
{
    const string Delete = """
        delete from messaging.inbox where ctid = any(array(
            select ctid from messaging.inbox where seen_at < $1 limit $2 for update skip locked))
        """;
}
