using Orchestrator.Contracts;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Clusters.Plans;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Configuration.Profiles;

namespace Orchestrator.Tests.Clusters;

public sealed class TopicDriftTests
{
    static readonly TopicPlan Plan = new("orders", 8) { Replication = 3, MinInSync = 2, RetentionDays = 7, MaxMessageBytes = 2 << 20 };

    static readonly TopicPlan Kept = Plan with { KeepForever = true };

    [Fact]
    public void Topic_when_it_is_as_planned_does_not_differ()
    {
        Assert.Empty(TopicDrift.Between([Plan], As(Plan)));
        Assert.Empty(TopicDrift.Between([Kept], As(Kept)));
    }

    [Fact]
    public void Topic_when_it_is_missing_is_created_at_once() =>
        Assert.Equal([("topic", TopicChange.Safe)], TopicDrift.Between([Plan], new Dictionary<string, TopicState>(StringComparer.Ordinal)).Select(d => (d.What, d.Change)));

    [Theory]
    [InlineData("retention.ms", "86400000", TopicChange.Safe, null)]
    [InlineData("retention.ms", "-1", TopicChange.NeedsLeave, "shorter-retention")]
    [InlineData("retention.ms", "999999999999", TopicChange.NeedsLeave, "shorter-retention")]
    [InlineData("retention.ms", null, TopicChange.NeedsLeave, "shorter-retention")]
    [InlineData("cleanup.policy", "compact", TopicChange.NeedsLeave, "cleanup-policy")]
    [InlineData("cleanup.policy", "compact,delete", TopicChange.NeedsLeave, "cleanup-policy")]
    [InlineData("min.insync.replicas", "1", TopicChange.Safe, null)]
    [InlineData("min.insync.replicas", "3", TopicChange.NeedsLeave, "fewer-in-sync")]
    [InlineData("max.message.bytes", "1048588", TopicChange.Safe, null)]
    [InlineData("max.message.bytes", "8388608", TopicChange.NeedsLeave, "smaller-messages")]
    public void Setting_when_it_differs_is_mended_only_where_nothing_is_lost(string name, string? actual, TopicChange change, string? leave)
    {
        var difference = Assert.Single(TopicDrift.Between([Plan], With(Plan, name, actual)));

        Assert.Equal((name, actual, change, leave), (difference.What, difference.Actual, difference.Change, difference.Leave));
        Assert.Equal(change == TopicChange.Safe ? 1 : 0, TopicApplication.Mended([difference], []).Count);
        Assert.Equal(leave is null && change != TopicChange.Safe ? 0 : 1, TopicApplication.Mended([difference], [leave ?? ""]).Count);
    }

    [Fact]
    public void Topic_that_is_kept_for_ever_when_it_forgets_is_made_to_keep_at_once()
    {
        var differences = TopicDrift.Between([Kept], With(Kept, "retention.ms", "604800000"));

        Assert.Equal([("retention.ms", "-1", TopicChange.Safe)], differences.Select(d => (d.What, d.Planned, d.Change)));
    }

    [Fact]
    public void Partitions_when_there_are_too_few_are_added_by_leave_alone_and_never_taken_away()
    {
        var few = Assert.Single(TopicDrift.Between([Plan], As(Plan, state => state with { Partitions = 4 })));
        var many = Assert.Single(TopicDrift.Between([Plan], As(Plan, state => state with { Partitions = 16 })));

        Assert.Equal((TopicChange.NeedsLeave, "partitions"), (few.Change, few.Leave));
        Assert.Empty(TopicApplication.Mended([few], ["shorter-retention"]));
        Assert.Equal(TopicChange.ByHand, many.Change);
        Assert.Empty(TopicApplication.Mended([many], TopicDrift.Leaves));
    }

    [Fact]
    public void Replicas_when_they_are_fewer_than_those_that_must_be_in_sync_stop_the_setting()
    {
        var differences = TopicDrift.Between([Plan], As(Plan with { MinInSync = 1 }, state => state with { Replication = 1 }));

        Assert.Equal([("replication", TopicChange.ByHand), ("min.insync.replicas", TopicChange.ByHand)], differences.Select(d => (d.What, d.Change)));
    }

    [Fact]
    public void Settings_when_they_may_not_be_seen_are_told_to_be_hidden() =>
        Assert.Equal("settings", Assert.Single(TopicDrift.Between([Plan], As(Plan, state => state with { Settings = null }))).What);

    [Fact]
    public void Leaves_when_the_table_has_them_are_those_that_can_be_given() =>
        Assert.Equal(TopicDrift.Leaves.Order(StringComparer.Ordinal), ["cleanup-policy", "fewer-in-sync", "partitions", "shorter-retention", "smaller-messages"]);

    [Theory]
    [InlineData(KafkaProfile.Kafka, -1, null, "2097152", true)]
    [InlineData(KafkaProfile.Confluent, 3, "2", "2097152", true)]
    [InlineData(KafkaProfile.Msk, 3, "2", "2097152", true)]
    [InlineData(KafkaProfile.EventHubs, -1, null, null, false)]
    public void Plan_when_a_profile_is_said_is_what_that_kind_of_cluster_can_hold(KafkaProfile profile, int replicas, string? inSync, string? bytes, bool keepsForEver)
    {
        var plan = TopicPlan.Of(new KafkaOptions { Profile = profile }.Topics(new MessagingOptions { Partitions = 4, InboxDays = 5 }, Names(Topics.LedgerEvents, "events")));

        var events = plan.Single(p => p.Name == "events");
        var orders = plan.Single(p => p.Name == Topics.Transactions);
        Assert.Equal(Topics.All.Count * 2, plan.Count);
        Assert.All(plan, p => Assert.Equal((4, replicas), (p.Partitions, p.Replication)));
        Assert.Equal((inSync, bytes), (orders.Settings.GetValueOrDefault("min.insync.replicas"), orders.Settings.GetValueOrDefault("max.message.bytes")));
        Assert.Equal(keepsForEver, events.Settings["retention.ms"] == "-1");
        Assert.Equal(profile == KafkaProfile.EventHubs ? "604800000" : "432000000", orders.Settings["retention.ms"]);
        Assert.Equal("2592000000", plan.Single(p => p.Name == "events" + Topics.ParkedSuffix).Settings["retention.ms"]);
    }

    [Fact]
    public void Skew_when_one_partition_holds_everything_is_the_number_of_partitions()
    {
        var one = new TopicSkew("orders", [new(0, 100, 1_000, 10), new(1, 0, 0, 0), new(2, 0, 0, 0), new(3, 0, 0, 0)]);
        var even = new TopicSkew("orders", [.. Enumerable.Range(0, 4).Select(p => new PartitionLoad(p, 25, 250, 10))]);
        var none = new TopicSkew("orders", [new(0, 0, 0, 0)]);

        Assert.Equal((4, 4, 100), (one.MessageSkew, one.ByteSkew, one.Messages));
        Assert.Equal((1, 1), (even.MessageSkew, even.ByteSkew));
        Assert.Equal((0, 0), (none.MessageSkew, none.ByteSkew));
    }

    static Dictionary<string, string> Names(string topic, string name) => new(StringComparer.Ordinal) { [topic] = name };

    static Dictionary<string, TopicState> As(TopicPlan plan, Func<TopicState, TopicState>? change = null)
    {
        var state = new TopicState(plan.Name, plan.Partitions, plan.Replication, plan.Replication, 0, plan.Settings);
        return new(StringComparer.Ordinal) { [plan.Name] = change?.Invoke(state) ?? state };
    }

    static Dictionary<string, TopicState> With(TopicPlan plan, string name, string? value) => As(plan, state =>
    {
        var settings = new Dictionary<string, string>(plan.Settings, StringComparer.Ordinal);
        settings.Remove(name);
        if (value is not null)
            settings[name] = value;
        return state with { Settings = settings };
    });
}
