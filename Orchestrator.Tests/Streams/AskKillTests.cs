using System.Collections.Concurrent;
using System.Globalization;
using Orchestrator.Messaging.Streams;
using Orchestrator.Tests.Campaigns;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Streams.StreamFixture;

namespace Orchestrator.Tests.Streams;

/// <summary>Two services, of which one is killed or stopped at random points while messages come and callers ask, many of them twice.</summary>
public sealed class AskKillTests(TestInfrastructure infrastructure)
{
    const int Accounts = 100;
    const int Kills = 6;
    const int Rate = 500;
    const int Callers = 8;
    const int FirstAsked = 10_000_000;
    const string Before = $"!{nameof(StreamReply.AnsweredBefore)}";

    [Fact]
    public async Task Services_when_they_are_killed_while_callers_ask_take_back_no_answer_and_lose_no_state()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var ports = new Ports();
        await KillCampaign.RunAsync("ask-kill", async campaign =>
        {
            var (sent, given) = await campaign.KillAsync(
                Kills, 300, 1_500, () => StartAsync(campaign), enough => LoadAndCallAsync(fixture, ports, campaign.Seed, enough), whenReady: false, ports.Gone);
            await CheckAsync(fixture, sent, given);
            campaign.Tell($"{sent} messages, {given.Count} answers to callers, {Kills} kills");
        });

        async Task<LoggedProcess> StartAsync(KillCampaign campaign)
        {
            var service = fixture.Start(campaign);
            ports.Came(service, int.Parse(await service.AnswerAsync(), CultureInfo.InvariantCulture));
            return service;
        }
    }

    static async Task<(int Sent, List<(int Number, string? Said)> Given)> LoadAndCallAsync(StreamFixture fixture, Ports ports, int seed, CancellationToken enough)
    {
        var callers = Enumerable.Range(0, Callers).Select(c => Task.Run(() => CallAsync(c, ports, new Random(seed + 1 + c), enough), CancellationToken.None)).ToList();
        var sent = await LoadAsync(fixture, enough);
        return (sent, [.. (await Task.WhenAll(callers)).SelectMany(g => g)]);
    }

    static async Task CheckAsync(StreamFixture fixture, int sent, List<(int Number, string? Said)> given)
    {
        var asked = given.Select(g => g.Number).Distinct().Count();
        var answers = await fixture.AnswersAsync(sent + asked);
        AssertChained(answers);
        var byId = answers.ToDictionary(a => a.TransactionId, a => a.RulesVersion);
        Assert.All(given, g => Assert.Equal(byId[Id(g.Number)], g.Said ?? byId[Id(g.Number)]));
        Assert.Equal(sent + asked, answers.Count);
        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked"));
    }

    // Asks each until somebody says something, or that it was answered before and is not remembered; and every third once more later on.
    static async Task<List<(int Number, string? Said)>> CallAsync(int caller, Ports ports, Random chance, CancellationToken enough)
    {
        var given = new List<(int, string?)>();
        using var lines = new Lines();
        for (var n = 0; !enough.IsCancellationRequested; n++)
        {
            var number = FirstAsked + (n * Callers) + caller;
            given.Add((number, await UntilSaidAsync(number)));
            if (chance.Next(3) == 0)
                given.Add(await AgainAsync(FirstAsked + (chance.Next(Math.Max(0, n - 50), n + 1) * Callers) + caller));
        }
        return given;

        async Task<(int, string?)> AgainAsync(int number) => (number, await UntilSaidAsync(number));

        async Task<string?> UntilSaidAsync(int number)
        {
            string? said = null;
            await Eventually.HoldsAsync($"{number} is answered", async () =>
            {
                foreach (var port in ports.All(chance))
                {
                    said = await lines.Of(port).AskAsync(number, $"account{number * 7_919L % Accounts}");
                    if (said is { } text && (text[0] != '!' || text == Before))
                        return true;
                    if (said is null)
                        lines.Drop(port);
                }
                return false;
            });
            return said == Before ? null : said;
        }
    }

    static async Task<int> LoadAsync(StreamFixture fixture, CancellationToken enough)
    {
        var began = TimeProvider.System.GetTimestamp();
        var sent = 0;
        while (!enough.IsCancellationRequested)
        {
            for (; sent < TimeProvider.System.GetElapsedTime(began).TotalSeconds * Rate; sent++)
                fixture.Send(sent, $"account{sent * 7_919L % Accounts}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }
        return sent;
    }

    /// <summary>Where the services that live listen.</summary>
    sealed class Ports
    {
        readonly ConcurrentDictionary<string, int> _ports = new(StringComparer.Ordinal);

        public void Came(LoggedProcess service, int port) => _ports[service.Name] = port;

        public void Gone(LoggedProcess service) => _ports.TryRemove(service.Name, out _);

        public int[] All(Random chance)
        {
            int[] all = [.. _ports.Values];
            chance.Shuffle(all);
            return all;
        }
    }

    /// <summary>A caller's connections.</summary>
    sealed class Lines : IDisposable
    {
        readonly Dictionary<int, AskClient> _lines = [];

        public AskClient Of(int port) => _lines.TryGetValue(port, out var line) ? line : _lines[port] = new AskClient(port);

        public void Drop(int port)
        {
            if (_lines.Remove(port, out var line))
                line.Dispose();
        }

        public void Dispose()
        {
            foreach (var line in _lines.Values)
                line.Dispose();
        }
    }
}
