using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Messaging;

public sealed class ClusterChangeTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task New_cluster_when_the_policy_is_halt_does_keep_the_service_from_starting()
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);
        await TakeOneAndStopAsync(fixture);
        await fixture.ReplaceClusterAsync();

        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => fixture.StartServiceAsync());
        Assert.Contains("Messaging:OnLostPosition", refused.Message, StringComparison.Ordinal);
        Assert.NotEqual("{}", await fixture.ScalarAsync<string>("select positions::text from messaging.lane order by length(positions::text) desc limit 1"));
    }

    [Fact]
    public async Task New_cluster_when_the_policy_is_earliest_does_get_what_is_unpublished_and_is_read_from_its_beginning()
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);
        await TakeOneAndStopAsync(fixture);
        // Committed, and the old cluster went before it had it.
        await fixture.LeaveInOutboxAsync(Id(100));
        await fixture.ReplaceClusterAsync();
        fixture.Send(Transaction(Id(1), "a"));
        fixture.Send(Transaction(Id(2), "a"));
        await fixture.StartServiceAsync(("Messaging:OnLostPosition", "Earliest"));
        await fixture.TakenAsync(2);

        Assert.Equal([Id(1), Id(2)], await fixture.EffectsAsync("a"));
        Assert.Equal([Id(100), Id(2)], fixture.Read(Topics.Alerts, 2));
        Assert.Equal("first,adopted", await fixture.ScalarAsync<string>("select string_agg(kind, ',' order by event_id) from messaging.cluster_event"));
    }

    [Theory]
    [InlineData("Halt")]
    [InlineData("Earliest")]
    public async Task Position_when_its_message_is_gone_does_halt_its_lane_or_go_on_from_the_earliest(string policy)
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);
        await TakeOneAndStopAsync(fixture);
        for (var i = 2; i <= 6; i++)
            fixture.Send(Transaction(Id(i), "a"));
        fixture.Producer.Flush(Eventually.Bound);
        var lane = await fixture.ScalarAsync<int>("select lane from effect");
        fixture.Kafka.Embedded!.DeleteRecords(Topics.Transactions, lane, beforeOffset: 4);

        var host = await fixture.StartServiceAsync(("Messaging:OnLostPosition", policy));
        var lanes = host.Services.GetRequiredService<LaneHost>();
        if (string.Equals(policy, "Halt", StringComparison.Ordinal))
        {
            await Eventually.HoldsAsync("the lane halts", () => lanes.Status().Single().LanesHalted == 1);
            Assert.StartsWith("position_lost", lanes.Status().Single().LastError, StringComparison.Ordinal);
            // The others flow on.
            for (var i = 100; i < 120; i++)
                fixture.Send(Transaction(Id(i), $"key{i}"));
            await Eventually.HoldsAsync("others flow", async () => await fixture.ScalarAsync<long>("select count(distinct lane) from effect") == Partitions);
            Assert.Equal([Id(1)], await fixture.EffectsAsync("a"));
        }
        else
        {
            await fixture.TakenAsync(3);
            Assert.Equal([Id(1), Id(5), Id(6)], await fixture.EffectsAsync("a"));
        }
        Assert.Equal(1L, await fixture.ScalarAsync<long>("select count(*) from messaging.cluster_event where kind = 'position_lost'"));
    }

    static async Task TakeOneAndStopAsync(LaneFixture fixture)
    {
        var host = await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "a"));
        await fixture.TakenAsync(1);
        Assert.Equal([Id(1)], fixture.Read(Topics.Alerts, 1));
        await fixture.StopServiceAsync(host);
        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.outbox"));
    }
}
