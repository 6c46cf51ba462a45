using Confluent.Kafka;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Replay;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Messaging;

namespace Orchestrator.Tests.Replay;

/// <summary>What is live does not notice a replay.</summary>
public sealed class LiveGroupsTests(TestInfrastructure infrastructure)
{
    const int Messages = 40;

    [Fact]
    public async Task Live_groups_when_their_topic_is_replayed_stay_where_they_are_and_do_nothing_again()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var fixture = await LaneFixture.CreateAsync(database.ConnectionString);
        await fixture.StartServiceAsync();
        for (var n = 0; n < Messages; n++)
            fixture.Send(LaneFixture.Transaction(LaneFixture.Id(n), $"a{n % 9}"));
        await fixture.TakenAsync(Messages);
        await Eventually.HoldsAsync("all that is published is acknowledged", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.outbox") == 0);
        await Eventually.HoldsAsync("positions are committed to Kafka too", () => Committed(fixture) == Messages);
        var before = await StandingAsync(fixture);

        using var host = ReplayService.Build(fixture.Kafka.BootstrapServers, database.ConnectionString, ReplayFixture.LongLeaseMs);
        using var worker = ReplayFixture.WorkerOf(host);
        var store = new ReplayStore(fixture.Source, TimeProvider.System);
        var id = ReplayFixture.Id(900);
        await store.RequestAsync(
            id, null, new ReplayOrder(fixture.Kafka.Topic(Topics.Transactions), ReplayTarget.TopicOf(id), ReplayFilter.All), "olga", "the test wants it", 10, CancellationToken.None);
        Assert.True(await worker.RunNextAsync(CancellationToken.None));

        var done = (await store.FindAsync(id, CancellationToken.None))!;
        Assert.Equal((ReplayState.Done, (long)Messages), (done.State, done.Partitions.Sum(p => p.Taken)));
        Assert.Equal(before, await StandingAsync(fixture));
        Assert.Equal(Messages, Committed(fixture));
        using var admin = new AdminClientBuilder(new AdminClientConfig(fixture.Kafka.ClientConfig)).Build();
        Assert.DoesNotContain(admin.ListGroups(TimeSpan.FromSeconds(10)), g => g.Group.Contains("replay", StringComparison.Ordinal));
        // And it goes on with what comes, once each.
        fixture.Send(LaneFixture.Transaction(LaneFixture.Id(Messages), "a1"));
        await fixture.TakenAsync(Messages + 1);
        Assert.Equal(Messages + 1, (await fixture.EffectsAsync()).Distinct().Count());
        Assert.Equal(Messages + 1, (await fixture.EffectsAsync()).Count);
    }

    static long Committed(LaneFixture fixture) => new Orchestrator.Messaging.Clusters.ClusterFacts(fixture.Kafka.ClientConfig)
        .ReadCommitted(fixture.Kafka.Group("recorder"), Enumerable.Range(0, LaneFixture.Partitions).Select(p => new TopicPartition(fixture.Kafka.Topic(Topics.Transactions), p)), TimeSpan.FromSeconds(10))
        .Values.Sum();

    static Task<string> StandingAsync(LaneFixture fixture) => fixture.ScalarAsync<string>(
        """
        select concat_ws(' ', (select string_agg(concat_ws(' ', group_id, partition, positions), ',' order by group_id, partition) from messaging.lane),
            (select count(*) from effect), (select count(*) from messaging.inbox), (select count(*) from messaging.parked), (select count(*) from messaging.lane_group))
        """);
}
