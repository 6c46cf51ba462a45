using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Api.Hosting;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Api.Submissions;

/// <summary>
/// Forgets submissions that are older than they need be kept, a bounded number at a time so that no request waits behind it.
/// Any number of processes may run it: rows that another one deletes are skipped.
/// </summary>
public sealed partial class SubmissionPruning(
    NpgsqlDataSource dataSource, IOptions<ApiOptions> options, TimeProvider time, ILogger<SubmissionPruning> logger) : BackgroundService
{
    const int BatchRows = 5_000;
    const int MaxBatchesPerRound = 100;
    static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>Deletes what is too old now.</summary>
    /// <returns>How many rows went.</returns>
    public async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow().AddDays(-options.Value.SubmissionDays).UtcDateTime;
        var total = 0;
        for (var batch = 0; batch < MaxBatchesPerRound; batch++)
        {
            await using var command = dataSource.CreateCommand(
                """
                delete from api.submission where submission_id = any (array(
                    select submission_id from api.submission where created_at < $1 limit $2 for update skip locked))
                """);
            command.Parameters.AddWithValue(before);
            command.Parameters.AddWithValue(BatchRows);
            var deleted = await command.ExecuteNonQueryAsync(cancellationToken);
            total += deleted;
            if (deleted < BatchRows)
                break;
        }
        return total;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                if (await PruneAsync(stoppingToken) is > 0 and var pruned)
                    Pruned(logger, pruned);
            }
            catch (Exception e) when (Failures.IsTransient(e) && !stoppingToken.IsCancellationRequested)
            {
                Postponed(logger, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Information, "Forgot {Count} submissions that were kept long enough")]
    static partial void Pruned(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "Old submissions stay until the next round: {Reason}")]
    static partial void Postponed(ILogger logger, string reason);
}
