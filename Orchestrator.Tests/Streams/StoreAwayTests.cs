using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Messaging.Streams;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Streams.StreamFixture;

namespace Orchestrator.Tests.Streams;

/// <summary>Lanes that go on while the database is away, on a server of their own that is stopped under load.</summary>
public sealed class StoreAwayTests(TestInfrastructure infrastructure)
{
    const int Rate = 500;

    // More than are ever sent.
    const int Sent = 1_000_000;

    static readonly (string, string)[] ShortLease = [("Messaging:LeaseMs", "1000")];

    [Fact]
    public async Task Lanes_when_the_database_is_away_under_load_go_on_and_say_so_and_contradict_nobody_when_it_is_back()
    {
        var directory = await ScratchDirectory.CreateAsync("store-away");
        await using (var server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = directory, SharedBuffersMegabytes = 16 }))
        await using (var fixture = await CreateOnAsync(server))
        {
            IHost[] hosts = [await StartAsync(fixture), await StartAsync(fixture)];
            await Eventually.HoldsAsync("lanes are shared", () => hosts.All(h => Owned(h) == Partitions / 2));
            using var enough = new CancellationTokenSource();
            var load = Task.Run(() => LoadAsync(fixture, enough.Token));
            var (asked, given) = (Sent, new List<FraudAssessed>());
            using var reader = new AnswerReader(fixture.Kafka, Partitions);
            try
            {
                for (var round = 0; round < 2; round++)
                {
                    // Until all lanes are open.
                    for (var n = 0; n < 37; n++)
                        await AskAnyAsync();
                    await server.RestartAsync(immediate: round == 0, meanwhile: async () =>
                    {
                        await Eventually.HoldsAsync("answers are marked", async () => IsMarked(await AskAnyAsync()));
                        for (var n = 0; n < 20; n++)
                            await AskAnyAsync();
                        await Eventually.HoldsAsync("answers to what was sent are marked, too", () => reader.ReadOn(atMost: 1_000) > 0 && reader.Answers.Exists(a => IsMarked(a) && IsSent(a)));
                    });
                    await Eventually.HoldsAsync("answers are marked no more", async () => !IsMarked(await AskAnyAsync()));
                }
            }
            finally
            {
                await enough.CancelAsync();
                await load;
            }
            var sent = await load;
            var answers = await fixture.AnswersAsync(sent + given.Count);
            AssertChained(answers);
            Assert.Contains(answers, a => IsMarked(a) && IsSent(a));
            Assert.All(given, g => Assert.Equal(answers.Single(a => a.TransactionId == g.TransactionId).RulesVersion, g.RulesVersion));
            // Nobody was taken for dead: each has the lanes that it had.
            Assert.All(hosts, h => Assert.Equal(Partitions / 2, Owned(h)));

            async Task<FraudAssessed> AskAnyAsync()
            {
                var n = ++asked;
                var reply = default(StreamReply);
                await Eventually.HoldsAsync($"{n} is answered", async () =>
                {
                    foreach (var host in hosts)
                    {
                        if ((reply = await fixture.AskAsync(host, n, $"account{n % 37}")) is StreamReply.Answered)
                            return true;
                    }
                    return false;
                });
                given.Add(Said(reply!));
                return given[^1];
            }
        }
        ScratchDirectory.Delete(directory);
    }

    [Fact]
    public async Task Process_when_it_is_cut_off_alone_stops_as_soon_as_another_answers_in_its_place()
    {
        await using var fixture = await CreateAsync(infrastructure);
        await using var wire = new CutWire(fixture.ConnectionString);
        var cut = await StartAsync(fixture, wire.ConnectionString);
        await fixture.AnswerAsync(cut, 1, "a");
        var other = await StartAsync(fixture);
        await Eventually.HoldsAsync("lanes are shared", () => Owned(cut) == Partitions / 2 && Owned(other) == Partitions / 2);
        var key = "";
        for (var k = 0; await fixture.AskAsync(cut, 2, key = $"account{k}") is not StreamReply.Answered; k++)
            Assert.InRange(k, 0, 100);

        wire.Cut();
        var given = new List<FraudAssessed>();
        var (n, stopped) = (100, false);
        for (var began = TimeProvider.System.GetTimestamp(); !stopped; stopped = await CutAnswersNoMoreAsync())
            Assert.True(TimeProvider.System.GetElapsedTime(began).TotalSeconds < 60, $"it goes on after {given.Count} answers; {Owned(other)} lanes are the other's");
        await fixture.AnswerAsync(other, ++n, key);
        var answers = (await fixture.AnswersAsync(given.Count)).FindAll(a => a.SourceAccountId == key);
        var taken = answers.FindIndex(a => a.RulesVersion.StartsWith("here2-", StringComparison.Ordinal));
        Assert.All(given, g => Assert.InRange(answers.FindIndex(a => a.TransactionId == g.TransactionId), 0, taken - 1));

        wire.Mend();
        await Eventually.HoldsAsync("lanes are shared again", () => Owned(cut) == Partitions / 2 && Owned(other) == Partitions / 2);
        await Eventually.HoldsAsync("one of them answers", async () =>
            await fixture.AskAsync(cut, ++n, key) is StreamReply.Answered || await fixture.AskAsync(other, ++n, key) is StreamReply.Answered);

        async Task<bool> CutAnswersNoMoreAsync()
        {
            var reply = await fixture.AskAsync(cut, ++n, key);
            if (reply is StreamReply.Answered)
                given.Add(Said(reply));
            // Whoever has taken the lane answers something else.
            await fixture.AskAsync(other, ++n, key);
            // Slowly enough for a client to be told of each answer by itself, and too quickly for it to see the end of them.
            await Task.Delay(TimeSpan.FromMilliseconds(20));
            return reply == new StreamReply.Refused(StreamRefusal.LaneNotHere);
        }
    }

    [Fact]
    public async Task Lane_when_the_database_is_away_for_longer_than_it_may_pauses()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync(change: g => Going(g, TimeSpan.FromMilliseconds(800)), settings: ShortLease);
        await fixture.AnswerAsync(host, 1, "a");
        await using var blocking = await fixture.Source.OpenConnectionAsync();
        await using var transaction = await blocking.BeginTransactionAsync();
        await using (var command = blocking.CreateCommand())
        {
            command.CommandText = "lock table messaging.member in access exclusive mode";
            await command.ExecuteNonQueryAsync();
        }
        var n = 1;
        await Eventually.HoldsAsync("it pauses", async () => await fixture.AskAsync(host, ++n, "a") == new StreamReply.Refused(StreamRefusal.LaneNotHere));
        await transaction.RollbackAsync();
        await fixture.AnswerAsync(host, ++n, "a");
        AssertChained(await fixture.AnswersAsync(2));
    }

    // What is asked has higher numbers.
    static bool IsSent(FraudAssessed answer) => answer.TransactionId.CompareTo(Id(Sent)) < 0;

    static bool IsMarked(FraudAssessed answer) => answer.Degraded?.Contains(DegradedReasons.StoreUnavailable) == true;

    static int Owned(IHost host) => host.Services.GetRequiredService<StreamHost>().Status().Sum(s => s.LanesOwned);

    static Task<IHost> StartAsync(StreamFixture fixture, string? database = null) => fixture.StartServiceAsync(
        change: g => Going(g, TimeSpan.FromMinutes(1)), settings: [.. ShortLease, ("ORCHESTRATOR_POSTGRES", database ?? fixture.ConnectionString)]);

    static StreamGroup Going(StreamGroup group, TimeSpan withoutStore) => new()
    {
        Name = group.Name, Topics = group.Topics, OutputTopic = group.OutputTopic, CreateProcessor = group.CreateProcessor,
        SnapshotInterval = group.SnapshotInterval, WithoutStore = withoutStore,
    };

    static async Task<int> LoadAsync(StreamFixture fixture, CancellationToken enough)
    {
        var began = TimeProvider.System.GetTimestamp();
        var sent = 0;
        while (!enough.IsCancellationRequested)
        {
            for (; sent < TimeProvider.System.GetElapsedTime(began).TotalSeconds * Rate; sent++)
                fixture.Send(sent, $"account{sent % 37}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }
        return sent;
    }
}
