using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Replay;

namespace Orchestrator.Tests.Replay;

/// <summary>A service that works on replays, in the test's process or, to be killed, in one of its own.</summary>
public static class ReplayService
{
    /// <summary>The variable whose presence makes the test program this service.</summary>
    public const string Variable = "ORCHESTRATOR_TEST_REPLAY_SERVICE";

    /// <summary>Builds it.</summary>
    public static IHost Build(string kafka, string postgres, int leaseMs)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_KAFKA"] = kafka,
            ["ORCHESTRATOR_POSTGRES"] = postgres,
            ["Replays:PollMs"] = "20",
            ["Replays:LeaseMs"] = $"{leaseMs}",
            ["Replays:CheckpointMs"] = "50",
            ["Replays:MaxUnderWay"] = "100",
        });
        builder.Services.AddOrchestratorMessaging(builder.Configuration);
        builder.Services.AddReplayWorker();
        return builder.Build();
    }

    /// <summary>What a process of its own must know.</summary>
    public static Dictionary<string, string> Environment(string kafka, string postgres) => new(StringComparer.Ordinal)
    {
        [Variable] = "1",
        ["ORCHESTRATOR_KAFKA"] = kafka,
        ["ORCHESTRATOR_POSTGRES"] = postgres,
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_gcServer"] = "0",
    };

    /// <summary>Works on what waits until the process is killed.</summary>
    public static async Task<int> RunAsync()
    {
        using var host = Build(
            System.Environment.GetEnvironmentVariable("ORCHESTRATOR_KAFKA")!, System.Environment.GetEnvironmentVariable("ORCHESTRATOR_POSTGRES")!, ReplayFixture.LongLeaseMs);
        using var worker = ReplayFixture.WorkerOf(host);
        while (true)
        {
            if (!await worker.RunNextAsync(CancellationToken.None))
                await Task.Delay(20);
        }
    }
}
