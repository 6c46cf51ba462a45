using Orchestrator.Broker.Protocol;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Schema;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Messaging;

public sealed class LaneFailureTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Message_when_it_fails_fewer_times_than_are_allowed_does_take_effect_and_is_not_parked()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var attempts = 0;
        // Once in the batch and twice alone: the third time alone is the last that is allowed.
        fixture.Behaviour.Fails = _ => ++attempts <= 3;
        await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "a", ("fail", "")));
        fixture.Send(Transaction(Id(2), "a"));
        await fixture.TakenAsync(2);

        Assert.Equal([Id(1), Id(2)], await fixture.EffectsAsync("a"));
        Assert.Equal(4, attempts);
        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked"));
    }

    [Fact]
    public async Task Lanes_when_postgres_crashes_under_load_do_pause_and_lose_and_repeat_nothing()
    {
        await OnItsOwnServerAsync("lane-failure", async (fixture, server) =>
        {
            await fixture.StartServiceAsync(("Messaging:MaxBatch", "20"));
            for (var round = 0; round < 3; round++)
            {
                Send(fixture, round * 1_000, 1_000);
                await fixture.TakenAsync((round * 1_000) + 100);
                await server.RestartAsync(immediate: true);
                fixture.Source.Clear();
            }
            await EverythingOnceInOrderAsync(fixture, 3_000);
        });
    }

    [Fact]
    public async Task Unit_when_its_commit_succeeds_and_the_answer_is_lost_does_count_once()
    {
        await using var fixture = await CreateAsync(infrastructure);
        await using var between = fixture.PutBetween();
        var host = await fixture.StartServiceAsync(("Messaging:MaxBatch", "20"));
        for (var round = 0; round < 10; round++)
        {
            // One that is refused, since it has no key, then good ones.
            between.Eat(1);
            fixture.Send(Transaction(Id(10_000 + round), ""));
            await Eventually.HoldsAsync("it is parked", async () => between.Hunger <= 0 && await fixture.ScalarAsync<long>("select count(*) from messaging.parked") > round);
            between.Eat(2);
            Send(fixture, round * 100, 100);
            await fixture.TakenAsync((round + 1) * 100);
            Assert.True(between.Hunger <= 0);
        }
        await EverythingOnceInOrderAsync(fixture, 1_000);
        Assert.Equal(10L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked"));
        await fixture.StopServiceAsync(host);
    }

    [Fact]
    public async Task Unit_when_its_commit_outlasts_the_wait_for_the_answer_does_count_once()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        fixture.Behaviour.Gate = async () =>
        {
            if (!reached.TrySetResult())
                return;
            await open.Task;
            throw new TimeoutException("no answer");
        };
        await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "a"));
        await reached.Task.WaitAsync(Eventually.Bound);

        // What the server is still busy with: the lane has written, and is not committed yet.
        await using (var busy = await fixture.Source.OpenConnectionAsync())
        await using (var transaction = await busy.BeginTransactionAsync())
        {
            await using var write = new Npgsql.NpgsqlCommand("update messaging.lane set positions = jsonb_build_object($1, 1)", busy, transaction)
            {
                Parameters = { new() { Value = fixture.Kafka.Topic(Topics.Transactions) } },
            };
            await write.ExecuteNonQueryAsync();
            open.SetResult();
            await Eventually.HoldsAsync("the lane waits for it", async () => await fixture.ScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 1);
            await transaction.CommitAsync();
        }
        fixture.Send(Transaction(Id(2), "a"));
        await fixture.TakenAsync(1);
        Assert.Equal([Id(2)], await fixture.EffectsAsync());
        Assert.Equal(1, fixture.Behaviour.Handled);
    }

    [Fact]
    public async Task Lanes_when_the_broker_goes_down_and_up_under_load_do_lose_and_repeat_nothing()
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);
        await fixture.StartServiceAsync(("Messaging:MaxBatch", "20"));
        for (var round = 0; round < 3; round++)
        {
            Send(fixture, round * 1_000, 1_000);
            await fixture.TakenAsync((round * 1_000) + 100);
            await fixture.Kafka.Embedded!.GoDownAsync();
            await Task.Delay(200);
            await fixture.Kafka.Embedded.GoUpAsync();
        }
        await EverythingOnceInOrderAsync(fixture, 3_000);
    }

    [Fact]
    public async Task Producer_when_the_broker_refuses_for_good_is_replaced_and_the_outbox_goes_out_in_order()
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);
        var open = new TaskCompletionSource();
        fixture.Behaviour.Gate = () => open.Task;
        await fixture.StartServiceAsync(("Messaging:MaxBatch", "20"));
        Send(fixture, 0, 300);
        fixture.Producer.Flush(Eventually.Bound);
        // The oldest request under way out of sequence: nothing that the client may mend by itself.
        fixture.Kafka.Embedded!.FailNext(ApiKey.Produce, [KafkaError.OutOfOrderSequenceNumber, KafkaError.OutOfOrderSequenceNumber]);
        open.SetResult();
        await EverythingOnceInOrderAsync(fixture, 300);
    }

    [Fact]
    public async Task Stop_when_the_broker_is_down_does_end_within_the_drain_and_the_next_start_publishes()
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);
        var host = await fixture.StartServiceAsync(("Messaging:DrainMs", "1000"));
        Send(fixture, 0, 100);
        await fixture.TakenAsync(100);
        fixture.Send(Transaction(Id(1_000), "late", ("timer", "300")));
        await fixture.TakenAsync(101);
        await fixture.Kafka.Embedded!.GoDownAsync();

        var began = TimeProvider.System.GetTimestamp();
        await fixture.StopServiceAsync(host);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(30));
        await fixture.Kafka.Embedded.GoUpAsync();
        await fixture.StartServiceAsync();
        Assert.Equal(101, fixture.Read(Topics.Alerts, 101).Distinct().Count());
    }

    [Fact]
    public async Task Stop_when_postgres_is_down_does_end_within_the_drain()
    {
        await OnItsOwnServerAsync("lane-stop", async (fixture, server) =>
        {
            var host = await fixture.StartServiceAsync(("Messaging:DrainMs", "1000"));
            Send(fixture, 0, 100);
            await fixture.TakenAsync(100);
            await server.StopAsync();
            Send(fixture, 100, 100);
            var lanes = host.Services.GetRequiredService<LaneHost>();
            await Eventually.HoldsAsync("it is noticed", () => lanes.Status().Single().LastError is not null);

            var began = TimeProvider.System.GetTimestamp();
            await fixture.StopServiceAsync(host);
            Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(30));
        });
    }

    [Fact]
    public async Task Unit_when_there_is_more_to_take_does_hold_no_more_than_the_options_say()
    {
        await using var fixture = await CreateAsync(infrastructure);
        Send(fixture, 0, 100);
        fixture.Producer.Flush(Eventually.Bound);
        await fixture.StartServiceAsync(("Messaging:MaxBatch", "10"));
        await fixture.TakenAsync(100);
        // The outbox says it: a unit is a row, and every message here announces one.
        Assert.InRange(await fixture.ScalarAsync<long>("select sum(outbox_seq)::bigint from messaging.lane"), 10, 100);
    }

    [Fact]
    public async Task Options_when_a_lease_is_shorter_than_three_heartbeats_are_refused()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => fixture.StartServiceAsync(("Messaging:HeartbeatMs", "1000"), ("Messaging:LeaseMs", "2000")));
        Assert.Contains("Messaging:LeaseMs", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_when_a_unit_is_under_way_does_finish_it_and_repeat_nothing_after_the_start()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync(("Messaging:MaxBatch", "10"));
        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        fixture.Behaviour.Gate = () =>
        {
            // So slow that not all is done before the lanes hear of the stop.
            reached.TrySetResult();
            return open.Task.IsCompleted ? Task.Delay(5) : open.Task;
        };
        Send(fixture, 0, 500);
        await reached.Task.WaitAsync(Eventually.Bound);
        var stopping = fixture.StopServiceAsync(host);
        open.SetResult();
        await stopping;

        // Nothing is left to publish, and what took effect is just what was handled: no unit was thrown away.
        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.outbox"));
        var taken = await fixture.ScalarAsync<long>("select count(*) from effect");
        Assert.Equal(fixture.Behaviour.Handled, taken);
        Assert.InRange(taken, 1, 499);
        await fixture.StartServiceAsync();
        await EverythingOnceInOrderAsync(fixture, 500);
        Assert.Equal(500, fixture.Behaviour.Handled);
    }

    [Fact]
    public async Task Positions_when_units_commit_do_show_in_kafka_too()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync();
        Send(fixture, 0, 200);
        await fixture.TakenAsync(200);
        using var tool = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(fixture.Kafka.ClientConfig) { GroupId = fixture.Kafka.Group("recorder") }).Build();
        var partitions = Enumerable.Range(0, Partitions).Select(p => new TopicPartition(fixture.Kafka.Topic(Topics.Transactions), p)).ToList();

        await Eventually.HoldsAsync("all is committed", Shown);
        await fixture.StopServiceAsync(host);
        Assert.Equal(200, await fixture.ScalarAsync<decimal>("select sum(p.value::bigint) from messaging.lane, jsonb_each_text(positions) as p"));

        bool Shown() => tool.Committed(partitions, TimeSpan.FromSeconds(10)).Sum(p => Math.Max(0, p.Offset.Value)) == 200;
    }

    static async Task OnItsOwnServerAsync(string name, Func<LaneFixture, PrivatePostgres, Task> test)
    {
        await using var server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions
        {
            Directory = await ScratchDirectory.CreateAsync(name),
            SharedBuffersMegabytes = 16,
        });
        await Migrations.ApplyAsync(server.ConnectionString);
        await using (var fixture = await CreateAsync(server.ConnectionString))
            await test(fixture, server);
        ScratchDirectory.Delete(Path.GetDirectoryName(server.DataDirectory)!);
    }

    static void Send(LaneFixture fixture, int from, int count)
    {
        for (var i = from; i < from + count; i++)
            fixture.Send(Transaction(Id(i), $"key{i % 7}"));
    }

    static async Task EverythingOnceInOrderAsync(LaneFixture fixture, int count)
    {
        await fixture.TakenAsync(count, TimeSpan.FromSeconds(60));
        Assert.Equal(count, await fixture.ScalarAsync<long>("select count(*) from effect"));
        for (var key = 0; key < 7; key++)
            Assert.Equal(Enumerable.Range(0, count).Where(i => i % 7 == key).Select(Id), await fixture.EffectsAsync($"key{key}"));
        await Eventually.HoldsAsync("the outbox is empty", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.outbox") == 0);
        // Published at least once, and by first occurrence in order of the key.
        var announced = fixture.ReadMessages(Topics.Alerts, count).Select(m => (Key: System.Text.Encoding.UTF8.GetString(m.Key), Id: Guid.Parse(Orchestrator.Messaging.Wire.KafkaWire.Text(m.Headers, "ce_id")!))).Distinct();
        foreach (var ofKey in announced.GroupBy(a => a.Key, StringComparer.Ordinal))
            Assert.Equal(await fixture.EffectsAsync(ofKey.Key), ofKey.Select(a => a.Id));
    }
}
