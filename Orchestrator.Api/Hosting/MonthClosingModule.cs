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

/// <summary>Enters the job: on the first of each month at 02:00 UTC.</summary>
sealed class MonthClosingSchedule(IRecurringJobManager jobs) : IHostedService
{
    const string Id = "close-month";
    const string FirstAtTwo = "0 2 1 * *";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        jobs.AddOrUpdate<MonthClosingJob>(Id, job => job.RunAsync(CancellationToken.None), FirstAtTwo, new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
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
