using System.Text;

namespace Orchestrator.Messaging.Embedded;

/// <summary>The server settings of this product, written anew at each start: durable, and made for many short set-based writes.</summary>
internal static class PostgresSettings
{
    internal static string Text(PrivatePostgresOptions options, int port, string socketDirectory, bool hasLz4)
    {
        var sharedMegabytes = options.SharedBuffersMegabytes
            ?? (int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 >> 20, 128, 1_024);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = $"{port}",
            ["unix_socket_directories"] = socketDirectory,
            ["cluster_name"] = "orchestrator",
            ["max_connections"] = "200",

            // What is acknowledged is on the disk.
            ["fsync"] = "on",
            ["synchronous_commit"] = "on",
            ["full_page_writes"] = "on",

            // Rare checkpoints: each makes the next change of every page write the whole page to the log.
            ["max_wal_size"] = "4GB",
            ["min_wal_size"] = "512MB",
            ["checkpoint_timeout"] = "15min",
            ["wal_compression"] = hasLz4 ? "lz4" : "on",
            ["wal_buffers"] = "16MB",

            ["shared_buffers"] = $"{sharedMegabytes}MB",
            ["effective_cache_size"] = $"{sharedMegabytes * 2}MB",
            ["work_mem"] = "16MB",
            ["maintenance_work_mem"] = "128MB",
            ["random_page_cost"] = "1.1",

            // Statements are short: compiling or spreading them costs more than it saves.
            ["jit"] = "off",
            ["max_parallel_workers_per_gather"] = "0",

            // Outbox and timer tables turn over all the time: look after them often, but to look takes its time, too.
            ["autovacuum_naptime"] = "20s",

            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["log_min_messages"] = "warning",
            ["log_checkpoints"] = "off",
        };
        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        var text = new StringBuilder("# Written at each start; put your own settings into postgresql.conf, after the include.\n");
        foreach (var (name, value) in settings)
        {
            text.Append(name).Append(" = '").Append(value.Replace("'", "''", StringComparison.Ordinal)).Append("'\n");
        }

        return text.ToString();
    }
}
