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
        var seed = Campaign.Seed();
        var chance = new Random(seed);
        var log = new ProcessLog();
        await using var fixture = await DecisioningFixture.CreateAsync(infrastructure);
        var directory = await ScratchDirectory.CreateAsync($"decide-kill-{seed}");
        var services = new List<LoggedProcess>();
        var started = 0;
        try
        {
            services.Add(Start());
            services.Add(Start());
            using var enough = new CancellationTokenSource();
            var load = Task.Run(() => LoadAsync(fixture, new Random(seed + 1), enough.Token));
            await RandomKills.RunAsync(services, Kills, chance, 500, 2_000, Start);
            await enough.CancelAsync();
            var sent = await load;
            var decisions = await fixture.DecisionsAsync(sent);
            Assert.Equal(sent, decisions.Count);
            Assert.Empty(DecidedHistories.Breaches(decisions));
            TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {sent} transactions, {Kills} kills");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"Again with ORCHESTRATOR_TEST_SEED={seed}. {e.Message}\n{log.Tail(40)}", e);
        }
        finally
        {
            foreach (var service in services)
                await service.DisposeAsync();
        }

        LoggedProcess Start()
        {
            var settings = fixture.Settings(snapshotSeconds: 1).ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value!, StringComparer.Ordinal);
            settings["Logging__LogLevel__Microsoft"] = "Warning";
            settings["DOTNET_TieredPGO"] = settings["DOTNET_gcServer"] = "0";
            var own = System.IO.Directory.CreateDirectory(Path.Combine(directory, $"{++started}")).FullName;
            return LoggedProcess.Start(
                $"service {started}", "Orchestrator.Api.dll", settings, log, own, "--contentRoot", AppContext.BaseDirectory, "--urls", "http://127.0.0.1:0", "--roles", "decisioning");
        }
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
