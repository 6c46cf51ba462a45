using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.MassTransit;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Telemetry.Stored;
using Orchestrator.Sagas.Attention;
using Orchestrator.Sagas.Figures;
using Orchestrator.Sagas.Search;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas;

/// <summary>Registers the sagas.</summary>
public static class SagasModule
{
    /// <summary>The name of the sagas' group of lanes, and of their consumer group.</summary>
    public const string Group = "sagas";

    /// <summary>
    /// Adds the sagas' lanes, which read transactions, decisions and ledger-replies. Call it before messaging is added. Needs an
    /// <see cref="NpgsqlDataSource"/>, a <see cref="TimeProvider"/> and a message catalog, which messaging brings.
    /// </summary>
    public static IServiceCollection AddSagas(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TransactionSagaOptions>()
            .Bind(configuration.GetSection(TransactionSagaOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton(DeadlineContract);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new TransactionStateMachine(provider.GetRequiredService<IOptions<TransactionSagaOptions>>().Value));
        services.AddSingleton<ISagaWatcher<TransactionSaga>, TallyWatcher>();
        services.AddSingleton<ISagaWatcher<TransactionSaga>, OperationWatcher>();
        services.AddSingleton<ISagaWatcher<TransactionSaga>, TransactionDuration>();
        services.AddSingleton<ISagaWatcher<TransactionSaga>, AttentionWatcher>();
        services.AddLaneEndpoint(
            Group,
            provider => [provider.TopicOf<TransactionSubmitted>(), provider.TopicOf<FraudAssessed>(), provider.TopicOf<HoldPlaced>()],
            endpoint => endpoint.StateMachineSaga(
                endpoint.Services.GetRequiredService<TransactionStateMachine>(),
                new TransactionSagaMap(),
                endpoint.Services.GetRequiredService<IOptions<TransactionSagaOptions>>().Value.KeptInMemory),
            takes: provider => provider.GetRequiredService<TransactionStateMachine>().TakenBy(),
            // The store of decisions keeps those.
            keeperOf: provider => [provider.TopicOf<TransactionSubmitted>(), provider.TopicOf<HoldPlaced>()]);
        return services;
    }

    /// <summary>
    /// Adds the reading side alone: <see cref="TransactionReader"/>, <see cref="OperationReader"/>, <see cref="TallyReader"/>, <see cref="AttentionReader"/> and
    /// <see cref="TransactionSearch"/>. Needs an <see cref="NpgsqlDataSource"/>.
    /// </summary>
    public static IServiceCollection AddSagasReader(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => new SagaTable<TransactionSaga>(new TransactionSagaMap()));
        services.AddSingleton<TransactionReader>();
        services.AddSingleton<OperationReader>();
        services.AddSingleton<TallyReader>();
        services.AddSingleton<AttentionReader>();
        services.AddSingleton<TransactionSearch>();
        services.AddSingleton<OverdueTransactions>();
        services.AddSingleton<HoldWarnings>();
        services.AddSingleton<IStoredFigures, SagaFigures>();
        return services;
    }

    /// <summary>What a transaction's timer delivers.</summary>
    internal static MessageContract DeadlineContract { get; } = new(
        "orchestrator.transaction.deadline.v1",
        Topics.Transactions,
        typeof(TransactionDeadline),
        message => ((TransactionDeadline)message).SourceAccountId,
        SagasJson.Default.TransactionDeadline);
}
