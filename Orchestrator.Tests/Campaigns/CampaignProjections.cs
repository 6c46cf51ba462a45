using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Ledger.Projections;
using Orchestrator.Ledger.Projections.Balances;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Tests.Campaigns;

/// <summary>What was folded while everything came down again and again.</summary>
static class CampaignProjections
{
    /// <summary>How many events the balances hold; null while nobody knows.</summary>
    public static async Task<long?> FoldedAsync(CampaignServers servers)
    {
        var served = await servers.TryQueryAsync("select generation from ledger.projection where name = 'balances' and state = 'active'");
        return served is [[int generation]]
            ? (await servers.TryQueryAsync($"select coalesce(sum(sequence), 0)::bigint from ledger_balances_{generation}.watermark"))?[0][0] as long?
            : null;
    }

    /// <summary>Where the balances are not what the ledger's events make.</summary>
    public static async Task<IReadOnlyList<string>> BreachesAsync(CampaignServers servers)
    {
        await using var database = NpgsqlDataSource.Create(servers.Postgres.ConnectionString);
        var check = new ProjectionCheck(
            database, new ProjectionCatalog(database), [new BalancesProjection()], new MessagingOptions { Partitions = CampaignServers.Lanes },
            Options.Create(new ProjectionOptions()));
        return await check.RunAsync(BalancesProjection.ProjectionName, CancellationToken.None) is CheckOutcome.Checked { View: var found }
            ? found is { Agrees: true, EventsBehind: 0 } ? [] : [$"balances, generation {found.Generation}: {found.EventsBehind} events behind, {found.Difference}"]
            : ["balances could not be checked"];
    }
}
