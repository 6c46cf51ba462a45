using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Messaging.Inbox;

/// <summary>Forgets inbox ids older than <see cref="MessagingOptions.InboxDays"/>, in bounded steps.</summary>
public sealed partial class InboxPruner(NpgsqlDataSource database, MessagingOptions options, TimeProvider time, ILogger<InboxPruner> logger) : BackgroundService
{
    const int RowsAtOnce = 5_000;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10), time);
        do
        {
            try
            {
                while (await PruneAsync(stoppingToken) == RowsAtOnce)
                {
                }
            }
            catch (Exception e) when (Lanes.Failures.IsTransient(e) && !stoppingToken.IsCancellationRequested)
            {
                NotPruned(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Deletes at most one step's rows.</summary>
    /// <returns>How many went.</returns>
    public async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "delete from messaging.inbox where ctid = any(array(select ctid from messaging.inbox where seen_at < $1 limit $2))");
        command.Parameters.Add(new() { Value = time.GetUtcNow().AddDays(-options.InboxDays) });
        command.Parameters.Add(new() { Value = RowsAtOnce });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The inbox was not pruned")]
    static partial void NotPruned(ILogger logger, Exception exception);
}
