using System.Text;
using Confluent.Kafka;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Messaging;

/// <summary>What no well-meaning publisher sends: nothing of it may stop a lane, lose a message or reach what is not its own.</summary>
public sealed class HostileInputTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Key_when_it_is_longer_than_any_index_takes_does_park_and_hold_up_nothing()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        await fixture.StartServiceAsync();
        // Random, so that no compression makes it fit. All to one partition, so that the good one comes behind them.
        var random = new Random(7);
        var key = string.Concat(Enumerable.Range(0, 9_000).Select(_ => (char)random.Next('!', '~')));
        Produce(fixture, key, "{}"u8.ToArray());
        Produce(fixture, key, new byte[890_000]);
        Produce(fixture, new string('k', 120_000), new byte[899_000]);
        Produce(fixture, new string('k', 950_000), []);
        Produce(fixture, "good", Body(Transaction(Id(1), "good")), id: Id(1));

        await fixture.TakenAsync(1);
        Assert.Equal(4L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked where status = 'refused' and error_code = 'too_large'"));
        Assert.Equal(4, fixture.Read(Topics.Transactions + Topics.ParkedSuffix, 4).Count);
        await Eventually.HoldsAsync("the outbox is empty", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.outbox") == 0);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-62_135_596_800_001)]
    public async Task Message_when_its_timestamp_is_no_time_does_take_effect_like_any(long timestampMs)
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure, embedded: true);
        Produce(fixture, "k", Body(Transaction(Id(1), "k")), id: Id(1), timestampMs: timestampMs);
        Produce(fixture, "k", Body(Transaction(Id(2), "k")), id: Id(2));
        await fixture.StartServiceAsync();
        await fixture.TakenAsync(2);
        Assert.Equal([Id(1), Id(2)], await fixture.EffectsAsync("k"));
    }

    [Fact]
    public async Task Message_when_it_names_a_timer_does_not_cancel_it()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "k", ("timer", "1500")));
        await fixture.TakenAsync(1);
        Produce(fixture, "k", Body(Transaction(Id(2), "k")), id: Id(2), header: ("orchestrator-timer-id", Id(1).ToString()));
        await fixture.TakenAsync(2);
        await Eventually.HoldsAsync("the timer came", async () => (await fixture.EffectsAsync("k", "timer")).Count == 1);
    }

    [Fact]
    public async Task Queue_when_its_next_message_fails_too_does_stop_there()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "bad", ("fail", "")));
        fixture.Send(Transaction(Id(2), "bad", ("fail", "")));
        fixture.Send(Transaction(Id(3), "bad"));
        await Eventually.HoldsAsync("three are parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 3);

        var parked = host.Services.GetRequiredService<ParkedMessages>();
        Assert.True(await parked.RequestAsync(await FailedAsync(), ParkedRequest.Discard, "tester", default));
        await Eventually.HoldsAsync("the next one failed", async () => await fixture.ScalarAsync<string>("select string_agg(status, ',' order by parked_id) from messaging.parked") is "failed,queued");
        Assert.Empty(await fixture.EffectsAsync("bad"));

        fixture.Behaviour.Failing = false;
        Assert.True(await parked.RequestAsync(await FailedAsync(), ParkedRequest.Redrive, "tester", default));
        await fixture.TakenAsync(2);
        Assert.Equal([Id(2), Id(3)], await fixture.EffectsAsync("bad"));

        Task<long> FailedAsync() => fixture.ScalarAsync<long>("select parked_id from messaging.parked where status = 'failed'");
    }

    [Fact]
    public void Reader_when_any_bytes_come_does_name_their_fault_and_never_throws()
    {
        var reader = new LaneMessageReader(MessageCatalog.Contracts);
        var good = Body(Transaction(Id(1), "k"));
        var damaged = Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[0, 3].Select(changes =>
        {
            var body = good.ToArray();
            foreach (var (at, value) in changes)
                body[at] = value;
            return body;
        });
        string[] names = [CloudEventHeaders.Id, CloudEventHeaders.Type, CloudEventHeaders.Time, CloudEventHeaders.TraceParent, "x"];
        var header = Gen.Select(Gen.Int[0, 4].Select(i => names[i]), Gen.Byte.Array[0, 40], KeyValuePair.Create);
        Gen.Select(Gen.Byte.Array[0, 20].Null(), Gen.OneOf(damaged, Gen.Byte.Array[0, 100]), header.Array[0, 6], Gen.Bool).Sample((key, body, headers, typed) =>
        {
            if (typed)
                headers = [.. headers, new(CloudEventHeaders.Type, "orchestrator.transaction.submitted.v1"u8.ToArray())];
            var message = reader.Read(new RawMessage(key, body, headers), new MessageOrigin("t", 0), DateTimeOffset.UnixEpoch);
            return message.Fault is not null || message.Body is not null;
        });
    }

    static void Produce(LaneFixture fixture, string key, byte[] body, Guid? id = null, long? timestampMs = null, (string Name, string Value)? header = null)
    {
        var headers = new Headers
        {
            { CloudEventHeaders.Id, Encoding.UTF8.GetBytes((id ?? Id(body.Length + 1_000)).ToString()) },
            { CloudEventHeaders.Type, "orchestrator.transaction.submitted.v1"u8.ToArray() },
        };
        if (header is { } extra)
            headers.Add(extra.Name, Encoding.UTF8.GetBytes(extra.Value));
        fixture.Producer.Produce(new TopicPartition(fixture.Kafka.Topic(Topics.Transactions), 0), new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(key),
            Value = body,
            Headers = headers,
            Timestamp = timestampMs is { } ms ? new Timestamp(ms, TimestampType.CreateTime) : Timestamp.Default,
        });
    }

    static byte[] Body(Contracts.Transactions.TransactionSubmitted transaction) =>
        OutgoingMessage.Of(MessageCatalog.Contracts.Of(transaction.GetType()), transaction, transaction.TransactionId, "/test", DateTimeOffset.UnixEpoch).Body.ToArray();
}
