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
        var seed = Campaign.Seed();
        var chance = new Random(seed);
        var log = new ProcessLog();
        await using var fixture = await CreateAsync(infrastructure);
        var directory = await ScratchDirectory.CreateAsync($"stream-kill-{seed}");
        var services = new List<LoggedProcess>();
        try
        {
            services.Add(Start());
            services.Add(Start());
            using var enough = new CancellationTokenSource();
            var load = Task.Run(() => LoadAsync(fixture, new Random(seed + 1), enough.Token));
            for (var kill = 0; kill < Kills; kill++)
            {
                await Task.Delay(chance.Next(300, 1_500));
                var victim = services[chance.Next(services.Count)];
                services.Remove(victim);
                if (chance.Next(4) == 0)
                    await victim.StopAsync();
                else
                    await victim.KillAsync();
                await victim.DisposeAsync();
                services.Add(Start());
            }
            await enough.CancelAsync();
            var sent = await load;
            AssertChained(await fixture.AnswersAsync(sent));
            Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked"));
            TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {sent} messages, {Kills} kills");
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
            var nonce = $"p{seed}-{chance.Next()}";
            return LoggedProcess.Start(
                nonce, "Orchestrator.Tests.dll",
                StreamService.Environment(fixture.Kafka.BootstrapServers, fixture.ConnectionString, nonce, fixture.Prefix, TimeSpan.FromMilliseconds(150)), log, directory);
        }
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
