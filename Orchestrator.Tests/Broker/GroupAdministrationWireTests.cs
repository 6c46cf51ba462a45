using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Tests.Broker;

/// <summary>The layouts of DescribeGroups, ListGroups and DeleteGroups in every version.</summary>
public sealed class GroupAdministrationWireTests : IDisposable
{
    const string OnlyPositions = "batch";

    readonly GroupWire _wire = new();

    public GroupAdministrationWireTests() => _wire.Offsets.Commit(OnlyPositions, [new GroupPosition("t", 0, 1, "")]);

    public void Dispose() => _wire.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Groups_when_they_are_described_show_state_and_members(int version)
    {
        var one = await _wire.OneAsync("worker-1");
        var groups = await _wire.CallAsync(ApiKey.DescribeGroups, version, w =>
        {
            w.Array([GroupFixture.Group, OnlyPositions, "nowhere"], (g, id) => g.String(id));
            if (version >= 3)
                w.Boolean(true);
        }, r =>
        {
            GroupWire.Throttle(r, version >= 1);
            return r.Array(g => ReadGroup(g, version));
        });

        Assert.Equal(
            [(GroupFixture.Group, "Stable", "consumer", "range"), (OnlyPositions, "Empty", "", ""), ("nowhere", "Dead", "", "")],
            groups.Select(g => (g.Id, g.State, g.ProtocolType, g.Protocol)));
        var member = Assert.Single(groups[0].Members);
        Assert.Equal((one.MemberId, version >= 4 ? "worker-1" : null), (member.MemberId, member.InstanceId));
        Assert.Equal(("client", "/10.0.0.1"), (member.ClientId, member.Host));
        Assert.Equal(("range:t", $"part of {one.MemberId}"), (GroupFixture.Text(member.Metadata), GroupFixture.Text(member.Assignment)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Groups_when_they_are_listed_are_those_with_members_and_those_with_positions(int version)
    {
        await _wire.OneAsync();
        var groups = await _wire.CallAsync(ApiKey.ListGroups, version, _ => { }, r =>
        {
            GroupWire.Throttle(r, version >= 1);
            Assert.Equal(KafkaError.None, GroupWire.Error(r));
            return r.Array(g => (g.String(), g.String()));
        });
        Assert.Equal([(OnlyPositions, ""), (GroupFixture.Group, "consumer")], groups.Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Groups_when_they_are_deleted_lose_their_positions_unless_they_have_members(int version)
    {
        await _wire.OneAsync();
        _wire.Offsets.Commit(GroupFixture.Group, [new GroupPosition("t", 0, 1, "")]);
        var outcomes = await _wire.CallAsync(
            ApiKey.DeleteGroups, version, w => w.Array([GroupFixture.Group, OnlyPositions, "nowhere", ""], (g, id) => g.String(id)), r =>
            {
                GroupWire.Throttle(r, isThere: true);
                return r.Array(g => (g.String(), GroupWire.Error(g)));
            });

        Assert.Equal(
            [
                (GroupFixture.Group, KafkaError.NonEmptyGroup),
                (OnlyPositions, KafkaError.None),
                ("nowhere", KafkaError.GroupIdNotFound),
                ("", KafkaError.InvalidGroupId),
            ],
            outcomes);
        Assert.Equal([GroupFixture.Group], _wire.Offsets.Groups());
    }

    static (string Id, string State, string ProtocolType, string Protocol, List<MemberDescription> Members) ReadGroup(KafkaReader answer, int version)
    {
        Assert.Equal(KafkaError.None, GroupWire.Error(answer));
        var group = (answer.String(), answer.String(), answer.String(), answer.String(), answer.Array(m => new MemberDescription(
            m.String(), version >= 4 ? m.NullableString() : null, m.String(), m.String(), m.Bytes(), m.Bytes())));
        if (version >= 3)
            Assert.Equal(int.MinValue, answer.Int32());
        return group;
    }
}
