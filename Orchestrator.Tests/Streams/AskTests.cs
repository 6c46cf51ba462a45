using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Streams;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Streams.StreamFixture;

namespace Orchestrator.Tests.Streams;

/// <summary>Messages that a caller asks the lanes of its own process.</summary>
public sealed class AskTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Asked_when_messages_come_as_well_is_answered_at_once_from_the_same_state()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var behaviour = new ChainProcessor.Behaviour();
        var host = await fixture.StartServiceAsync(behaviour);
        await fixture.AnswerAsync(host, 100_000, "account0");
        for (var n = 0; n < 2_000; n++)
            fixture.Send(n, $"account{n % 7}");
        var given = await Task.WhenAll(Enumerable.Range(1, 999).Select(n => fixture.AnswerAsync(host, 100_000 + n, $"account{n % 7}")));

        // In good order: nothing is replayed, what was asked neither.
        await fixture.AnswersAsync(3_000);
        await fixture.StopServiceAsync(host);
        host = await fixture.StartServiceAsync(behaviour);
        await fixture.AnswerAsync(host, 200_000, "account0");
        Assert.Equal(0, behaviour.Replayed);

        var answers = await fixture.AnswersAsync(3_001);
        AssertChained(answers);
        Assert.All(given, g => Assert.Equal(g.RulesVersion, answers.Single(a => a.TransactionId == g.TransactionId).RulesVersion));
    }

    [Fact]
    public async Task Asked_when_it_is_asked_again_gets_the_same_answer_while_that_is_remembered()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync(change: g => Asking(g, remembered: 10));
        var first = await fixture.AnswerAsync(host, 1, "a");
        var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => fixture.AskAsync(host, i % 2 == 0 ? 1 : 2, "a"))));
        Assert.Equal(2, replies.Select(r => Said(r).RulesVersion).Distinct().Count());
        Assert.Equal(99, replies.Count(r => r is StreamReply.Answered { IsRepeated: true }));
        Assert.Equal(first.RulesVersion, Said(replies[0]).RulesVersion);

        // As if the process had been killed: what was asked comes from the topic again.
        host = await KilledAsync(fixture, host, g => Asking(g, remembered: 10));
        Assert.Equal(first.RulesVersion, (await fixture.AnswerAsync(host, 1, "a")).RulesVersion);
        for (var n = 3; n <= 12; n++)
            await fixture.AnswerAsync(host, n, "a");
        Assert.IsType<StreamReply.AnsweredBefore>(await fixture.AskAsync(host, 1, "a"));

        // The ids are part of the snapshot.
        await fixture.StopServiceAsync(host);
        host = await fixture.StartServiceAsync(change: g => Asking(g, remembered: 10));
        await fixture.AnswerAsync(host, 13, "a");
        Assert.IsType<StreamReply.AnsweredBefore>(await fixture.AskAsync(host, 12, "a"));
        AssertChained(await fixture.AnswersAsync(13));
    }

    [Fact]
    public async Task Asked_when_another_process_has_the_lane_is_refused_by_name_and_answered_there()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var first = await fixture.StartServiceAsync();
        await fixture.AnswerAsync(first, 1, "a");
        var second = await fixture.StartServiceAsync();
        IHost[] hosts = [first, second];
        await Eventually.HoldsAsync("lanes are shared", () => hosts.All(h => h.Services.GetRequiredService<StreamHost>().Status().Sum(s => s.LanesOwned) == Partitions / 2));
        for (var n = 2; n < 50; n++)
            await ElsewhereAsync(n, $"account{n}");
        await fixture.StopServiceAsync(first);
        await Eventually.HoldsAsync("lanes have moved", () => second.Services.GetRequiredService<StreamHost>().Status().Sum(s => s.LanesOwned) == Partitions);
        for (var n = 2; n < 50; n++)
            await fixture.AnswerAsync(second, 100 + n, $"account{n}");
        AssertChained(await fixture.AnswersAsync(97));

        var lanes = second.Services.GetRequiredService<StreamHost>();
        var unheard = await lanes.AskAsync("unheard-of", "a", Messaging.LaneFixture.Transaction(Id(1), "a"), Id(1), CancellationToken.None);
        Assert.Equal(new StreamReply.Refused(StreamRefusal.LaneNotHere), unheard);
        await Assert.ThrowsAsync<ArgumentException>(() => lanes.AskAsync(fixture.Kafka.Group(GroupName), "b", Messaging.LaneFixture.Transaction(Id(1), "a"), Id(1), CancellationToken.None));

        async Task ElsewhereAsync(int n, string key)
        {
            StreamReply[] replies = [];
            await Eventually.HoldsAsync($"{n} is answered by one of them", async () =>
            {
                replies = [.. await Task.WhenAll(hosts.Select(h => fixture.AskAsync(h, n, key)))];
                return replies.Any(r => r is StreamReply.Answered);
            });
            Assert.Contains(new StreamReply.Refused(StreamRefusal.LaneNotHere), replies);
        }
    }

    [Fact]
    public async Task Asked_when_the_processor_fails_is_refused_and_leaves_nothing_behind()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var behaviour = new ChainProcessor.Behaviour();
        var host = await fixture.StartServiceAsync(behaviour);
        await fixture.AnswerAsync(host, 1, "a");
        Assert.Equal(new StreamReply.Refused(StreamRefusal.Failed), await fixture.AskAsync(host, 2, "a", ("fail", "")));
        behaviour.Failing = false;
        await fixture.AnswerAsync(host, 2, "a");
        AssertChained(await fixture.AnswersAsync(2));
        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked"));
    }

    [Fact]
    public async Task Asked_when_the_broker_is_away_is_answered_late_or_refused_and_the_same_when_asked_again()
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);
        var host = await fixture.StartServiceAsync(change: g => Asking(g, remembered: 50), settings: ("Kafka:Client:reconnect.backoff.max.ms", "200"));
        await fixture.AnswerAsync(host, 1, "a");
        await fixture.Kafka.Embedded!.GoDownAsync();
        var waiting = Enumerable.Range(2, 50).Select(n => fixture.AskAsync(host, n, "a")).ToList();
        var again = fixture.AskAsync(host, 2, "a");
        Assert.Equal(new StreamReply.Refused(StreamRefusal.TooMany), await fixture.AskAsync(host, 99, "a"));
        await fixture.Kafka.Embedded.GoUpAsync();
        var replies = await Task.WhenAll(waiting);
        AssertChained(await fixture.AnswersAsync(51));
        Assert.Equal(Said(replies[0]).RulesVersion, Said(await again).RulesVersion);
    }

    [Fact]
    public async Task Asked_when_the_lane_is_taken_by_another_is_told_that_nobody_knows_and_gets_the_answer_there()
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);
        (string, string) lease = ("Messaging:LeaseMs", "1000");
        var host = await fixture.StartServiceAsync(settings: [lease, ("Kafka:Client:reconnect.backoff.max.ms", "200")]);
        await fixture.AnswerAsync(host, 1, "a");
        await fixture.Kafka.Embedded!.GoDownAsync();
        var asked = fixture.AskAsync(host, 2, "a");
        await fixture.ScalarAsync<long>("with taken as (update messaging.lane set owner = null, epoch = epoch + 1 returning 1) select count(*) from taken");
        Assert.Equal(new StreamReply.Refused(StreamRefusal.NotPublished), await asked.WaitAsync(TimeSpan.FromSeconds(60)));
        await fixture.Kafka.Embedded.GoUpAsync();
        await fixture.AnswerAsync(host, 2, "a");
        AssertChained(await fixture.AnswersAsync(2));
    }

    [Fact]
    public async Task Asked_when_messages_without_answers_lie_between_is_replayed_at_its_place()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync(change: Recording);
        var number = 1_000;
        await fixture.AnswerAsync(host, number, "a");
        for (var round = 1; round <= 20; round++)
        {
            fixture.SendCancellation(round, "a");
            await Eventually.HoldsAsync($"cancellation {round} is taken", async () => (await fixture.AnswerAsync(host, ++number, "a")).Score == round);
        }
        var before = (await fixture.AnswerAsync(host, ++number, "a")).RulesVersion;
        host = await KilledAsync(fixture, host, Recording);
        Assert.Equal(RecordingStreamProcessor.Next(before, "asked"), (await fixture.AnswerAsync(host, ++number, "a")).RulesVersion);
    }

    static async Task<IHost> KilledAsync(StreamFixture fixture, IHost host, Func<StreamGroup, StreamGroup> change)
    {
        await fixture.ScalarAsync<long>("with taken as (update messaging.lane set owner = null, epoch = epoch + 1 returning 1) select count(*) from taken");
        await fixture.StopServiceAsync(host);
        return await fixture.StartServiceAsync(change: change);
    }

    static StreamGroup Asking(StreamGroup group, int remembered) => new()
    {
        Name = group.Name, Topics = group.Topics, OutputTopic = group.OutputTopic, CreateProcessor = group.CreateProcessor,
        SnapshotInterval = TimeSpan.FromHours(1), RememberedAnswers = remembered,
    };

    static StreamGroup Recording(StreamGroup group) => new()
    {
        Name = group.Name, Topics = group.Topics, OutputTopic = group.OutputTopic, CreateProcessor = _ => new RecordingStreamProcessor(),
        SnapshotInterval = TimeSpan.FromHours(1),
    };
}
