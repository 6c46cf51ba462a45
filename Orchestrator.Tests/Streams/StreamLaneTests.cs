using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Streams.StreamFixture;

namespace Orchestrator.Tests.Streams;

public sealed class StreamLaneTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Messages_when_they_are_taken_do_have_one_answer_each_in_the_order_of_their_keys()
    {
        await using var fixture = await CreateAsync(infrastructure);
        await fixture.StartServiceAsync();
        for (var n = 0; n < 5_000; n++)
            fixture.Send(n, $"account{n % 37}");

        var answers = await fixture.AnswersAsync(5_000);
        AssertChained(answers);
        Assert.All(answers.GroupBy(a => a.SourceAccountId, StringComparer.Ordinal), account =>
            Assert.Equal(account.Select(a => a.TransactionId).Order(), account.Select(a => a.TransactionId)));
    }

    [Fact]
    public async Task Service_when_it_is_stopped_and_started_does_go_on_with_its_state_and_replay_nothing()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var behaviour = new ChainProcessor.Behaviour();
        for (var round = 0; round < 3; round++)
        {
            var host = await fixture.StartServiceAsync(behaviour, NoSnapshotsButTheLast);
            for (var n = 0; n < 1_000; n++)
                fixture.Send((round * 1_000) + n, $"account{n % 37}");
            await fixture.AnswersAsync((round + 1) * 1_000);
            await fixture.StopServiceAsync(host);
        }
        AssertChained(await fixture.AnswersAsync(3_000));
        Assert.Equal(0, behaviour.Replayed);
        Assert.Equal((long)Partitions, await fixture.ScalarAsync<long>("select count(*) from messaging.stream_snapshot"));
        Assert.Equal(0L, await fixture.ScalarAsync<long>(
            "select count(*) from messaging.stream_snapshot_chunk c where not exists (select 1 from messaging.stream_snapshot s where (s.group_id, s.partition, s.epoch, s.number) = (c.group_id, c.partition, c.epoch, c.number))"));
    }

    [Fact]
    public async Task Message_when_it_comes_again_does_get_no_second_answer_within_the_horizon_and_the_same_id_beyond()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync(change: g => Remembering(g, 10));
        fixture.Send(1, "a");
        fixture.Send(1, "a");
        for (var n = 2; n <= 9; n++)
            fixture.Send(n, "a");
        fixture.Send(1, "a");
        await fixture.AnswersAsync(9);
        await fixture.StopServiceAsync(host);

        // The ids are part of the snapshot.
        await fixture.StartServiceAsync(change: g => Remembering(g, 10));
        fixture.Send(1, "a");
        fixture.Send(10, "a");
        AssertChained(await fixture.AnswersAsync(10));

        fixture.Send(11, "a");
        fixture.Send(1, "a");
        fixture.Send(12, "a");
        var answers = await fixture.AnswersAsync(12);
        Assert.Equal(2, answers.Count(a => a.TransactionId == Id(1)));
        Assert.Equal(13, answers.Count);
    }

    [Fact]
    public async Task Message_when_it_cannot_be_taken_is_parked_once_and_holds_up_nobody()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync(change: NoSnapshotsButTheLast);
        fixture.Send(1, "a");
        fixture.Producer.Produce(fixture.Kafka.Topic(Topics.Transactions), new Message<byte[], byte[]> { Key = "a"u8.ToArray(), Value = Encoding.UTF8.GetBytes("no json") });
        fixture.Send(2, "a", ("fail", ""));
        fixture.Send(3, "a");
        AssertChained(await fixture.AnswersAsync(2));
        await Eventually.HoldsAsync("two are parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 2);
        Assert.Equal("failed,refused", await fixture.ScalarAsync<string>("select string_agg(status, ',' order by status) from messaging.parked"));

        // As if the process had been killed: what is parked comes again, and is discarded meanwhile by a person.
        await fixture.ScalarAsync<long>("with gone as (delete from messaging.parked where status = 'refused' returning 1) select count(*) from gone");
        await fixture.ScalarAsync<long>("with taken as (update messaging.lane set owner = null, epoch = epoch + 1 returning 1) select count(*) from taken");
        await fixture.StopServiceAsync(host);
        await fixture.StartServiceAsync();
        fixture.Send(4, "a");
        AssertChained(await fixture.AnswersAsync(3));
        Assert.Equal(1L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked"));
        await Eventually.HoldsAsync("a snapshot has passed it", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.stream_parked") == 0);
    }

    [Fact]
    public async Task Message_when_its_type_is_anothers_is_passed_over_and_not_parked()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync(change: TransactionsAlone);
        fixture.Send(1, "a");
        fixture.Producer.Produce(fixture.Kafka.Topic(Topics.Transactions), new Message<byte[], byte[]> { Key = "a"u8.ToArray(), Value = Encoding.UTF8.GetBytes("no json") });
        fixture.SendCancellation(2, "a");
        fixture.Send(3, "a");
        AssertChained(await fixture.AnswersAsync(2));
        await fixture.StopServiceAsync(host);
        Assert.Equal(4L, await fixture.ScalarAsync<long>("select sum(p.value::bigint)::bigint from messaging.stream_snapshot s, jsonb_each_text(s.positions) p"));

        await fixture.StartServiceAsync(change: TransactionsAlone);
        fixture.Send(4, "a");
        AssertChained(await fixture.AnswersAsync(3));
        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked"));

        static StreamGroup TransactionsAlone(StreamGroup g) => new()
        {
            Name = g.Name, Topics = g.Topics, OutputTopic = g.OutputTopic, CreateProcessor = g.CreateProcessor, Takes = [typeof(TransactionSubmitted)], KeeperOf = [],
        };
    }

    [Fact]
    public async Task Message_when_it_is_redriven_does_take_its_turn_again_and_one_that_is_discarded_is_gone()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var behaviour = new ChainProcessor.Behaviour();
        var host = await fixture.StartServiceAsync(behaviour);
        fixture.Send(1, "a", ("fail", ""));
        fixture.Send(2, "a", ("fail", ""));
        fixture.Send(4, "a", ("fail", ""));
        fixture.Send(3, "a");
        await fixture.AnswersAsync(1);
        await Eventually.HoldsAsync("three are parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked where status = 'failed'") == 3);

        // One is edited, while the others would fail again; then one is taken again at a rate, and one is given up.
        var parked = host.Services.GetRequiredService<ParkedMessages>();
        var messages = (await parked.PageAsync(null, 0, 10, CancellationToken.None)).ToList();
        Assert.All(messages, m => Assert.Equal("stream", m.Kind));
        var ids = messages.ConvertAll(p => p.ParkedId);
        var edits = host.Services.GetRequiredService<ParkedEdits>();
        var mended = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            Messaging.LaneFixture.Transaction(Id(4), "a"), MessageCatalog.Contracts.Of(typeof(TransactionSubmitted)).Json);
        Assert.IsType<ParkedEditOutcome.Done>(await edits.ProposeAsync(
            new ParkedProposal(Id(40), ids[2], mended, "typo", TimeProvider.System.GetUtcNow().AddHours(1)), "otto", CancellationToken.None));
        Assert.IsType<ParkedEditOutcome.Done>(await edits.ApproveAsync(Id(40), "fine", "olga", CancellationToken.None));
        await fixture.AnswersAsync(2);
        behaviour.Failing = false;
        await host.Services.GetRequiredService<Redrives>().AskAsync(
            new RedriveOrder(Id(41), new ParkedFilter { ParkedId = ids[0] }, 1, At: null, "mended", "test"), CancellationToken.None);
        Assert.True(await parked.RequestAsync(ids[1], ParkedRequest.Discard, "test", CancellationToken.None));
        var answers = await fixture.AnswersAsync(3);
        AssertChained(answers);
        Assert.Equal([Id(3), Id(4), Id(1)], answers.Select(a => a.TransactionId));
        await Eventually.HoldsAsync("none is parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 0);
        await Eventually.HoldsAsync("the redrive is done", async () => await fixture.ScalarAsync<string>("select state from messaging.redrive") == "done");
        Assert.Equal("discarded,republished,republished", await fixture.ScalarAsync<string>(
            "select string_agg(outcome, ',' order by outcome) from messaging.parked_audit where outcome in ('discarded', 'republished')"));
    }

    [Fact]
    public async Task Lane_when_another_has_taken_it_does_end_and_the_other_goes_on()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var first = await fixture.StartServiceAsync();
        for (var n = 0; n < 500; n++)
            fixture.Send(n, $"account{n % 37}");
        await fixture.AnswersAsync(500);
        var second = await fixture.StartServiceAsync();
        var streams = second.Services.GetRequiredService<StreamHost>();
        await Eventually.HoldsAsync("lanes are shared", () => streams.Status().Sum(s => s.LanesOwned) == Partitions / 2);
        for (var n = 500; n < 1_000; n++)
            fixture.Send(n, $"account{n % 37}");
        await fixture.AnswersAsync(1_000);
        await fixture.StopServiceAsync(first);
        for (var n = 1_000; n < 1_500; n++)
            fixture.Send(n, $"account{n % 37}");
        AssertChained(await fixture.AnswersAsync(1_500));
        Assert.Equal(Partitions, streams.Status().Sum(s => s.LanesOwned));
    }

    [Fact]
    public async Task Lane_when_its_lease_cannot_be_shown_does_answer_nothing_until_it_can()
    {
        await using var fixture = await CreateAsync(infrastructure);
        await fixture.StartServiceAsync(settings: ("Messaging:LeaseMs", "1000"));
        fixture.Send(1, "a");
        using var reader = new AnswerReader(fixture.Kafka, Partitions);
        await Eventually.HoldsAsync("it is answered", () => reader.ReadOn() == 1);
        await using (var blocking = await fixture.Source.OpenConnectionAsync())
        {
            await using var transaction = await blocking.BeginTransactionAsync();
            await using var command = blocking.CreateCommand();
            command.CommandText = "lock table messaging.member in access exclusive mode";
            await command.ExecuteNonQueryAsync();
            // Longer than four fifths of the lease: no heartbeat comes through.
            await Task.Delay(TimeSpan.FromMilliseconds(1_200));
            fixture.Send(2, "a");
            await Task.Delay(TimeSpan.FromMilliseconds(500));
            Assert.Equal(1, reader.ReadOn());
            await transaction.RollbackAsync();
        }
        AssertChained(await fixture.AnswersAsync(2));
    }

    [Fact]
    public async Task Lane_when_the_broker_is_away_under_load_does_lose_and_repeat_nothing()
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);
        await fixture.StartServiceAsync(settings: ("Kafka:Client:reconnect.backoff.max.ms", "200"));
        for (var round = 0; round < 3; round++)
        {
            for (var n = 0; n < 1_000; n++)
                fixture.Send((round * 1_000) + n, $"account{n % 37}");
            await fixture.AnswersAsync((round * 1_000) + 100);
            await fixture.Kafka.Embedded!.GoDownAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(300));
            await fixture.Kafka.Embedded.GoUpAsync();
        }
        AssertChained(await fixture.AnswersAsync(3_000));
    }

    static StreamGroup NoSnapshotsButTheLast(StreamGroup group) => new()
    {
        Name = group.Name, Topics = group.Topics, OutputTopic = group.OutputTopic, CreateProcessor = group.CreateProcessor,
        SnapshotInterval = TimeSpan.FromHours(1),
    };

    static StreamGroup Remembering(StreamGroup group, int ids) => new()
    {
        Name = group.Name, Topics = group.Topics, OutputTopic = group.OutputTopic, CreateProcessor = group.CreateProcessor,
        SnapshotInterval = TimeSpan.FromHours(1), RememberedIds = ids,
    };
}
