using Orchestrator.Benchmarks.Bare;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Benchmarks.Transfers;
using Orchestrator.Messaging.Embedded;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>The product in a process of its own, on servers of its own, with accounts open: what transfer, latency and soak start from.</summary>
sealed class TransferStage : IAsyncDisposable
{
    TransferStage(BenchServers servers, ChildProcess service, TransferAccounts accounts)
    {
        Servers = servers;
        Service = service;
        Accounts = accounts;
    }

    public BenchServers Servers { get; }

    public ChildProcess Service { get; }

    public TransferAccounts Accounts { get; }

    public static async Task<TransferStage> StartAsync(int accounts, RunContext context)
    {
        var servers = await BenchServers.StartAsync(
            [.. EmbeddedBrokerOptions.DefaultTopics, BareParts.There, BareParts.Back], CommonSettings.Partitions, context);
        try
        {
            var stage = new TransferStage(
                servers, await servers.StartServiceAsync(TransfersService.Role, context.Stop), new TransferAccounts(accounts, CommonSettings.Partitions));
            try
            {
                await stage.Accounts.OpenAsync(servers, context.Stop);
                return stage;
            }
            catch
            {
                await stage.Service.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the service in good order; the servers stay.</summary>
    public ValueTask StopServiceAsync() => Service.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Servers.DisposeAsync();
    }
}
