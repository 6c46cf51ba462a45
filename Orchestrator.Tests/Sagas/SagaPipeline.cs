using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas;
using Orchestrator.Sagas.TransactionSagas;
using Xunit;

[assembly: AssemblyFixture(typeof(Orchestrator.Tests.Sagas.SagaPipeline))]

namespace Orchestrator.Tests.Sagas;

/// <summary>The sagas' real pipeline on a started bus, without Kafka; nothing is stored unless a test asks for a database.</summary>
public sealed class SagaPipeline : IAsyncLifetime
{
    public static MessageCatalog Catalog { get; } = new(ContractCatalog.All.Append(SagasModule.DeadlineContract));

    readonly ConcurrentDictionary<(FraudDefault, FraudOutcome), Lazy<Task<ServiceProvider>>> _providers = new();

    internal async Task<TransactionLane> OpenLaneAsync(FraudDefault assessmentDefault = FraudDefault.Decline, FraudOutcome reviewDefault = FraudOutcome.Decline)
    {
        var provider = await _providers.GetOrAdd(
            (assessmentDefault, reviewDefault), _ => new(() => StartAsync(assessmentDefault, database: null, reviewDefault))).Value;
        var processor = provider.GetRequiredService<LaneGroup>().CreateProcessor(new LaneId(SagasModule.Group, 0));
        await processor.OpenAsync(CancellationToken.None);
        return new TransactionLane(processor);
    }

    internal static Task<ServiceProvider> StartAsync(
        FraudDefault assessmentDefault, NpgsqlDataSource? database, FraudOutcome reviewDefault = FraudOutcome.Decline,
        ISagaLoader<TransactionSaga>? loader = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([
                new($"{TransactionSagaOptions.Section}:AssessmentDefault", assessmentDefault.ToString()),
                new($"{TransactionSagaOptions.Section}:ReviewDefault", reviewDefault.ToString()),
            ])
            .Build();
        return StartedBus.StartAsync(Catalog, services =>
        {
            if (database is null)
                services.AddSingleton(loader ?? new NothingStored<TransactionSaga>());
            else
                services.AddSingleton(database);
            services.AddSagas(configuration).AddSagasReader();
        });
    }

    internal static LaneProcessor Processor(IServiceProvider provider) =>
        provider.GetRequiredService<LaneGroup>().CreateProcessor(new LaneId(SagasModule.Group, 0));

    internal static object Body(OutgoingMessage message) => SagaLane.Body(Catalog, message);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in _providers.Values)
            await StartedBus.StopAsync(await provider.Value);
    }
}

/// <summary>What is assumed when the assessment does not come.</summary>
public enum FraudDefault
{
    Decline,
    Review,
}
