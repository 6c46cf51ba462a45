using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Contracts;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Tests.Streams;

/// <summary>A service that runs stream lanes with a <see cref="ChainProcessor"/>, in the test's process or, to be killed, in one of its own.</summary>
public static class StreamService
{
    /// <summary>The variable whose presence makes the test program this service: its value tells this opening from others.</summary>
    public const string Variable = "ORCHESTRATOR_TEST_STREAM_SERVICE";

    const string Prefix = "ORCHESTRATOR_TEST_STREAM_PREFIX";
    const string Interval = "ORCHESTRATOR_TEST_STREAM_SNAPSHOT_MS";

    /// <summary>Starts it here.</summary>
    public static async Task<IHost> StartAsync(
        string kafka, string postgres, Func<StreamGroup, StreamGroup>? change, ChainProcessor.Behaviour behaviour, string nonce, string prefix, LogLevel log, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(log).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_KAFKA"] = kafka,
            ["ORCHESTRATOR_POSTGRES"] = postgres,
            ["Messaging:Partitions"] = StreamFixture.Partitions.ToString(CultureInfo.InvariantCulture),
            ["Messaging:HeartbeatMs"] = "50",
            ["Messaging:MaxBackoffMs"] = "200",
        });
        foreach (var topic in StreamFixture.TopicNames)
            builder.Configuration["Topics:" + topic] = prefix + topic;
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        builder.Services.AddOrchestratorMessaging(builder.Configuration);
        var opened = 0;
        var group = new StreamGroup
        {
            Name = prefix + StreamFixture.GroupName,
            Topics = [prefix + Topics.Transactions],
            OutputTopic = prefix + Topics.Decisions,
            CreateProcessor = _ => new ChainProcessor($"{nonce}-{Interlocked.Increment(ref opened)}", behaviour),
            SnapshotInterval = TimeSpan.FromMilliseconds(200),
        };
        builder.Services.AddSingleton(change?.Invoke(group) ?? group);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>What a process of its own must know.</summary>
    public static Dictionary<string, string> Environment(string kafka, string postgres, string nonce, string prefix, TimeSpan snapshotInterval) => new(StringComparer.Ordinal)
    {
        [Variable] = nonce,
        [Prefix] = prefix,
        [Interval] = ((int)snapshotInterval.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        ["ORCHESTRATOR_KAFKA"] = kafka,
        ["ORCHESTRATOR_POSTGRES"] = postgres,
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_gcServer"] = "0",
    };

    /// <summary>Runs it until the process is asked to stop, or killed.</summary>
    public static async Task<int> RunAsync(string nonce)
    {
        var interval = int.Parse(System.Environment.GetEnvironmentVariable(Interval)!, CultureInfo.InvariantCulture);
        using var host = await StartAsync(
            System.Environment.GetEnvironmentVariable("ORCHESTRATOR_KAFKA")!,
            System.Environment.GetEnvironmentVariable("ORCHESTRATOR_POSTGRES")!,
            g => new StreamGroup
            {
                Name = g.Name, Topics = g.Topics, OutputTopic = g.OutputTopic, CreateProcessor = g.CreateProcessor,
                SnapshotInterval = TimeSpan.FromMilliseconds(interval), SnapshotMessages = 500,
            },
            new ChainProcessor.Behaviour { PaddingBytes = 200 },
            nonce,
            System.Environment.GetEnvironmentVariable(Prefix) ?? "",
            LogLevel.Warning);
        await using var asked = new AskServer(host.Services.GetRequiredService<StreamHost>(), (System.Environment.GetEnvironmentVariable(Prefix) ?? "") + StreamFixture.GroupName);
        await Console.Out.WriteLineAsync($"{asked.Port}");
        await Console.Error.WriteLineAsync("service Ready at its lanes");
        await host.WaitForShutdownAsync();
        return 0;
    }
}
