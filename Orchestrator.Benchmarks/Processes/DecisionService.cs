using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Benchmarks.Decisions;
using Orchestrator.Contracts;
using Orchestrator.Decisioning;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Schema;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>A service that decides on stream lanes, configured as the product is.</summary>
sealed class DecisionService : IChild
{
    public const string Role = "decision-service";

    readonly IHost _host;

    DecisionService(IHost host) => _host = host;

    public IReadOnlyDictionary<string, string> Ready { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public static async Task<IChild> StartAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        var options = new DecisioningOptions();
        var rules = RulesStreamProcessor.BuiltIn();
        builder.Services.AddSingleton(new StreamGroup
        {
            Name = "decision-streams",
            Topics = [Topics.Transactions],
            OutputTopic = Topics.Decisions,
            CreateProcessor = _ => new RulesStreamProcessor(rules, options),
        });
        builder.Services.AddOrchestratorMessaging(builder.Configuration);
        await Migrations.ApplyAsync(builder.Configuration["ORCHESTRATOR_POSTGRES"]!);
        var host = builder.Build();
        await host.StartAsync();
        return new DecisionService(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
