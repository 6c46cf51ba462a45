using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Tests.Broker;

/// <summary>How members go: sessions that end, rebalances that do not wait for ever, leaving, connections that close, and who is not let in.</summary>
public sealed class GroupMembershipTests : IDisposable
{
    readonly GroupFixture _group = new();

    public void Dispose() => _group.Dispose();

    [Fact]
    public async Task Member_when_it_sends_no_heartbeat_is_removed_and_the_group_rebalances()
    {
        var (leader, follower) = await _group.TwoAsync();
        _group.Time.Advance(GroupFixture.Session - TimeSpan.FromSeconds(1));
        Assert.Equal(KafkaError.None, _group.Heartbeat(leader));
        _group.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(KafkaError.UnknownMemberId, _group.Heartbeat(follower));
        Assert.Equal(KafkaError.RebalanceInProgress, _group.Heartbeat(leader));
        var alone = await _group.JoinAgainAsync(leader);
        Assert.Single(alone.Members);
        Assert.Equal(leader.Generation + 1, alone.Generation);
    }

    [Fact]
    public async Task Member_when_it_sends_heartbeats_stays()
    {
        var one = await _group.OneAsync();
        for (var i = 0; i < 100; i++)
        {
            _group.Time.Advance(GroupFixture.Session - TimeSpan.FromMilliseconds(1));
            Assert.Equal(KafkaError.None, _group.Heartbeat(one));
        }
    }

    [Fact]
    public async Task Group_when_its_last_member_is_silent_is_empty()
    {
        var one = await _group.OneAsync();
        _group.Time.Advance(GroupFixture.Session);

        Assert.Equal(GroupState.Empty, _group.State);
        Assert.Equal(KafkaError.UnknownMemberId, (await _group.SyncAsync(one)).Error);
        Assert.Equal(3, (await _group.JoinAsync()).Generation);
    }

    [Fact]
    public async Task Rebalance_when_a_member_beats_but_does_not_join_goes_on_without_it()
    {
        var (leader, follower) = await _group.TwoAsync();
        var joining = _group.JoinAgainAsync(leader);
        for (var waited = TimeSpan.Zero; waited < GroupFixture.Patience; waited += TimeSpan.FromSeconds(5))
        {
            Assert.False(joining.IsCompleted);
            Assert.Equal(KafkaError.RebalanceInProgress, _group.Heartbeat(follower));
            _group.Time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Single((await joining).Members);
        Assert.Equal(KafkaError.UnknownMemberId, _group.Heartbeat(follower));
    }

    [Fact]
    public async Task Rebalance_when_the_leader_beats_but_does_not_assign_goes_on_without_it()
    {
        var one = await _group.OneAsync();
        var joining = _group.JoinAsync();
        var leader = await _group.JoinAgainAsync(one);
        var follower = await joining;
        var waiting = _group.SyncAsync(follower);
        for (var waited = TimeSpan.Zero; waited < GroupFixture.Patience; waited += TimeSpan.FromSeconds(5))
        {
            Assert.Equal(KafkaError.None, _group.Heartbeat(leader));
            _group.Time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(KafkaError.RebalanceInProgress, (await waiting).Error);
        Assert.Equal(KafkaError.UnknownMemberId, _group.Heartbeat(leader));
        Assert.Equal(follower.MemberId, (await _group.JoinAgainAsync(follower)).Leader);
    }

    [Fact]
    public async Task Member_when_it_leaves_makes_the_others_rebalance()
    {
        var (leader, follower) = await _group.TwoAsync();
        Assert.Equal(KafkaError.None, _group.Leave(leader.MemberId));
        Assert.Equal(KafkaError.UnknownMemberId, _group.Leave(leader.MemberId));

        Assert.Equal(KafkaError.RebalanceInProgress, _group.Heartbeat(follower));
        var alone = await _group.JoinAgainAsync(follower);
        Assert.Equal((follower.MemberId, 1), (alone.Leader, alone.Members.Count));
    }

    [Fact]
    public async Task Member_when_it_leaves_while_others_wait_for_it_lets_them_go_on()
    {
        var (leader, follower) = await _group.TwoAsync();
        var joining = _group.JoinAgainAsync(leader);
        _group.Leave(follower.MemberId);
        Assert.Single((await joining).Members);
    }

    [Fact]
    public async Task Member_when_it_leaves_with_an_id_it_has_not_joined_with_is_not_waited_for()
    {
        var given = await _group.JoinAsync(GroupFixture.Request(takesIdFirst: true));
        var joining = _group.JoinAsync();
        Assert.Equal(KafkaError.None, _group.Leave(given.MemberId));
        Assert.Equal(KafkaError.None, (await joining).Error);
    }

    [Fact]
    public async Task Connection_when_it_closes_while_a_new_member_joins_leaves_no_ghost()
    {
        var one = await _group.OneAsync();
        using var connection = new CancellationTokenSource();
        var joining = _group.JoinAsync(closed: connection.Token);
        await connection.CancelAsync();

        Assert.Equal(KafkaError.RebalanceInProgress, (await joining).Error);
        Assert.Single((await _group.JoinAgainAsync(one)).Members);
    }

    [Fact]
    public async Task Connection_when_it_closes_while_a_known_member_waits_keeps_its_place_for_the_session()
    {
        var (leader, follower) = await _group.TwoAsync();
        using var connection = new CancellationTokenSource();
        var joining = _group.JoinAsync(GroupFixture.Request(leader.MemberId), connection.Token);
        await connection.CancelAsync();
        await joining;

        var others = _group.JoinAgainAsync(follower);
        Assert.False(others.IsCompleted);
        Assert.Equal(2, (await _group.JoinAgainAsync(leader)).Members.Count);
        await others;
    }

    [Fact]
    public async Task Connection_when_it_closes_while_a_member_syncs_keeps_its_place_for_the_session()
    {
        var one = await _group.OneAsync();
        var joining = _group.JoinAsync();
        var leader = await _group.JoinAgainAsync(one);
        var follower = await joining;
        using var connection = new CancellationTokenSource();
        var syncing = _group.SyncAsync(follower, closed: connection.Token);
        await connection.CancelAsync();
        await syncing;

        await _group.SyncAsync(leader);
        Assert.Equal($"part of {follower.MemberId}", GroupFixture.Text((await _group.SyncAsync(follower)).Assignment));
    }

    [Theory]
    [InlineData(5, KafkaError.InvalidSessionTimeout)]
    [InlineData(6, KafkaError.None)]
    [InlineData(1_800_000, KafkaError.None)]
    [InlineData(1_800_001, KafkaError.InvalidSessionTimeout)]
    public async Task Join_when_the_session_is_out_of_bounds_is_refused(int sessionMs, KafkaError expected) =>
        Assert.Equal(expected, (await _group.JoinAsync(GroupFixture.Request() with { SessionTimeout = TimeSpan.FromMilliseconds(sessionMs) })).Error);

    [Fact]
    public async Task Join_when_something_is_too_large_is_refused()
    {
        using var small = new GroupFixture(new GroupOptions
        {
            InitialRebalanceDelay = TimeSpan.FromSeconds(1), MaxGroups = 1, MaxMembersPerGroup = 2, MaxMemberBytes = 1_000,
        });
        Assert.Equal(KafkaError.InvalidRequest, (await small.JoinAsync(GroupFixture.Request(topics: new string('t', 1_000)))).Error);
        Assert.Equal(KafkaError.InvalidGroupId, (await small.Coordinator.JoinAsync("", GroupFixture.Request(), default)).Error);
        Assert.Equal(KafkaError.InvalidGroupId, (await small.Coordinator.JoinAsync(new string('g', 256), GroupFixture.Request(), default)).Error);

        _ = small.JoinAsync();
        Assert.Equal(KafkaError.MemberIdRequired, (await small.JoinAsync(GroupFixture.Request(takesIdFirst: true))).Error);
        Assert.Equal(KafkaError.GroupMaxSizeReached, (await small.JoinAsync()).Error);
        Assert.Equal(KafkaError.GroupMaxSizeReached, (await small.Coordinator.JoinAsync("other", GroupFixture.Request(), default)).Error);
    }

    [Fact]
    public async Task Coordinator_when_it_is_full_drops_groups_without_members()
    {
        using var small = new GroupFixture(new GroupOptions { InitialRebalanceDelay = TimeSpan.Zero, MaxGroups = 1 });
        var one = await small.OneAsync();
        small.Leave(one.MemberId);

        Assert.Equal(KafkaError.None, (await small.Coordinator.JoinAsync("other", GroupFixture.Request(), default)).Error);
        Assert.Null(small.Coordinator.Describe(GroupFixture.Group));
    }

    [Fact]
    public async Task Request_when_the_generation_or_member_is_not_the_groups_is_refused()
    {
        var one = await _group.OneAsync();
        var old = one with { Generation = 7 };
        var stranger = one with { MemberId = "stranger" };

        Assert.Equal(KafkaError.IllegalGeneration, _group.Heartbeat(old));
        Assert.Equal(KafkaError.IllegalGeneration, (await _group.SyncAsync(old)).Error);
        Assert.Equal(KafkaError.UnknownMemberId, _group.Heartbeat(stranger));
        Assert.Equal(KafkaError.UnknownMemberId, (await _group.SyncAsync(stranger)).Error);
        Assert.Equal(KafkaError.UnknownMemberId, (await _group.JoinAgainAsync(stranger)).Error);
        Assert.Equal(KafkaError.UnknownMemberId, _group.Coordinator.Heartbeat("nowhere", GroupFixture.Who(one)));
    }
}
