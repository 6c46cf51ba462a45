using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Ledger;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;
using Xunit;

namespace Orchestrator.Tests.Ledger;

public sealed class LedgerModuleTests
{
    [Fact]
    public async Task Group_when_topics_are_renamed_does_read_them_by_their_names()
    {
        await using var provider = Provider(("Ledger:CachedAccountsPerLane", "2000"));

        var group = provider.GetRequiredService<LaneGroup>();

        Assert.Equal("ledger", group.Name);
        Assert.Equal(["accounts", "bank.commands"], group.Topics);
        await using var processor = group.CreateProcessor(new LaneId(group.Name, 3));
        Assert.NotNull(processor);
    }

    [Fact]
    public async Task Options_when_out_of_range_does_name_them()
    {
        await using var provider = Provider(("Ledger:CachedAccountsPerLane", "1"));

        var refused = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<LedgerOptions>>().Value);

        Assert.Contains(nameof(LedgerOptions.CachedAccountsPerLane), refused.Message, StringComparison.Ordinal);
    }

    static ServiceProvider Provider((string Key, string Value) setting)
    {
        var topics = new Dictionary<string, string>(StringComparer.Ordinal) { [Topics.LedgerCommands] = "bank.commands" };
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new(setting.Key, setting.Value)]).Build())
            .AddLogging()
            .AddSingleton(new MessageCatalog(ContractCatalog.All, topics))
            .AddSingleton(_ => NpgsqlDataSource.Create("Host=nowhere"))
            .AddLedger()
            .BuildServiceProvider();
    }
}
