using Hangfire;
using Hangfire.PostgreSql;
using Npgsql;

namespace Orchestrator.Api.Jobs;

/// <summary>
/// Enters the jobs, each under its id, so that any number of processes enter one. The service does not wait for it: who was killed while entering has left a lock, which
/// others wait out.
/// </summary>
sealed partial class JobSchedule(IRecurringJobManager recurring, JobTable jobs, JobTelemetry telemetry, TimeProvider time, ILogger<JobSchedule> logger) : BackgroundService
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Entering blocks the thread that does it.
        await Task.Yield();
        telemetry.Begin(jobs.All);
        foreach (var job in jobs.All)
        {
            while (!stoppingToken.IsCancellationRequested && !Enter(job))
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    bool Enter(ScheduledJob job)
    {
        try
        {
            var id = job.Id;
            recurring.AddOrUpdate<JobRunner>(id, runner => runner.RunAsync(id, CancellationToken.None), job.Cron, new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc });
            return true;
        }
        catch (Exception e) when (e is PostgreSqlDistributedLockException or NpgsqlException or BackgroundJobClientException)
        {
            NotEntered(logger, job.Id, Pause.TotalSeconds, e);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The job {JobId} is not entered yet; again in {PauseSeconds} s")]
    static partial void NotEntered(ILogger logger, string jobId, double pauseSeconds, Exception exception);
}
