using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Security;
using Orchestrator.Ledger.Replay;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Api.Jobs;

/// <summary>What is done again and again, by a clock that all processes share: entered in the database, so that one process does it, and what was missed is made up for.</summary>
public static class JobsModule
{
    /// <summary>Where the dashboard is.</summary>
    public const string Dashboard = "/jobs";

    // A schema of its own: Hangfire makes and changes its tables itself.
    const string Schema = "hangfire";
    const int Pool = 6;

    // One is long now and then; the others must not wait for it.
    const int Workers = 2;

    static readonly TimeSpan RunsKept = TimeSpan.FromHours(6);

    /// <summary>Adds the jobs.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="runs">Whether this process runs them; else it shows them, and asks others for them.</param>
    public static IServiceCollection AddJobs(this IServiceCollection services, bool runs)
    {
        services.AddOptions<JobOptions>().BindConfiguration(JobOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddHangfire((provider, hangfire) => hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UsePostgreSqlStorage(
                storage => storage.UseConnectionFactory(new JobConnections(Databases.Create("jobs", Connection(provider.GetRequiredService<IConfiguration>())))),
                // It shares the database with the lanes, and asks seldom.
                new PostgreSqlStorageOptions
                {
                    SchemaName = Schema,
                    // Whoever only looks makes nothing.
                    PrepareSchemaIfNecessary = runs,
                    QueuePollInterval = TimeSpan.FromSeconds(provider.GetRequiredService<IOptions<JobOptions>>().Value.PollSeconds),
                    JobExpirationCheckInterval = TimeSpan.FromHours(1),
                    CountersAggregateInterval = TimeSpan.FromHours(1),
                    // A lock is held for moments; one that is older is of a process that died.
                    DistributedLockTimeout = TimeSpan.FromMinutes(1),
                })
            .WithJobExpirationTimeout(RunsKept));
        services.AddAntiforgery();
        foreach (var job in BuiltInJobs.All)
            services.AddSingleton(job);
        services.AddSingleton<JobTable>().AddSingleton<JobLog>().AddSingleton<JobTelemetry>().AddSingleton<JobAlerts>().AddSingleton<ParkedSchedules>().AddSingleton<OldSnapshots>();
        services.AddTransient<JobRunner>().AddTransient<MonthClosingJob>().AddTransient<StuckTransactionsJob>().AddTransient<HoldWarningsJob>().AddTransient<CaseEscalationJob>()
            .AddTransient<ParkedRedriveJob>().AddTransient<PruningJob>();
        return runs ? services.AddServer() : services;
    }

    /// <summary>Maps /v1/jobs, appointments of parked messages, and the dashboard.</summary>
    public static IEndpointRouteBuilder MapJobs(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/jobs").WithTags("Jobs").Allow(DashboardAccess.Lookers);
        group.MapGet("/", JobEndpoints.ListAsync)
            .WithSummary("Recurring jobs: what they do and why, when they run, how the last run went")
            .ProducesProblems(503);
        group.MapPost("/{id}/run", JobEndpoints.Run)
            .Allow(Roles.Operator)
            .WithSummary("Has a job run now")
            .WithDescription("Within seconds, by a process that runs jobs; whatever it does, doing it twice comes to the same. Kept under the name of who asks.")
            .ProducesProblems(404, 503);
        routes.MapPost("/v1/parked/groups/{group}/schedule", JobEndpoints.ScheduleAsync)
            .WithTags("Parked messages")
            .Allow(Roles.Operator)
            .WithSummary("Names a time at which the messages of a group are taken again")
            .WithDescription("At most 30 days ahead; the same time again is the same appointment. Within five minutes of it they are asked for as by redrive, under the name of who asks.")
            .ProducesProblems(400, 404, 413, 415, 503);
        routes.MapHangfireDashboard(Dashboard, new DashboardOptions
        {
            Authorization = [new DashboardAccess()],
            IsReadOnlyFunc = DashboardAccess.IsReadOnly,
            DashboardTitle = "Jobs",
            AppPath = null,
            DisplayStorageConnectionString = false,
            StatsPollingInterval = 10_000,
        }).Allow(DashboardAccess.Lookers).AsPage();
        return routes;
    }

    static IServiceCollection AddServer(this IServiceCollection services)
    {
        services.AddHangfireServer(server =>
        {
            server.WorkerCount = Workers;
            server.SchedulePollingInterval = TimeSpan.FromSeconds(30);
            server.HeartbeatInterval = TimeSpan.FromMinutes(1);
            server.ServerCheckInterval = TimeSpan.FromMinutes(5);
        });
        return services.AddHostedService<JobSchedule>();
    }

    static string Connection(IConfiguration configuration) =>
        new NpgsqlConnectionStringBuilder(configuration["ORCHESTRATOR_POSTGRES"]) { ApplicationName = "orchestrator-jobs", MaxPoolSize = Pool }.ConnectionString;

    /// <summary>Connections of a pool that metrics know by its name.</summary>
    sealed class JobConnections(NpgsqlDataSource source) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => source.CreateConnection();
    }
}
