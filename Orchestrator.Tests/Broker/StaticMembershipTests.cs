using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Tests.Broker;

/// <summary>Members with a name that outlives a restart (group.instance.id).</summary>
public sealed class StaticMembershipTests : IDisposable
{
    const string Name = "worker-1";

    readonly GroupFixture _group = new();

    public void Dispose() => _group.Dispose();

    [Fact]
    public async Task Static_member_when_it_restarts_keeps_its_assignment_without_a_rebalance()
    {
        var before = await _group.OneAsync(Name);
        var after = await _group.JoinAsync(GroupFixture.Request(instanceId: Name));

        Assert.Equal((KafkaError.None, before.Generation, GroupState.Stable), (after.Error, after.Generation, _group.State));
        Assert.NotEqual(before.MemberId, after.MemberId);
        Assert.Equal(before.MemberId, after.Leader);
        Assert.Empty(after.Members);
        Assert.Equal($"part of {before.MemberId}", GroupFixture.Text((await _group.SyncAsync(after, instanceId: Name)).Assignment));
    }

    [Fact]
    public async Task Static_member_when_another_has_taken_its_name_is_fenced()
    {
        var before = await _group.OneAsync(Name);
        await _group.JoinAsync(GroupFixture.Request(instanceId: Name));

        Assert.Equal(KafkaError.FencedInstanceId, _group.Heartbeat(before, Name));
        Assert.Equal(KafkaError.FencedInstanceId, (await _group.SyncAsync(before, instanceId: Name)).Error);
        Assert.Equal(KafkaError.FencedInstanceId, (await _group.JoinAsync(GroupFixture.Request(before.MemberId, Name))).Error);
        Assert.Equal(KafkaError.FencedInstanceId, _group.Leave(before.MemberId, Name));
        Assert.Equal(
            KafkaError.FencedInstanceId, _group.Coordinator.Commit(GroupFixture.Group, GroupFixture.Who(before, Name), () => KafkaError.None));
        Assert.Equal(KafkaError.UnknownMemberId, _group.Heartbeat(before));
    }

    [Fact]
    public async Task Static_member_when_it_is_replaced_while_it_waits_is_told()
    {
        var one = await _group.OneAsync();
        var old = _group.JoinAsync(GroupFixture.Request(instanceId: Name));
        var replacement = _group.JoinAsync(GroupFixture.Request(instanceId: Name));

        Assert.Equal(KafkaError.FencedInstanceId, (await old).Error);
        Assert.Equal(2, (await _group.JoinAgainAsync(one)).Members.Count);
        Assert.Equal(KafkaError.None, (await replacement).Error);
    }

    [Fact]
    public async Task Static_member_when_it_misses_a_rebalance_keeps_its_place_until_its_session_ends()
    {
        await _group.OneAsync(Name);
        var joining = _group.JoinAsync();
        _group.Time.Advance(GroupFixture.Session - TimeSpan.FromSeconds(1));
        Assert.False(joining.IsCompleted);
        _group.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Single((await joining).Members);
    }

    [Fact]
    public async Task Static_member_when_the_rebalance_ends_before_its_session_is_assigned_to_as_well()
    {
        var patient = GroupFixture.Request(instanceId: Name) with { RebalanceTimeout = TimeSpan.FromSeconds(2) };
        var named = await _group.JoinAsync(patient);
        await _group.SyncAsync(named, instanceId: Name);
        var joining = _group.JoinAsync(GroupFixture.Request() with { RebalanceTimeout = TimeSpan.FromSeconds(2) });
        _group.Time.Advance(TimeSpan.FromSeconds(2));

        var leader = await joining;
        Assert.Equal((leader.MemberId, 2), (leader.Leader, leader.Members.Count));
        await _group.SyncAsync(leader);
        var back = await _group.JoinAsync(patient);
        Assert.Equal((leader.Generation, GroupState.Stable), (back.Generation, _group.State));
        Assert.Equal($"part of {named.MemberId}", GroupFixture.Text((await _group.SyncAsync(back, instanceId: Name)).Assignment));
    }

    [Fact]
    public async Task Static_member_when_it_asks_for_an_id_first_is_joined_at_once() =>
        Assert.Equal(KafkaError.None, (await _group.JoinAsync(GroupFixture.Request(instanceId: Name, takesIdFirst: true))).Error);

    [Fact]
    public async Task Static_member_when_an_operator_removes_it_by_name_is_gone()
    {
        var one = await _group.OneAsync(Name);
        Assert.Equal(KafkaError.UnknownMemberId, _group.Leave("", "worker-2"));
        Assert.Equal(KafkaError.None, _group.Leave("", Name));
        Assert.Equal(KafkaError.UnknownMemberId, _group.Heartbeat(one, Name));
        Assert.Equal(GroupState.Empty, _group.State);
    }
}
