using Orchestrator.Tests.Campaigns;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Decisioning.Live;

/// <summary>Two services that only decide, of which one is killed or stopped at random points while transactions come, many of them twice.</summary>
public sealed class DecisioningKillTests(TestInfrastructure infrastructure)
{
    const int Accounts = 100;
    const int Kills = 5;
    const int Rate = 400;

    [Fact]
    public async Task Services_when_they_are_killed_decide_every_transaction_once_and_forget_none()
    {
        await using var fixture = await DecisioningFixture.CreateAsync(infrastructure);
        var settings = fixture.Settings(snapshotSeconds: 1).ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value!, StringComparer.Ordinal);
        await KillCampaign.RunAsync("decide-kill", async campaign =>
        {
            var sent = await campaign.KillAsync(
                Kills, 500, 2_000, () => Task.FromResult(campaign.StartService(settings, "decisioning")), enough => LoadAsync(fixture, new Random(campaign.Seed + 1), enough));
            var decisions = await fixture.DecisionsAsync(sent);
            Assert.Equal(sent, decisions.Count);
            Assert.Empty(DecidedHistories.Breaches(decisions));
            campaign.Tell($"{sent} transactions, {Kills} kills");
        });
    }

    // Every tenth comes again, at once or up to a hundred later.
    static async Task<int> LoadAsync(DecisioningFixture fixture, Random chance, CancellationToken enough)
    {
        var began = TimeProvider.System.GetTimestamp();
        var first = TimeProvider.System.GetUtcNow();
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

        void Send(int n) => fixture.Send(Transactions.Of(1_000 + (n % 500), first.AddMilliseconds(n), source: $"account{n % Accounts}") with
        {
            TransactionId = new Guid(n, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]), DestinationAccountId = $"payee{n % 17}", TerminalId = $"terminal{n % 23}",
        });
    }
}
