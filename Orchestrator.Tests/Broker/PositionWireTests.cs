using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Tests.Broker;

/// <summary>The layouts of OffsetCommit and OffsetFetch in every version.</summary>
public sealed class PositionWireTests : IDisposable
{
    readonly GroupWire _wire = new();

    public void Dispose() => _wire.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task Positions_when_they_are_committed_in_a_version_are_stored(int version)
    {
        Assert.Equal(("t", 1, KafkaError.None), await CommitAsync(version, 1, 42, "mine"));
        Assert.Equal(new GroupPosition("t", 1, 42, "mine"), _wire.Offsets.Find(GroupFixture.Group, "t", 1));

        Assert.Equal(("t", 2, KafkaError.None), await CommitAsync(version, 2, 43, null));
        Assert.Equal(new GroupPosition("t", 2, 43, ""), _wire.Offsets.Find(GroupFixture.Group, "t", 2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Positions_when_a_member_commits_are_stored_for_its_generation_alone(int version)
    {
        var one = await _wire.OneAsync(version >= 7 ? "worker-1" : null);
        var who = GroupFixture.Who(one, version >= 7 ? "worker-1" : null);
        Assert.Equal(KafkaError.None, (await CommitAsync(version, 1, 42, "", who)).Error);
        Assert.Equal(KafkaError.IllegalGeneration, (await CommitAsync(version, 1, 43, "", who with { Generation = 9 })).Error);
        Assert.Equal(KafkaError.UnknownMemberId, (await CommitAsync(version, 1, 43, "")).Error);
        Assert.Equal(42, _wire.Offsets.Find(GroupFixture.Group, "t", 1)?.Offset);
    }

    [Fact]
    public async Task Positions_when_a_static_member_was_replaced_are_refused()
    {
        var one = await _wire.OneAsync("worker-1");
        var old = GroupFixture.Who(one, "worker-1") with { MemberId = "older" };
        Assert.Equal(KafkaError.FencedInstanceId, (await CommitAsync(7, 1, 42, "", old)).Error);
    }

    [Fact]
    public async Task Position_when_it_cannot_be_is_refused_and_not_stored()
    {
        Assert.Equal(KafkaError.OffsetMetadataTooLarge, (await CommitAsync(7, 1, 42, new string('m', 4_097))).Error);
        Assert.Equal(KafkaError.UnknownTopicOrPartition, (await CommitAsync(7, -1, 42, "")).Error);
        Assert.Equal(KafkaError.UnknownTopicOrPartition, (await CommitAsync(7, 100, 42, "")).Error);
        Assert.Equal(KafkaError.UnknownTopicOrPartition, (await CommitAsync(7, 1, 42, "", topic: "nowhere")).Error);
        Assert.Equal(KafkaError.InvalidTopic, (await CommitAsync(7, 1, 42, "", topic: new string('t', 250))).Error);
        Assert.Empty(_wire.Offsets.Groups());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Positions_when_they_are_asked_for_in_a_version_are_answered(int version)
    {
        _wire.Offsets.Commit(GroupFixture.Group, [new GroupPosition("t", 1, 42, "mine")]);
        Assert.Equal(
            [("t", 0, -1, ""), ("t", 1, 42, "mine"), ("u", 0, -1, "")],
            await FetchAsync(version, w => w.Array([("t", 2), ("u", 1)], (t, topic) =>
            {
                t.String(topic.Item1);
                t.Array([.. Enumerable.Range(0, topic.Item2)], (p, partition) => p.Int32(partition));
            })));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 2)]
    [InlineData(5, 2)]
    public async Task Positions_when_no_topics_are_named_are_all_from_version_2_on(int version, int expected)
    {
        _wire.Offsets.Commit(GroupFixture.Group, [new GroupPosition("u", 0, 7, ""), new GroupPosition("t", 1, 42, "mine")]);
        var all = new[] { ("t", 1, 42L, "mine"), ("u", 0, 7L, "") };
        Assert.Equal(all.Take(expected), await FetchAsync(version, w => w.Int32(-1)));
        Assert.Empty(await FetchAsync(version, w => w.Int32(0)));
    }

    Task<(string Topic, int Partition, KafkaError Error)> CommitAsync(
        int version, int partition, long offset, string? metadata, MemberIdentity? member = null, string topic = "t") =>
        _wire.CallAsync(ApiKey.OffsetCommit, version, w =>
        {
            var who = member ?? new MemberIdentity("", null, -1);
            w.String(GroupFixture.Group);
            if (version >= 1)
            {
                w.Int32(who.Generation);
                w.String(who.MemberId);
            }
            if (version >= 7)
                w.String(who.InstanceId);
            if (version is >= 2 and <= 4)
                w.Int64(-1);
            w.Array([topic], (t, name) =>
            {
                t.String(name);
                t.Array([partition], (p, index) =>
                {
                    p.Int32(index);
                    p.Int64(offset);
                    if (version == 1)
                        p.Int64(1_700_000_000_000);
                    if (version >= 6)
                        p.Int32(0);
                    p.String(metadata);
                });
            });
        }, r =>
        {
            GroupWire.Throttle(r, version >= 3);
            var (name, partitions) = Assert.Single(r.Array(t => (t.String(), t.Array(p => (p.Int32(), GroupWire.Error(p))))));
            var (index, error) = Assert.Single(partitions);
            return (name, index, error);
        });

    Task<List<(string Topic, int Partition, long Offset, string Metadata)>> FetchAsync(int version, Action<KafkaWriter> topics) =>
        _wire.CallAsync(ApiKey.OffsetFetch, version, w =>
        {
            w.String(GroupFixture.Group);
            topics(w);
        }, r =>
        {
            GroupWire.Throttle(r, version >= 3);
            var positions = r.Array(t =>
            {
                var name = t.String();
                return t.Array(p => ReadPosition(p, name, version));
            });
            if (version >= 2)
                Assert.Equal(KafkaError.None, GroupWire.Error(r));
            return positions.SelectMany(p => p).ToList();
        });

    static (string Topic, int Partition, long Offset, string Metadata) ReadPosition(KafkaReader answer, string topic, int version)
    {
        var (partition, offset) = (answer.Int32(), answer.Int64());
        if (version >= 5)
            Assert.Equal(-1, answer.Int32());
        var metadata = answer.String();
        Assert.Equal(KafkaError.None, GroupWire.Error(answer));
        return (topic, partition, offset, metadata);
    }
}
