using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Messaging;

public sealed class ParkingTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Poison_when_it_fails_does_park_queue_its_key_in_order_and_let_other_keys_flow()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "bad"));
        fixture.Send(Transaction(Id(2), "bad", ("fail", "")));
        for (var i = 3; i <= 6; i++)
            fixture.Send(Transaction(Id(i), "bad"));
        for (var i = 100; i < 200; i++)
            fixture.Send(Transaction(Id(i), $"good{i % 9}"));
        await fixture.TakenAsync(101);
        await Eventually.HoldsAsync("five are parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 5);
        Assert.Equal([Id(1)], await fixture.EffectsAsync("bad"));
        Assert.Equal("failed,queued,queued,queued,queued", await fixture.ScalarAsync<string>("select string_agg(status, ',' order by parked_id) from messaging.parked"));
        Assert.Equal(3, await fixture.ScalarAsync<int>("select attempts from messaging.parked where status = 'failed'"));

        var parked = host.Services.GetRequiredService<ParkedMessages>();
        var failed = await fixture.ScalarAsync<long>("select parked_id from messaging.parked where status = 'failed'");

        // Redriven while it still fails: it stays, and so does what is behind it.
        Assert.True(await parked.RequestAsync(failed, ParkedRequest.Redrive, "tester", default));
        await Eventually.HoldsAsync("it failed again", async () => await fixture.ScalarAsync<int>("select attempts from messaging.parked where status = 'failed'") == 4);
        Assert.Equal([Id(1)], await fixture.EffectsAsync("bad"));

        // Mended, redriven twice at once: everything once, in order.
        fixture.Behaviour.Failing = false;
        await parked.RequestAsync(failed, ParkedRequest.Redrive, "tester", default);
        await parked.RequestAsync(failed, ParkedRequest.Redrive, "tester", default);
        await Eventually.HoldsAsync("nothing is parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 0);
        Assert.Equal(Enumerable.Range(1, 6).Select(Id), await fixture.EffectsAsync("bad"));

        fixture.Send(Transaction(Id(7), "bad"));
        await fixture.TakenAsync(107);
        Assert.Equal(Enumerable.Range(1, 7).Select(Id), await fixture.EffectsAsync("bad"));
    }

    [Fact]
    public async Task Parked_message_when_it_is_redriven_and_the_lane_guesses_wrong_does_take_effect()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "bad", ("fail", ""), ("guess", "")));
        await Eventually.HoldsAsync("it is parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked where status = 'failed'") == 1);
        fixture.Behaviour.Failing = false;
        var handled = fixture.Behaviour.Handled;
        var failed = await fixture.ScalarAsync<long>("select parked_id from messaging.parked");
        await host.Services.GetRequiredService<ParkedMessages>().RequestAsync(failed, ParkedRequest.Redrive, "tester", default);

        await Eventually.HoldsAsync("it was tried", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked where requested is not null") == 0);
        Assert.Equal([Id(1)], await fixture.EffectsAsync("bad"));
        Assert.Equal(handled + 2, fixture.Behaviour.Handled);
    }

    [Fact]
    public async Task Queue_behind_a_failed_message_when_the_service_restarts_does_keep_its_order()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        var first = await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "bad", ("fail", "")));
        fixture.Send(Transaction(Id(2), "bad"));
        await Eventually.HoldsAsync("two are parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 2);
        await fixture.StopServiceAsync(first);

        var second = await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(3), "bad"));
        await Eventually.HoldsAsync("three are parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 3);
        var failed = await fixture.ScalarAsync<long>("select parked_id from messaging.parked where status = 'failed'");
        await second.Services.GetRequiredService<ParkedMessages>().RequestAsync(failed, ParkedRequest.Discard, "tester", default);
        await fixture.TakenAsync(2);
        Assert.Equal([Id(2), Id(3)], await fixture.EffectsAsync("bad"));
        Assert.Equal(1L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked_audit where outcome = 'discarded'"));
    }

    public static TheoryData<string, string?, string?, string?, string> BadInput => new()
    {
        // code, key, ce_id, ce_type, body
        { BadMessageCodes.NotJson, "k", "id", Submitted, "{ this is not JSON" },
        { BadMessageCodes.NotJson, "k", "id", Submitted, "" },
        { BadMessageCodes.WrongShape, "k", "id", Submitted, "[1, 2, 3]" },
        { BadMessageCodes.WrongShape, "k", "id", Submitted, "null" },
        { BadMessageCodes.WrongShape, "k", "id", Submitted, Body("\"amountMinor\":100", "\"amountMinor\":\"a lot\"") },
        { BadMessageCodes.WrongShape, "k", "id", Submitted, Body("\"currency\":\"EUR\",", "") },
        { BadMessageCodes.WrongShape, "k", "id", Submitted, Body("\"kind\":\"transfer\"", "\"kind\":\"gift\"") },
        { BadMessageCodes.Invalid, "k", "id", Submitted, Body("EUR", "XXX") },
        { BadMessageCodes.Invalid, "k", "id", Submitted, Body("\"amountMinor\":100", "\"amountMinor\":-1") },
        { BadMessageCodes.Invalid, "k", "id", Submitted, Body("\"amountMinor\":100", "\"amountMinor\":9000000000000000000") },
        { BadMessageCodes.WrongShape, "k", "id", Submitted, Body("\"amountMinor\":100", "\"amountMinor\":99999999999999999999999") },
        { BadMessageCodes.Invalid, "k", "id", Submitted, Body("\"destinationAccountId\":\"d\"", "\"destinationAccountId\":\"k\"") },
        { BadMessageCodes.UnknownType, "k", "id", "com.example.unheard-of", Body() },
        { BadMessageCodes.MissingType, "k", "id", null, Body() },
        { BadMessageCodes.MissingId, "k", null, Submitted, Body() },
        { BadMessageCodes.MissingKey, null, "id", Submitted, Body() },
        { BadMessageCodes.WrongKey, "other", "id", Submitted, Body() },
        { BadMessageCodes.TooLarge, "k", "id", Submitted, Body("\"metadata\":null", "\"metadata\":{\"x\":\"" + new string('x', 1_000_001) + "\"}") },
    };

    [Fact]
    public async Task Bad_input_of_every_kind_does_park_by_name_and_hold_up_nothing()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        await fixture.StartServiceAsync();
        var cases = BadInput.Select(row => row.Data).ToList();
        foreach (var (_, key, id, type, body) in cases)
            Send(fixture, key, id, type, body);
        fixture.Send(Transaction(Id(1), "k"));
        await fixture.TakenAsync(1);
        await Eventually.HoldsAsync("all are parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == cases.Count);

        var expected = cases.Select(c => c.Item1).Order(StringComparer.Ordinal);
        var actual = (await fixture.ScalarAsync<string>("select string_agg(error_code, ',') from messaging.parked")).Split(',').Order(StringComparer.Ordinal);
        Assert.Equal(expected, actual);
        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked where status <> 'refused'"));
        Assert.Equal([Id(1)], await fixture.EffectsAsync("k"));
    }

    const string Submitted = "orchestrator.transaction.submitted.v1";

    static string Body(string replace = "", string by = "")
    {
        const string good =
            """{"transactionId":"11111111-1111-1111-1111-111111111111","sourceAccountId":"k","destinationAccountId":"d","amountMinor":100,"currency":"EUR","kind":"transfer","occurredAt":"2026-01-01T00:00:00Z","metadata":null}""";
        return replace.Length == 0 ? good : good.Replace(replace, by, StringComparison.Ordinal);
    }

    static void Send(LaneFixture fixture, string? key, string? id, string? type, string body)
    {
        var headers = new Headers();
        if (id is not null)
            headers.Add(CloudEventHeaders.Id, Encoding.UTF8.GetBytes(id + body.Length));
        if (type is not null)
            headers.Add(CloudEventHeaders.Type, Encoding.UTF8.GetBytes(type));
        fixture.Producer.Produce(fixture.Kafka.Topic(Topics.Transactions), new Message<byte[], byte[]>
        {
            Key = key is null ? null! : Encoding.UTF8.GetBytes(key),
            Value = Encoding.UTF8.GetBytes(body),
            Headers = headers,
        });
    }
}
