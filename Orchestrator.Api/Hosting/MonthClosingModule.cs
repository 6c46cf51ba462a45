using Hangfire;
using Hangfire.PostgreSql;
using Npgsql;
using Orchestrator.Ledger.Statements;

namespace Orchestrator.Api.Hosting;

/// <summary>Closes each month in its time: a recurring job that is kept in the database, so that one process does it, and one that was missed is made up for.</summary>
public static class MonthClosingModule
{
    // A schema of its own: Hangfire makes and changes its tables itself.
    const string Schema = "hangfire";
    const int Pool = 6;

    /// <summary>Adds the job and what runs it. Needs an <see cref="IMonthCloser"/>.</summary>
    public static IServiceCollection AddMonthClosing(this IServiceCollection services)
    {
        services.AddHangfire((provider, hangfire) => hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UsePostgreSqlStorage(
                storage => storage.UseNpgsqlConnection(Connection(provider.GetRequiredService<IConfiguration>())),
                // One job a month is not worth asking for often.
                new PostgreSqlStorageOptions
                {
                    SchemaName = Schema,
                    QueuePollInterval = TimeSpan.FromMinutes(1),
                    JobExpirationCheckInterval = TimeSpan.FromHours(6),
                    CountersAggregateInterval = TimeSpan.FromHours(1),
                    // A lock is held for moments; one that is older is of a process that died.
                    DistributedLockTimeout = TimeSpan.FromMinutes(1),
                }));
        services.AddHangfireServer(server =>
        {
            server.WorkerCount = 1;
            server.SchedulePollingInterval = TimeSpan.FromMinutes(1);
            server.HeartbeatInterval = TimeSpan.FromMinutes(1);
            server.ServerCheckInterval = TimeSpan.FromMinutes(5);
        });
        services.AddTransient<MonthClosingJob>();
        services.AddHostedService<MonthClosingSchedule>();
        return services;
    }

    static string Connection(IConfiguration configuration) =>
        new NpgsqlConnectionStringBuilder(configuration["ORCHESTRATOR_POSTGRES"]) { ApplicationName = "orchestrator-jobs", MaxPoolSize = Pool }.ConnectionString;
}

/// <summary>
/// Enters the job: on the first of each month at 02:00 UTC. The service does not wait for it: who was killed while entering it has left a lock, which
/// others wait out.
/// </summary>
sealed partial class MonthClosingSchedule(IRecurringJobManager jobs, TimeProvider time, ILogger<MonthClosingSchedule> logger) : BackgroundService
{
    const string Id = "close-month";
    const string FirstAtTwo = "0 2 1 * *";

    static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Entering blocks the thread that does it.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested && !Enter())
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    bool Enter()
    {
        try
        {
            jobs.AddOrUpdate<MonthClosingJob>(Id, job => job.RunAsync(CancellationToken.None), FirstAtTwo, new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc });
            return true;
        }
        catch (Exception e) when (e is PostgreSqlDistributedLockException or NpgsqlException or BackgroundJobClientException)
        {
            NotEntered(logger, Pause.TotalSeconds, e);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The job that closes months is not entered yet; again in {PauseSeconds} s")]
    static partial void NotEntered(ILogger logger, double pauseSeconds, Exception exception);
}

/// <summary>Closes the month before the current one, and all before it that are open.</summary>
public sealed partial class MonthClosingJob(IMonthCloser closer, TimeProvider time, ILogger<MonthClosingJob> logger)
{
    /// <summary>Does it; again does nothing.</summary>
    /// <exception cref="InvalidOperationException">It is too early for that: the job is tried again.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var month = Month.Of(time.GetUtcNow()).Previous;
        if (await closer.CloseAsync(month, cancellationToken) is not MonthClosing.Done(var fact))
            throw new InvalidOperationException($"{month} cannot be closed yet");
        Closed(logger, month.ToString(), fact.ClosedAt);
    }

    [LoggerMessage(LogLevel.Information, "{Month} is closed since {ClosedAt:O}")]
    static partial void Closed(ILogger logger, string month, DateTimeOffset closedAt);
}
