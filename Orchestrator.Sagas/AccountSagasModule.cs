using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Telemetry.Stored;
using Orchestrator.Sagas.AccountSagas;
using Orchestrator.Sagas.Figures;

namespace Orchestrator.Sagas;

/// <summary>Registers the account sagas: apart from those of transactions, which do not wait for them.</summary>
public static class AccountSagasModule
{
    /// <summary>The name of the account sagas' group of lanes.</summary>
    public const string Group = "account-sagas";

    /// <summary>The name of the group that knows identities.</summary>
    public const string IdentitiesGroup = "identities";

    // Where there are many alerts they may wait so long for one another: transactions need the database more.
    static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Adds the account sagas' lanes, which read accounts and alerts, and those of identities. Call it before messaging is added. Needs an
    /// <see cref="NpgsqlDataSource"/>, a <see cref="TimeProvider"/> and a message catalog, which messaging brings.
    /// </summary>
    public static IServiceCollection AddAccountSagas(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AccountSagaOptions>()
            .Bind(configuration.GetSection(AccountSagaOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton(DeadlineContract);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new AccountStateMachine(provider.GetRequiredService<IOptions<AccountSagaOptions>>().Value));
        services.AddLaneEndpoint(
            Group,
            provider => [provider.TopicOf<OpenAccount>(), provider.TopicOf<AlertRaised>()],
            endpoint => endpoint.StateMachineSaga(
                endpoint.Services.GetRequiredService<AccountStateMachine>(),
                new AccountSagaMap(),
                endpoint.Services.GetRequiredService<IOptions<AccountSagaOptions>>().Value.KeptInMemory),
            rest: Rest,
            takes: provider => provider.GetRequiredService<AccountStateMachine>().TakenBy(),
            // The ledger keeps accounts, and casework alerts.
            keeperOf: _ => []);
        services.AddSingleton(provider =>
        {
            var database = provider.LaneDatabase();
            return new LaneGroup
            {
                Name = IdentitiesGroup,
                Topics = [provider.TopicOf<OpenAccount>()],
                CreateProcessor = _ => new IdentitiesProcessor(database),
                Takes = [typeof(CheckIdentity)],
                KeeperOf = [],
                Rest = Rest,
            };
        });
        return services;
    }

    /// <summary>Adds the reading side alone: <see cref="AccountSagaReader"/>, <see cref="AccountSearch"/> and what is measured. Needs an <see cref="NpgsqlDataSource"/>.</summary>
    public static IServiceCollection AddAccountSagasReader(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => new SagaTable<AccountSaga>(new AccountSagaMap()));
        services.AddSingleton<AccountSagaReader>().AddSingleton<AccountSearch>();
        services.AddSingleton<IStoredFigures, AccountSagaFigures>();
        return services;
    }

    /// <summary>What an account's timer delivers.</summary>
    internal static MessageContract DeadlineContract { get; } = new(
        "orchestrator.account.deadline.v1",
        Topics.Accounts,
        typeof(AccountDeadline),
        message => ((AccountDeadline)message).AccountId,
        SagasJson.Default.AccountDeadline);
}
