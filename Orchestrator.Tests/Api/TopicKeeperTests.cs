using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Activity;
using Orchestrator.Api.Casework;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Ledger;
using Orchestrator.Decisioning;
using Orchestrator.Decisioning.Records;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas;

namespace Orchestrator.Tests.Api;

/// <summary>The groups of the whole service: what each takes, and who keeps the topics that several read.</summary>
public sealed class TopicKeeperTests
{
    [Fact]
    public async Task Topic_when_groups_read_it_has_one_keeper_and_groups_take_what_travels_there()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_KAFKA"] = "127.0.0.1:1",
            ["ORCHESTRATOR_POSTGRES"] = "Host=127.0.0.1;Port=1",
        }).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration);
        services.AddDecisioning(configuration).AddScreening(configuration).AddDecisionRecords(configuration);
        services.AddSagas(configuration).AddAccountSagas(configuration);
        services.AddLedgerRole().AddLedgerApi();
        services.AddCasework(configuration, HostRoles.All).AddActivityApi(configuration, HostRoles.All);
        services.AddOrchestratorMessaging(configuration);
        await using var provider = services.BuildServiceProvider();
        var catalog = provider.GetRequiredService<MessageCatalog>();

        var groups = provider.GetServices<LaneGroup>().Select(g => new Reading(g.Name, g.Topics, g.Takes, g.KeeperOf ?? g.Topics))
            .Concat(provider.GetServices<StreamGroup>().Select(g => new Reading(g.Name, g.Topics, g.Takes, g.KeeperOf ?? g.Topics))).ToList();

        Assert.True(groups.Count >= 8, string.Join(", ", groups.Select(g => g.Name)));
        foreach (var topic in groups.SelectMany(g => g.Topics).Distinct(StringComparer.Ordinal))
        {
            var keepers = groups.Where(g => g.KeeperOf.Contains(topic, StringComparer.Ordinal)).Select(g => g.Name).ToList();
            Assert.True(keepers.Count == 1, $"{topic} is kept by {string.Join(", ", keepers)}: all groups that read it but one say that they are not its keeper (KeeperOf)");
        }
        foreach (var group in groups)
        {
            Assert.True(group.Takes is not null, $"{group.Name} does not say which messages it takes (Takes)");
            Assert.All(group.KeeperOf, t => Assert.Contains(t, group.Topics));
            Assert.All(group.Takes, t => Assert.Contains(catalog.Of(t).Topic, group.Topics));
            Assert.All(group.Topics, t => Assert.Contains(group.Takes, type => catalog.Of(type).Topic == t));
        }
    }

    sealed record Reading(string Name, IReadOnlyList<string> Topics, IReadOnlyCollection<Type>? Takes, IReadOnlyCollection<string> KeeperOf);
}
