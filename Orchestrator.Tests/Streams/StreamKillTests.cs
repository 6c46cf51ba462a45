using Orchestrator.Tests.Campaigns;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Streams.StreamFixture;

namespace Orchestrator.Tests.Streams;

/// <summary>Two services, of which one is killed, or stopped in good order, at random points while messages come, many of them twice.</summary>
public sealed class StreamKillTests(TestInfrastructure infrastructure)
{
    const int Accounts = 200;
    const int Kills = 6;
    const int Rate = 2_000;

    [Fact]
    public async Task Services_when_they_are_killed_at_random_points_do_answer_every_message_once_from_a_state_that_follows()
    {
        await using var fixture = await CreateAsync(infrastructure);
        await KillCampaign.RunAsync("stream-kill", async campaign =>
        {
            var sent = await campaign.KillAsync(
                Kills, 300, 1_500, () => Task.FromResult(fixture.Start(campaign)), enough => LoadAsync(fixture, new Random(campaign.Seed + 1), enough), whenReady: false);
            AssertChained(await fixture.AnswersAsync(sent));
            Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked"));
            campaign.Tell($"{sent} messages, {Kills} kills");
        });
    }

    // Every tenth comes again, at once or up to a hundred messages later.
    static async Task<int> LoadAsync(StreamFixture fixture, Random chance, CancellationToken enough)
    {
        var began = TimeProvider.System.GetTimestamp();
        var sent = 0;
        while (!enough.IsCancellationRequested)
        {
            for (; sent < TimeProvider.System.GetElapsedTime(began).TotalSeconds * Rate; sent++)
            {
                Send(sent);
                if (chance.Next(10) == 0)
                    Send(Math.Max(0, sent - chance.Next(100)));
            }
            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }
        return sent;

        void Send(int n) => fixture.Send(n, $"account{(n * 7_919L) % Accounts}");
    }
}
