using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Benchmarks.Orders;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>A service that runs the order saga and its two consumers, configured as the product is.</summary>
sealed class OrdersService : IChild
{
    public const string Role = "orders-service";

    readonly IHost _host;

    OrdersService(IHost host) => _host = host;

    public IReadOnlyDictionary<string, string> Ready { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public static async Task<IChild> StartAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddOrders();
        builder.Services.AddOrchestratorMessaging(builder.Configuration);
        var postgres = builder.Configuration["ORCHESTRATOR_POSTGRES"]!;
        await Migrations.ApplyAsync(postgres);
        await using (var database = NpgsqlDataSource.Create(postgres))
        await using (var schema = database.CreateCommand(OrderStateMap.Schema))
            await schema.ExecuteNonQueryAsync();

        var host = builder.Build();
        await host.StartAsync();
        return new OrdersService(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
