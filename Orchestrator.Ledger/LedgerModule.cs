using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Assets;
using Orchestrator.Ledger.Chain;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Figures;
using Orchestrator.Ledger.Lanes;
using Orchestrator.Ledger.Linked;
using Orchestrator.Ledger.Postings;
using Orchestrator.Ledger.Replay;
using Orchestrator.Ledger.Reports;
using Orchestrator.Ledger.Statements;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Telemetry.Stored;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Ledger;

/// <summary>The ledger's registration.</summary>
public static class LedgerModule
{
    /// <summary>The name of the ledger's group of lanes, and of its consumer group.</summary>
    public const string Group = "ledger";

    /// <summary>
    /// Adds the ledger's lanes, which read the topics accounts and ledger-commands, and its snapshots. Needs an <see cref="NpgsqlDataSource"/>,
    /// a <see cref="MessageCatalog"/> and a <see cref="TimeProvider"/>.
    /// </summary>
    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.AddOptions<LedgerOptions>().BindConfiguration(LedgerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddAssets();
        services.AddMetrics();
        services.AddSingleton<LedgerTelemetry>();
        services.AddHostedService<SnapshotTaker>();
        foreach (var contract in OwnContracts)
            services.AddSingleton(contract);
        services.AddSingleton(provider =>
        {
            var catalog = provider.GetRequiredService<MessageCatalog>();
            var database = provider.LaneDatabase();
            var options = provider.GetRequiredService<IOptions<LedgerOptions>>().Value;
            var currencies = provider.GetRequiredService<CurrencyScales>();
            var telemetry = provider.GetRequiredService<LedgerTelemetry>();
            var logger = provider.GetRequiredService<ILogger<LedgerProcessor>>();
            return new LaneGroup
            {
                Name = Group,
                Topics = [catalog.Of(typeof(OpenAccount)).Topic, catalog.Of(typeof(PlaceHold)).Topic],
                Takes = Taken(catalog),
                CreateProcessor = lane => new LedgerProcessor(lane, database, options, currencies, telemetry, logger),
            };
        });
        return services;
    }

    // What Lanes/LedgerProcessor handles.
    static IReadOnlyCollection<Type> Taken(MessageCatalog catalog) =>
    [
        typeof(OpenAccount), typeof(LinkedTransfers), .. OwnContracts.Select(c => c.Type),
        .. catalog.All.Select(c => c.Type).Where(t => t.IsAssignableTo(typeof(IAccountCommand)) || t.IsAssignableTo(typeof(ILedgerCommand))),
    ];

    /// <summary>What the ledger says to itself: what a hold's timer delivers, and the steps of linked transfers.</summary>
    internal static IReadOnlyList<MessageContract> OwnContracts { get; } =
    [
        new MessageContract(
            "orchestrator.ledger.expire-hold.v1", Topics.LedgerCommands, typeof(ExpireHold), message => ((ExpireHold)message).AccountId,
            LedgerJson.Default.ExpireHold),
        .. LinkedContracts.All,
    ];

    /// <summary>
    /// Adds the reading side alone: <see cref="AccountReader"/>, <see cref="PostingReader"/>, <see cref="ChainHeadReader"/>, statements and reports. Needs an
    /// <see cref="NpgsqlDataSource"/> and a <see cref="TimeProvider"/>; <see cref="IdleAccountSearch"/>, which publishes, messaging too.
    /// </summary>
    public static IServiceCollection AddLedgerReader(this IServiceCollection services)
    {
        services.AddOptions<IdleAccountOptions>().BindConfiguration(IdleAccountOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IdleAccountSearch>();
        services.AddSingleton<IStoredFigures, LedgerFigures>();
        return services.AddSingleton<AccountReader>().AddSingleton<PostingReader>().AddSingleton<ChainHeadReader>().AddSingleton<AssetScales>().AddAssets().AddStatements().AddReports();
    }
}
