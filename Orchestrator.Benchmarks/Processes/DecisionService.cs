using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Benchmarks.Decisions;
using Orchestrator.Decisioning;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>A service that decides as the product does, with all features, the built-in rules and a model of 200 trees.</summary>
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
        builder.Services.AddDecisioning(builder.Configuration).AddOrchestratorMessaging(builder.Configuration);
        builder.Services.AddSingleton<IModelsInForce>(new GrownModel(FeaturePlan.Standard));
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
