using Orchestrator.Messaging.Schema;
using Orchestrator.Tests.Campaigns;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Deploy;

/// <summary>
/// Two processes of an older version are replaced by two of this one under load, over Kafka and HTTP, as docs/operations.md says: the schema is expanded while the older ones run,
/// a new one joins, an older one drains, until none is left. Everything that a campaign checks must hold, and no request may fail but in a way that the same request again mends.
/// </summary>
[Collection(CampaignCollection.Name)]
public sealed class RollingUpgradeTests
{
    static readonly TimeSpan WithinPauses = TimeSpan.FromSeconds(60);

    [Fact]
    [Trait("Category", "Long")]
    public async Task Services_when_they_are_replaced_by_a_newer_version_one_by_one_do_everything_once()
    {
        var older = await OlderVersion.BuildAsync();
        if (older is null)
        {
            Assert.Skip($"The history is not here: commit {OlderVersion.Commit} is needed.");
            return;
        }
        var seed = Campaign.Seed();
        await Campaign.RunAsync("upgrade", seed, campaign => UpgradeAsync(campaign, seed, older), older);
    }

    static async Task UpgradeAsync(Campaign campaign, int seed, string older)
    {
        var first = campaign.Services[0];
        var second = campaign.StartService(older);
        await Campaign.ReadyAsync(second);
        await using var callers = new HttpCallers(campaign, seed);
        await CallsAsync(campaign, callers);
        var before = await campaign.Servers.QueryAsync("select count(*) from public.schema_migrations");

        // The older ones go on beside the wider schema.
        campaign.Done("expanding the schema");
        var applied = await Migrations.ExpandAsync(campaign.Servers.Postgres.ConnectionString);
        Assert.True(applied.Count > 0, $"{before[0][0]} migrations, and none is new: the older version is not older");
        await CallsAsync(campaign, callers);

        foreach (var leaving in new[] { first, second })
        {
            campaign.Done("a newer one joins");
            await Campaign.ReadyAsync(campaign.StartService());
            await CallsAsync(campaign, callers);
            await campaign.StopAsync(leaving);
            await CallsAsync(campaign, callers);
        }

        // All lanes are with those that are left.
        await LaneOwners.SharedAsync(campaign);
        await CallsAsync(campaign, callers);
        await callers.StopAsync();
        Assert.Empty(callers.Breaches);
        TestContext.Current.TestOutputHelper?.WriteLine($"{callers.Accepted} requests accepted, {callers.Retries} made again");
    }

    // Over Kafka and over HTTP things go on.
    static async Task CallsAsync(Campaign campaign, HttpCallers callers)
    {
        await campaign.ProgressAsync();
        var accepted = callers.Accepted;
        await Eventually.HoldsAsync("requests are accepted", () => callers.Accepted >= accepted + 20 || callers.Breaches.Count > 0, WithinPauses);
        Assert.Empty(callers.Breaches);
    }
}
