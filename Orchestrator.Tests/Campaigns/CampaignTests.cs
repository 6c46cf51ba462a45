namespace Orchestrator.Tests.Campaigns;

/// <summary>
/// Services, database and broker are brought down under load, at random points, again and again; then every transaction must have come to one end, all
/// money must be there, and all that was decided must have been announced. docs/design/campaigns.md says what is checked. They need the machine for
/// themselves.
/// </summary>
[Collection(CampaignCollection.Name)]
public sealed class CampaignTests
{
    // What a round of the long campaigns does; a short one does less.
    const int Kills = 20;
    const int Troubles = 8;
    const int Rounds = 50;

    [Fact]
    public Task Service_when_it_is_killed_at_random_points_does_everything_once() => RoundsAsync(1, seed => KilledAsync(seed, 5));

    [Fact]
    [Trait("Category", "Long")]
    public Task Service_when_it_is_killed_a_thousand_times_does_everything_once() => RoundsAsync(Rounds, seed => KilledAsync(seed, Kills));

    [Fact]
    public Task Service_when_the_database_crashes_does_everything_once() => RoundsAsync(1, seed => DatabaseCrashesAsync(seed, 3));

    [Fact]
    [Trait("Category", "Long")]
    public Task Service_when_the_database_crashes_many_times_does_everything_once() => RoundsAsync(Rounds, seed => DatabaseCrashesAsync(seed, Troubles));

    [Fact]
    public Task Service_when_the_broker_goes_down_and_up_does_everything_once() => RoundsAsync(1, seed => BrokerGoesAsync(seed, 4));

    [Fact]
    [Trait("Category", "Long")]
    public Task Service_when_the_broker_goes_down_and_up_many_times_does_everything_once() => RoundsAsync(Rounds, seed => BrokerGoesAsync(seed, Troubles));

    [Fact]
    public Task Services_when_they_join_and_leave_do_everything_once() => RoundsAsync(1, seed => TheyJoinAndLeaveAsync(seed, 4));

    [Fact]
    [Trait("Category", "Long")]
    public Task Services_when_they_join_and_leave_many_times_do_everything_once() => RoundsAsync(Rounds, seed => TheyJoinAndLeaveAsync(seed, Troubles));

    static async Task RoundsAsync(int rounds, Func<int, Task> round)
    {
        var seed = Campaign.Seed();
        for (var i = 0; i < rounds; i++)
            await round(seed + i);
    }

    static Task KilledAsync(int seed, int kills) => Campaign.RunAsync("kill", seed, async campaign =>
    {
        for (var kill = 0; kill < kills; kill++)
        {
            await campaign.RandomWhileAsync(200, 1_500);
            await campaign.KillAsync(campaign.Services[0]);
            campaign.StartService();
            // Most live until they work; some die while they start.
            if (campaign.Chance.Next(5) > 0)
                await campaign.ProgressAsync();
        }
        await campaign.ProgressAsync();
    });

    static Task DatabaseCrashesAsync(int seed, int crashes) => Campaign.RunAsync("database", seed, async campaign =>
    {
        // The second one's share of lanes is on the move when the first crash comes. One that starts without a database says so and ends.
        await Campaign.ReadyAsync(campaign.StartService());
        for (var crash = 0; crash < crashes; crash++)
        {
            await campaign.RandomWhileAsync(300, 2_000);
            campaign.Done("crashing the database");
            await campaign.Servers.Postgres.RestartAsync(immediate: true);
            if (campaign.Chance.Next(4) > 0)
                await campaign.ProgressAsync();
        }
        await campaign.ProgressAsync();
    });

    static Task BrokerGoesAsync(int seed, int outages) => Campaign.RunAsync("broker", seed, async campaign =>
    {
        for (var outage = 0; outage < outages; outage++)
        {
            await campaign.RandomWhileAsync(200, 2_000);
            campaign.Done("broker down");
            await campaign.Servers.SetBrokerDownAsync();
            await campaign.RandomWhileAsync(50, outage % 4 == 3 ? 4_000 : 800);
            if (outage == Math.Min(4, outages - 1))
                await campaign.StopAsync(campaign.Services[0]);
            await campaign.Servers.SetBrokerUpAsync();
            if (campaign.Services.Count == 0)
                campaign.StartService();
            if (campaign.Chance.Next(4) > 0)
                await campaign.ProgressAsync();
        }
        await campaign.ProgressAsync();
    });

    static Task TheyJoinAndLeaveAsync(int seed, int changes) => Campaign.RunAsync("members", seed, async campaign =>
    {
        const int most = 3;
        for (var change = 0; change < changes; change++)
        {
            if (campaign.Services.Count == 1 || (campaign.Services.Count < most && campaign.Chance.Next(2) == 0))
            {
                campaign.Done("one more");
                campaign.StartService();
            }
            else
            {
                var leaving = campaign.Services[campaign.Chance.Next(campaign.Services.Count)];
                await (campaign.Chance.Next(2) == 0 ? campaign.KillAsync(leaving) : campaign.StopAsync(leaving));
            }
            // Some changes meet a group that is still in motion.
            if (campaign.Chance.Next(3) > 0)
                await LaneOwners.SharedAsync(campaign);
            await campaign.RandomWhileAsync(100, 1_500);
        }
        await LaneOwners.SharedAsync(campaign);
        await campaign.ProgressAsync();
    });
}

/// <summary>Campaigns run one at a time, and beside nothing else.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CampaignCollection
{
    public const string Name = "Campaigns";
}
