using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Tests.Broker;

/// <summary>Who may store a group's positions, and who may delete the group.</summary>
public sealed class GroupCommitTests : IDisposable
{
    static readonly MemberIdentity Outsider = new("", null, -1);

    readonly GroupFixture _group = new();
    int _stored;

    public void Dispose() => _group.Dispose();

    [Fact]
    public async Task Commit_when_the_group_has_no_members_is_open_to_anyone()
    {
        Assert.Equal(KafkaError.None, Commit(Outsider));
        Assert.Equal(KafkaError.IllegalGeneration, Commit(new MemberIdentity("gone", null, 3)));

        var one = await _group.OneAsync();
        _group.Leave(one.MemberId);
        Assert.Equal(KafkaError.None, Commit(Outsider));
        Assert.Equal(KafkaError.UnknownMemberId, Commit(GroupFixture.Who(one)));
        Assert.Equal(2, _stored);
    }

    [Fact]
    public async Task Commit_when_the_group_has_members_is_for_those_of_this_generation()
    {
        var one = await _group.OneAsync();
        Assert.Equal(KafkaError.None, Commit(GroupFixture.Who(one)));
        Assert.Equal(KafkaError.IllegalGeneration, Commit(GroupFixture.Who(one) with { Generation = 0 }));
        Assert.Equal(KafkaError.UnknownMemberId, Commit(GroupFixture.Who(one) with { MemberId = "stranger" }));
        Assert.Equal(KafkaError.UnknownMemberId, Commit(Outsider));
        Assert.Equal(1, _stored);
    }

    [Fact]
    public async Task Commit_when_the_group_rebalances_is_accepted_until_all_have_joined()
    {
        var one = await _group.OneAsync();
        var joining = _group.JoinAsync();
        Assert.Equal(KafkaError.None, Commit(GroupFixture.Who(one)));

        var again = await _group.JoinAgainAsync(one);
        await joining;
        Assert.Equal(KafkaError.IllegalGeneration, Commit(GroupFixture.Who(one)));
        Assert.Equal(KafkaError.RebalanceInProgress, Commit(GroupFixture.Who(again)));
        await _group.SyncAsync(again);
        Assert.Equal(KafkaError.None, Commit(GroupFixture.Who(again)));
        Assert.Equal(2, _stored);
    }

    [Fact]
    public async Task Commit_when_it_is_accepted_counts_as_a_heartbeat()
    {
        var one = await _group.OneAsync();
        for (var i = 0; i < 3; i++)
        {
            _group.Time.Advance(GroupFixture.Session - TimeSpan.FromMilliseconds(1));
            Assert.Equal(KafkaError.None, Commit(GroupFixture.Who(one)));
        }
    }

    [Fact]
    public void Commit_when_it_cannot_be_stored_says_why() =>
        Assert.Equal(
            KafkaError.CoordinatorNotAvailable,
            _group.Coordinator.Commit(GroupFixture.Group, Outsider, () => KafkaError.CoordinatorNotAvailable));

    [Fact]
    public async Task Group_when_it_is_deleted_has_no_members_and_takes_its_positions_with_it()
    {
        var one = await _group.OneAsync();
        Assert.Equal(KafkaError.NonEmptyGroup, _group.Coordinator.Delete(GroupFixture.Group, Forgotten));
        Assert.Equal(0, _stored);

        _group.Leave(one.MemberId);
        Assert.Equal(KafkaError.None, _group.Coordinator.Delete(GroupFixture.Group, Forgotten));
        Assert.Equal(1, _stored);
        Assert.Equal(GroupState.Dead, _group.State);
        Assert.Equal(1, (await _group.JoinAsync()).Generation);
    }

    [Fact]
    public void Group_when_it_has_positions_alone_can_be_deleted()
    {
        Assert.Equal(KafkaError.None, _group.Coordinator.Delete(GroupFixture.Group, () => true));
        Assert.Equal(KafkaError.GroupIdNotFound, _group.Coordinator.Delete(GroupFixture.Group, () => false));
        Assert.Equal(KafkaError.InvalidGroupId, _group.Coordinator.Delete("", () => true));
    }

    KafkaError Commit(MemberIdentity who) => _group.Coordinator.Commit(GroupFixture.Group, who, () =>
    {
        _stored++;
        return KafkaError.None;
    });

    bool Forgotten()
    {
        _stored++;
        return true;
    }
}
