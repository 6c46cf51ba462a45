using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Tests.Broker;

/// <summary>How members of a group come together: joining, agreeing, syncing.</summary>
public sealed class ConsumerGroupTests : IDisposable
{
    readonly GroupFixture _group = new();

    public void Dispose() => _group.Dispose();

    [Fact]
    public async Task Group_when_two_members_join_has_one_leader_and_hands_out_its_assignments()
    {
        var first = await _group.OneAsync();
        Assert.Equal(1, first.Generation);

        var joining = _group.JoinAsync();
        Assert.False(joining.IsCompleted);
        Assert.Equal(KafkaError.RebalanceInProgress, _group.Heartbeat(first));
        var leader = await _group.JoinAgainAsync(first);
        var follower = await joining;

        Assert.Equal((2, 2), (leader.Generation, follower.Generation));
        Assert.Equal((first.MemberId, first.MemberId), (leader.Leader, follower.Leader));
        Assert.Equal(["range:t", "range:t"], leader.Members.Select(m => GroupFixture.Text(m.Metadata)));
        Assert.Empty(follower.Members);
        Assert.StartsWith("client-", follower.MemberId, StringComparison.Ordinal);

        var followerSync = _group.SyncAsync(follower);
        Assert.False(followerSync.IsCompleted);
        var leaderSync = await _group.SyncAsync(leader);
        Assert.Equal($"part of {leader.MemberId}", GroupFixture.Text(leaderSync.Assignment));
        Assert.Equal($"part of {follower.MemberId}", GroupFixture.Text((await followerSync).Assignment));
        Assert.Equal(GroupState.Stable, _group.State);
        Assert.Equal(KafkaError.None, _group.Heartbeat(follower));
    }

    [Fact]
    public async Task Group_when_a_third_joins_refuses_syncs_until_all_have_joined_again()
    {
        var (leader, follower) = await _group.TwoAsync();
        var third = _group.JoinAsync();

        Assert.Equal(GroupState.PreparingRebalance, _group.State);
        Assert.Equal(KafkaError.RebalanceInProgress, _group.Heartbeat(leader));
        Assert.Equal(KafkaError.RebalanceInProgress, (await _group.SyncAsync(follower)).Error);

        var leaderAgain = _group.JoinAgainAsync(leader);
        Assert.False(third.IsCompleted);
        var followerAgain = await _group.JoinAgainAsync(follower);
        Assert.Equal([3, 3, 3], new[] { followerAgain, await leaderAgain, await third }.Select(j => j.Generation));
        Assert.Equal(3, (await leaderAgain).Members.Count);
        Assert.Equal(KafkaError.IllegalGeneration, _group.Heartbeat(leader));
    }

    [Fact]
    public async Task Sync_when_a_member_comes_in_between_ends_with_a_rebalance()
    {
        var one = await _group.OneAsync();
        var joining = _group.JoinAsync();
        await _group.JoinAgainAsync(one);
        var waiting = _group.SyncAsync(await joining);

        var third = _group.JoinAsync();

        Assert.Equal(KafkaError.RebalanceInProgress, (await waiting).Error);
        Assert.False(third.IsCompleted);
    }

    [Fact]
    public async Task Sync_when_the_group_is_stable_gives_the_assignment_again()
    {
        var one = await _group.OneAsync();
        Assert.Equal($"part of {one.MemberId}", GroupFixture.Text((await _group.SyncAsync(one)).Assignment));
    }

    [Fact]
    public async Task Join_when_the_version_takes_an_id_first_gives_one_to_join_with()
    {
        var refused = await _group.JoinAsync(GroupFixture.Request(takesIdFirst: true));
        Assert.Equal(KafkaError.MemberIdRequired, refused.Error);
        Assert.Equal(GroupState.Empty, _group.State);

        var joined = await _group.JoinAsync(GroupFixture.Request(refused.MemberId, takesIdFirst: true));
        Assert.Equal((KafkaError.None, refused.MemberId, refused.MemberId), (joined.Error, joined.MemberId, joined.Leader));
    }

    [Fact]
    public async Task Join_when_others_have_an_id_and_are_yet_to_join_waits_for_them()
    {
        var given = await _group.JoinAsync(GroupFixture.Request(takesIdFirst: true));
        var joining = _group.JoinAsync();
        Assert.False(joining.IsCompleted);

        var second = await _group.JoinAsync(GroupFixture.Request(given.MemberId));
        Assert.Equal(1, second.Generation);
        Assert.Equal(2, (await joining).Members.Count);
    }

    [Fact]
    public async Task Join_when_an_id_was_given_and_is_not_used_in_time_forgets_it()
    {
        var given = await _group.JoinAsync(GroupFixture.Request(takesIdFirst: true));
        var joining = _group.JoinAsync();
        _group.Time.Advance(GroupFixture.Session);

        Assert.Equal(KafkaError.None, (await joining).Error);
        Assert.Equal(KafkaError.UnknownMemberId, (await _group.JoinAsync(GroupFixture.Request(given.MemberId))).Error);
    }

    [Fact]
    public async Task Group_when_it_chooses_a_protocol_takes_the_one_that_most_prefer_among_those_all_speak()
    {
        using var gathering = new GroupFixture(new GroupOptions { InitialRebalanceDelay = TimeSpan.FromSeconds(1) });
        var joins = new[]
        {
            gathering.JoinAsync(GroupFixture.Request(protocols: ["own", "range", "sticky"])),
            gathering.JoinAsync(GroupFixture.Request(protocols: ["sticky", "range"])),
            gathering.JoinAsync(GroupFixture.Request(protocols: ["sticky", "range"])),
        };
        gathering.Time.Advance(TimeSpan.FromSeconds(1));

        var joined = await Task.WhenAll(joins);
        Assert.All(joined, j => Assert.Equal("sticky", j.Protocol));
        Assert.All(joined.Single(j => j.Members.Count > 0).Members, m => Assert.Equal("sticky:t", GroupFixture.Text(m.Metadata)));
    }

    [Fact]
    public async Task Join_when_no_protocol_is_shared_is_refused()
    {
        await _group.OneAsync();
        Assert.Equal(KafkaError.InconsistentGroupProtocol, (await _group.JoinAsync(GroupFixture.Request(protocols: ["sticky"]))).Error);
        Assert.Equal(KafkaError.InconsistentGroupProtocol, (await _group.JoinAsync(GroupFixture.Request() with { ProtocolType = "connect" })).Error);
        Assert.Equal(GroupState.Stable, _group.State);
    }

    [Fact]
    public async Task Join_when_a_follower_changes_nothing_learns_the_generation_without_a_rebalance()
    {
        var (leader, follower) = await _group.TwoAsync();

        var again = await _group.JoinAgainAsync(follower);
        Assert.Equal((follower.Generation, GroupState.Stable), (again.Generation, _group.State));

        var changed = _group.JoinAsync(GroupFixture.Request(follower.MemberId, topics: "t,u"));
        Assert.Equal(GroupState.PreparingRebalance, _group.State);
        var leaderAgain = await _group.JoinAgainAsync(leader);
        Assert.Equal(follower.Generation + 1, (await changed).Generation);
        Assert.Contains(leaderAgain.Members, m => GroupFixture.Text(m.Metadata) == "range:t,u");
    }

    [Fact]
    public async Task Join_when_the_leader_joins_again_rebalances()
    {
        var (leader, _) = await _group.TwoAsync();
        var again = _group.JoinAgainAsync(leader);
        Assert.Equal(GroupState.PreparingRebalance, _group.State);
        Assert.False(again.IsCompleted);
    }

    [Fact]
    public async Task Group_when_it_is_new_gathers_members_until_none_comes_for_the_delay()
    {
        using var gathering = new GroupFixture(new GroupOptions { InitialRebalanceDelay = TimeSpan.FromMilliseconds(100) });
        var first = gathering.JoinAsync();
        gathering.Time.Advance(TimeSpan.FromMilliseconds(80));
        var second = gathering.JoinAsync();
        gathering.Time.Advance(TimeSpan.FromMilliseconds(80));
        Assert.Equal(GroupState.PreparingRebalance, gathering.State);
        gathering.Time.Advance(TimeSpan.FromMilliseconds(20));

        Assert.Equal((1, 1), ((await first).Generation, (await second).Generation));
        Assert.Equal(2, (await first).Members.Count + (await second).Members.Count);
    }

    [Fact]
    public async Task Coordinator_when_it_is_disposed_answers_those_who_wait()
    {
        var (leader, _) = await _group.TwoAsync();
        var waiting = _group.JoinAgainAsync(leader);
        _group.Coordinator.Dispose();

        Assert.Equal(KafkaError.CoordinatorNotAvailable, (await waiting).Error);
        Assert.Equal(KafkaError.CoordinatorNotAvailable, (await _group.JoinAsync()).Error);
    }
}
