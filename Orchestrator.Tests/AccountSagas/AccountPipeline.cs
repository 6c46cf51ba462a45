using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas;
using Orchestrator.Sagas.AccountSagas;
using Orchestrator.Tests.Sagas;
using Xunit;

[assembly: AssemblyFixture(typeof(Orchestrator.Tests.AccountSagas.AccountPipeline))]

namespace Orchestrator.Tests.AccountSagas;

/// <summary>The account sagas' real pipeline on a started bus, without Kafka; nothing is stored unless a test asks for a database.</summary>
public sealed class AccountPipeline : IAsyncLifetime
{
    public static MessageCatalog Catalog { get; } = new(ContractCatalog.All.Append(AccountSagasModule.DeadlineContract));

    readonly NpgsqlDataSource _nowhere = NpgsqlDataSource.Create("Host=nowhere.invalid");
    ServiceProvider? _provider;

    internal Task<AccountLane> OpenLaneAsync() => OpenLaneAsync(_provider!, AccountSagasModule.Group, database: null);

    internal static async Task<AccountLane> OpenLaneAsync(ServiceProvider provider, string group, NpgsqlDataSource? database, int partition = 0)
    {
        var lane = new LaneId(group, partition);
        var processor = provider.GetServices<LaneGroup>().Single(g => g.Name == group).CreateProcessor(lane);
        await processor.OpenAsync(CancellationToken.None);
        return new AccountLane(lane, processor, database);
    }

    /// <summary>A pipeline of its own, on a database.</summary>
    internal static Task<ServiceProvider> StartAsync(NpgsqlDataSource database) => StartAsync(database, isStored: true);

    static Task<ServiceProvider> StartAsync(NpgsqlDataSource database, bool isStored) => StartedBus.StartAsync(Catalog, services =>
    {
        services.AddSingleton(database);
        if (!isStored)
            services.AddSingleton<ISagaLoader<AccountSaga>, NothingStored<AccountSaga>>();
        services.AddAccountSagas(new ConfigurationBuilder().Build()).AddAccountSagasReader();
    });

    public async ValueTask InitializeAsync() => _provider = await StartAsync(_nowhere, isStored: false);

    public async ValueTask DisposeAsync()
    {
        if (_provider is not null)
            await StartedBus.StopAsync(_provider);
        await _nowhere.DisposeAsync();
    }
}
