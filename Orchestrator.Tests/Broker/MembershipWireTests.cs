using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Tests.Broker;

/// <summary>The layouts of FindCoordinator, JoinGroup, SyncGroup, Heartbeat and LeaveGroup in every version.</summary>
public sealed class MembershipWireTests : IDisposable
{
    readonly GroupWire _wire = new();

    public void Dispose() => _wire.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task FindCoordinator_when_a_group_is_asked_for_answers_this_broker(int version)
    {
        var found = await _wire.CallAsync(ApiKey.FindCoordinator, version, w =>
        {
            w.String("g");
            if (version >= 1)
                w.Int8(0);
        }, r => ReadCoordinator(r, version));
        Assert.Equal((KafkaError.None, null, 3, "broker.local", 9_092), found);
    }

    [Fact]
    public async Task FindCoordinator_when_a_transactional_id_is_asked_for_answers_this_broker_and_for_anything_else_refuses()
    {
        Assert.Equal((KafkaError.None, null, 3, "broker.local", 9_092), await FindAsync(1));
        var refused = await FindAsync(2);
        Assert.Equal((KafkaError.InvalidRequest, -1), (refused.Error, refused.Broker));
        Assert.NotNull(refused.Message);

        Task<(KafkaError Error, string? Message, int Broker, string Host, int Port)> FindAsync(sbyte kind) => _wire.CallAsync(ApiKey.FindCoordinator, 2, w =>
        {
            w.String("t");
            w.Int8(kind);
        }, r => ReadCoordinator(r, 2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Member_when_it_joins_syncs_beats_and_leaves_is_answered_in_its_version(int version)
    {
        var joined = await JoinAsync(version, "");
        if (version >= 4)
        {
            Assert.Equal((KafkaError.MemberIdRequired, -1), (joined.Error, joined.Generation));
            joined = await JoinAsync(version, joined.MemberId);
        }
        Assert.Equal((KafkaError.None, 1, "range", joined.MemberId), (joined.Error, joined.Generation, joined.Protocol, joined.Leader));
        var member = Assert.Single(joined.Members);
        Assert.Equal((joined.MemberId, "meta"), (member.MemberId, GroupFixture.Text(member.Metadata)));

        var later = Math.Min(version, 3);
        Assert.Equal((KafkaError.None, "part"), await SyncAsync(later, joined.MemberId));
        Assert.Equal(KafkaError.None, await HeartbeatAsync(later, joined.MemberId));
        Assert.Equal(KafkaError.UnknownMemberId, await HeartbeatAsync(later, "stranger"));
        Assert.Equal((KafkaError.UnknownMemberId, ""), await SyncAsync(later, "stranger"));
        await LeaveAsync(later, joined.MemberId, KafkaError.None);
        await LeaveAsync(later, joined.MemberId, KafkaError.UnknownMemberId);
    }

    [Fact]
    public async Task Member_when_it_has_a_name_is_answered_with_it()
    {
        var joined = await JoinAsync(5, "", "worker-1");
        Assert.Equal((KafkaError.None, "worker-1"), (joined.Error, Assert.Single(joined.Members).InstanceId));
    }

    [Fact]
    public async Task Heartbeat_when_it_is_encoded_by_hand_is_understood()
    {
        // Group "g", generation 1, member "m"; the answer is UNKNOWN_MEMBER_ID.
        var raw = new byte[] { 0, 1, (byte)'g', 0, 0, 0, 1, 0, 1, (byte)'m' };
        var answer = await _wire.CallAsync(ApiKey.Heartbeat, 0, w => raw.CopyTo(w.Next(raw.Length)), r => (r.Int8(), r.Int8()));
        Assert.Equal((0, 25), answer);
    }

    [Fact]
    public async Task Leave_when_the_group_has_no_name_is_refused_as_a_whole()
    {
        var error = await _wire.CallAsync(ApiKey.LeaveGroup, 3, w =>
        {
            w.String("");
            w.Array(["m"], WriteLeaving);
        }, r => ReadLeft(r, 3).Error);
        Assert.Equal(KafkaError.InvalidGroupId, error);
    }

    [Fact]
    public async Task Leave_when_nobody_is_named_removes_nobody()
    {
        var left = await _wire.CallAsync(ApiKey.LeaveGroup, 3, w =>
        {
            w.String("");
            w.Array<string>([], WriteLeaving);
        }, r => ReadLeft(r, 3));
        Assert.Empty(left.Members);
    }

    [Fact]
    public async Task Request_when_its_version_is_not_answered_or_its_body_is_short_is_refused()
    {
        await Assert.ThrowsAsync<ProtocolException>(() => _wire.CallAsync(ApiKey.Heartbeat, 4, _ => { }, r => 0));
        await Assert.ThrowsAsync<ProtocolException>(() => _wire.CallAsync(ApiKey.Produce, 0, _ => { }, r => 0));
        await Assert.ThrowsAsync<ProtocolException>(() => _wire.CallAsync(ApiKey.JoinGroup, 5, w => w.String("g"), r => 0));
    }

    Task<JoinResult> JoinAsync(int version, string memberId, string? instanceId = null) => _wire.CallAsync(ApiKey.JoinGroup, version, w =>
    {
        w.String("g");
        w.Int32(10_000);
        if (version >= 1)
            w.Int32(60_000);
        w.String(memberId);
        if (version >= 5)
            w.String(instanceId);
        w.String("consumer");
        w.Array(["range"], (p, name) =>
        {
            p.String(name);
            p.Bytes("meta"u8);
        });
    }, r =>
    {
        GroupWire.Throttle(r, version >= 2);
        return new JoinResult(GroupWire.Error(r), r.Int32(), r.String(), r.String(), r.String(), r.Array(m =>
            new JoinedMember(m.String(), version >= 5 ? m.NullableString() : null, m.Bytes())));
    });

    Task<(KafkaError Error, string Assignment)> SyncAsync(int version, string memberId) => _wire.CallAsync(ApiKey.SyncGroup, version, w =>
    {
        WriteMember(w, version, memberId);
        w.Array([memberId], (a, id) =>
        {
            a.String(id);
            a.Bytes("part"u8);
        });
    }, r =>
    {
        GroupWire.Throttle(r, version >= 1);
        return (GroupWire.Error(r), GroupFixture.Text(r.Bytes()));
    });

    Task<KafkaError> HeartbeatAsync(int version, string memberId) =>
        _wire.CallAsync(ApiKey.Heartbeat, version, w => WriteMember(w, version, memberId), r =>
        {
            GroupWire.Throttle(r, version >= 1);
            return GroupWire.Error(r);
        });

    async Task LeaveAsync(int version, string memberId, KafkaError expected)
    {
        var left = await _wire.CallAsync(ApiKey.LeaveGroup, version, w =>
        {
            w.String("g");
            if (version >= 3)
                w.Array([memberId], WriteLeaving);
            else
                w.String(memberId);
        }, r => ReadLeft(r, version));
        if (version >= 3)
            Assert.Equal((KafkaError.None, (memberId, null, expected)), (left.Error, Assert.Single(left.Members)));
        else
            Assert.Equal(expected, left.Error);
    }

    static void WriteMember(KafkaWriter body, int version, string memberId)
    {
        body.String("g");
        body.Int32(1);
        body.String(memberId);
        if (version >= 3)
            body.String(null);
    }

    static void WriteLeaving(KafkaWriter body, string memberId)
    {
        body.String(memberId);
        body.String(null);
    }

    static (KafkaError Error, List<(string MemberId, string? InstanceId, KafkaError Error)> Members) ReadLeft(KafkaReader answer, int version)
    {
        GroupWire.Throttle(answer, version >= 1);
        return (GroupWire.Error(answer), version >= 3 ? answer.Array(m => (m.String(), m.NullableString(), GroupWire.Error(m))) : []);
    }

    static (KafkaError Error, string? Message, int Broker, string Host, int Port) ReadCoordinator(KafkaReader answer, int version)
    {
        GroupWire.Throttle(answer, version >= 1);
        return (GroupWire.Error(answer), version >= 1 ? answer.NullableString() : null, answer.Int32(), answer.String(), answer.Int32());
    }
}
