using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Workers;

namespace Orchestrator.Messaging.Schema;

/// <summary>
/// Deletes rows that have been kept long enough, a few at a time, and rests after each step in proportion to what it took: however many have come
/// due, the work of the moment goes on beside it. Any number of processes may run it.
/// </summary>
/// <param name="database">Where the rows are.</param>
/// <param name="delete">Deletes rows from before $1, at most $2 of them; rows that another process deletes are skipped.</param>
/// <param name="keptDays">How long rows are kept.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of what fails.</param>
public abstract partial class Pruner(NpgsqlDataSource database, string delete, int keptDays, TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>The most rows that one step deletes.</summary>
    internal const int RowsAtOnce = 2_000;

    // A fifth of one connection's time at most: some 25,000 rows a second.
    const int RestToWork = 4;

    static readonly TimeSpan WhenNothingIsDue = TimeSpan.FromMinutes(1);

    /// <summary>One step.</summary>
    /// <returns>How many rows went.</returns>
    public async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(delete);
        command.Parameters.Add(new() { Value = time.GetUtcNow().AddDays(-keptDays) });
        command.Parameters.Add(new() { Value = RowsAtOnce });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RunAsync(RoundAsync, OnFailure, time, stoppingToken);

    async Task<TimeSpan> RoundAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var deleted = await PruneAsync(cancellationToken);
        return RestAfter(deleted, time.GetElapsedTime(began));
    }

    TimeSpan? OnFailure(Exception e)
    {
        if (!Failures.IsTransient(e))
            return null;
        NotPruned(logger, e);
        return WhenNothingIsDue;
    }

    /// <summary>How long it rests after a step: a full one may have left more.</summary>
    internal static TimeSpan RestAfter(int deleted, TimeSpan took) => deleted < RowsAtOnce ? WhenNothingIsDue : RestToWork * took;

    [LoggerMessage(Level = LogLevel.Warning, Message = "What has been kept long enough stays for now")]
    static partial void NotPruned(ILogger logger, Exception exception);
}
