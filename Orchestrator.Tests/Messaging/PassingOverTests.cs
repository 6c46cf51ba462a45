using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Messaging;

/// <summary>Two groups read one topic: each takes its own, and one keeps what names nothing.</summary>
public sealed class PassingOverTests(TestInfrastructure infrastructure)
{
    const string Submitted = "orchestrator.transaction.submitted.v1";
    const string Cancelled = "orchestrator.transaction.cancelled.v1";

    [Fact]
    public async Task Message_when_its_type_is_anothers_is_passed_over_and_one_of_no_known_type_is_parked_once()
    {
        await using var fixture = await CreateAsync(infrastructure);
        TwoGroups(fixture);
        var host = await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "k"));
        foreach (var type in new[] { Cancelled, null, "com.example.unheard-of", Submitted, "orchestrator.transaction.submitted.v9", "orchestrator.transaction.cancelled.v9" })
            Send(fixture, "k", type, "no json");
        for (var n = 2; n <= 6; n++)
            SendCancellation(fixture, n, "k");

        await Eventually.HoldsAsync("all are read", async () => await PositionAsync(fixture, "recorder") == 12 && await PositionAsync(fixture, "keeper") == 12);
        Assert.Equal(
            "keeper missing_type,keeper not_json,keeper unknown_type,keeper unknown_version,recorder not_json,recorder unknown_version",
            await fixture.ScalarAsync<string>(
                $"""
                select string_agg(what, ',' order by what) from (
                    select replace(g.name, '{fixture.Kafka.Group("")}', '') || ' ' || p.error_code as what from messaging.parked p join messaging.lane_group g using (group_id)) parked
                """));
        Assert.Equal((1L, 5L), (await InboxAsync(fixture, "recorder"), await InboxAsync(fixture, "keeper")));
        Assert.Equal([Id(1)], await fixture.EffectsAsync());
        await Eventually.HoldsAsync("nothing is left", () => host.Services.GetRequiredService<LaneHost>().Status().All(g => g.Lag == 0));
    }

    [Fact]
    public async Task Key_when_it_waits_behind_a_parked_message_does_hold_what_the_group_takes_alone()
    {
        await using var fixture = await CreateAsync(infrastructure);
        TwoGroups(fixture);
        var host = await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "bad", ("fail", "")));
        SendCancellation(fixture, 2, "bad");
        fixture.Send(Transaction(Id(3), "bad"));
        SendCancellation(fixture, 4, "bad");
        fixture.Send(Transaction(Id(5), "bad"));

        await Eventually.HoldsAsync("three are parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 3);
        Assert.Equal("failed,queued,queued", await fixture.ScalarAsync<string>("select string_agg(status, ',' order by parked_id) from messaging.parked"));
        await Eventually.HoldsAsync("all are read", async () => await PositionAsync(fixture, "recorder") == 5 && await PositionAsync(fixture, "keeper") == 5);

        fixture.Behaviour.Failing = false;
        var failed = await fixture.ScalarAsync<long>("select parked_id from messaging.parked where status = 'failed'");
        await host.Services.GetRequiredService<ParkedMessages>().RequestAsync(failed, ParkedRequest.Redrive, "tester", default);
        await Eventually.HoldsAsync("nothing is parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 0);
        Assert.Equal([Id(1), Id(3), Id(5)], await fixture.EffectsAsync("bad"));
        Assert.Equal([Id(2), Id(4)], await fixture.EffectsAsync("bad", kind: "timer"));
    }

    static void TwoGroups(LaneFixture fixture)
    {
        fixture.Takes = [typeof(TransactionSubmitted)];
        fixture.KeeperOf = [];
        fixture.Others.Add(new LaneGroup
        {
            Name = fixture.Kafka.Group("keeper"),
            Topics = [fixture.Kafka.Topic(Topics.Transactions)],
            Takes = [typeof(TransactionCancelled)],
            CreateProcessor = lane => new RecordingProcessor(lane, new RecordingProcessor.Behaviour()),
        });
    }

    static void SendCancellation(LaneFixture fixture, int n, string key)
    {
        var at = DateTimeOffset.UnixEpoch.AddYears(50);
        var message = OutgoingMessage.Of(MessageCatalog.Contracts.Of(typeof(TransactionCancelled)), new TransactionCancelled(Id(n), key, at), Id(n), "/test", at);
        fixture.Producer.Produce(fixture.Kafka.Topic(Topics.Transactions), KafkaWire.ToKafka(message));
    }

    static void Send(LaneFixture fixture, string key, string? type, string body)
    {
        var headers = new Headers { { CloudEventHeaders.Id, Encoding.UTF8.GetBytes($"{key} {type}") } };
        if (type is not null)
            headers.Add(CloudEventHeaders.Type, Encoding.UTF8.GetBytes(type));
        fixture.Producer.Produce(
            fixture.Kafka.Topic(Topics.Transactions),
            new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(key), Value = Encoding.UTF8.GetBytes(body), Headers = headers });
    }

    static Task<long> PositionAsync(LaneFixture fixture, string group) => fixture.ScalarAsync<long>(
        $"""
        select coalesce(sum(p.value::bigint), 0)::bigint from messaging.lane l join messaging.lane_group g using (group_id), jsonb_each_text(l.positions) p
        where g.name = '{fixture.Kafka.Group(group)}'
        """);

    static Task<long> InboxAsync(LaneFixture fixture, string group) => fixture.ScalarAsync<long>(
        $"select count(*) from messaging.inbox join messaging.lane_group g using (group_id) where g.name = '{fixture.Kafka.Group(group)}'");
}
