using CsCheck;
using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Broker;

/// <summary>Positions, and the journal that keeps them.</summary>
public sealed class GroupOffsetsTests : IAsyncLifetime
{
    const string Group = "payments";
    const int CompactAbove = 10_000;

    string _directory = "";

    string Journal => Path.Combine(_directory, GroupOffsets.FileName);

    public async ValueTask InitializeAsync() => _directory = await ScratchDirectory.CreateAsync(Path.GetRandomFileName());

    public ValueTask DisposeAsync()
    {
        ScratchDirectory.Delete(_directory);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Positions_when_they_are_committed_are_found(bool isOnDisk)
    {
        using var offsets = new GroupOffsets(isOnDisk ? _directory : null);
        Commit(offsets, At("orders", 0, 5), At("orders", 1, 7, "mine"));
        Commit(offsets, At("orders", 0, 6));

        Assert.Equal(At("orders", 0, 6), offsets.Find(Group, "orders", 0));
        Assert.Equal([At("orders", 0, 6), At("orders", 1, 7, "mine")], offsets.All(Group));
        Assert.Null(offsets.Find(Group, "orders", 2));
        Assert.Null(offsets.Find("other", "orders", 0));
        Assert.Equal([Group], offsets.Groups());
    }

    [Fact]
    public void Positions_when_the_broker_restarts_are_still_there()
    {
        using (var offsets = new GroupOffsets(_directory))
        {
            Commit(offsets, At("orders", 0, 5), At("gone", 0, 1), At("café", 3, long.MaxValue, "größe"));
            offsets.Commit("deleted", [At("orders", 0, 9)]);
            Assert.True(offsets.ForgetGroup("deleted"));
            Assert.False(offsets.ForgetGroup("deleted"));
            offsets.Forget("gone");
            offsets.Forget("never there");
        }

        using var reopened = new GroupOffsets(_directory);
        Assert.Equal(0, reopened.TornBytes);
        Assert.Equal([At("café", 3, long.MaxValue, "größe"), At("orders", 0, 5)], reopened.All(Group));
        Assert.Equal([Group], reopened.Groups());
    }

    [Fact]
    public void Topic_when_it_is_forgotten_takes_groups_that_had_nothing_else_with_it()
    {
        using var offsets = new GroupOffsets(null);
        Commit(offsets, At("orders", 0, 5));
        offsets.Commit("other", [At("orders", 1, 5), At("payments", 0, 2)]);
        offsets.Forget("orders");

        Assert.False(offsets.Has(Group));
        Assert.Equal([At("payments", 0, 2)], offsets.All("other"));
    }

    [Fact]
    public void Journal_when_its_tail_is_torn_anywhere_keeps_the_records_before_and_goes_on()
    {
        using (var offsets = new GroupOffsets(_directory))
            Commit(offsets, At("orders", 0, 5));
        var whole = new FileInfo(Journal).Length;
        using (var offsets = new GroupOffsets(_directory))
            Commit(offsets, At("orders", 0, 6), At("orders", 1, 6));
        var bytes = File.ReadAllBytes(Journal);

        for (var length = (int)whole; length < bytes.Length; length++)
        {
            File.WriteAllBytes(Journal, bytes[..length]);
            using (var torn = new GroupOffsets(_directory))
            {
                Assert.Equal(length - whole, torn.TornBytes);
                Assert.Equal([At("orders", 0, 5)], torn.All(Group));
                Commit(torn, At("orders", 0, 8));
            }
            using var reopened = new GroupOffsets(_directory);
            Assert.Equal(0, reopened.TornBytes);
            Assert.Equal([At("orders", 0, 8)], reopened.All(Group));
        }
    }

    [Fact]
    public void Journal_when_its_tail_holds_rubbish_is_cut_there()
    {
        using (var offsets = new GroupOffsets(_directory))
            Commit(offsets, At("orders", 0, 5));
        var whole = File.ReadAllBytes(Journal);

        Gen.Byte.Array[1, 60].Sample(rubbish =>
        {
            File.WriteAllBytes(Journal, [.. whole, .. rubbish]);
            using var offsets = new GroupOffsets(_directory);
            return offsets.TornBytes == rubbish.Length && offsets.All(Group) is [{ Offset: 5 }] && new FileInfo(Journal).Length == whole.Length;
        }, iter: 50, threads: 1);
    }

    [Fact]
    public void Journal_when_most_of_it_is_dead_is_rewritten_with_what_lives()
    {
        using (var offsets = new GroupOffsets(_directory, CompactAbove))
        {
            offsets.Commit("quiet", [At("orders", 7, 1, "stays")]);
            for (var i = 0; i < 5_000; i++)
            {
                Commit(offsets, At("orders", i % 3, i));
                Assert.True(offsets.JournalBytes < CompactAbove + 100);
            }
            Assert.Equal(offsets.JournalBytes, new FileInfo(Journal).Length);
        }

        Assert.Equal([GroupOffsets.FileName], Directory.GetFiles(_directory).Select(Path.GetFileName));
        using var reopened = new GroupOffsets(_directory);
        Assert.Equal([At("orders", 0, 4_998), At("orders", 1, 4_999), At("orders", 2, 4_997)], reopened.All(Group));
        Assert.Equal([At("orders", 7, 1, "stays")], reopened.All("quiet"));
    }

    [Fact]
    public void Journal_when_it_is_large_and_alive_is_left_alone()
    {
        using var offsets = new GroupOffsets(_directory, CompactAbove);
        for (var i = 0; i < 1_000; i++)
            Commit(offsets, At("orders", i, i));
        Assert.True(offsets.JournalBytes > 2 * CompactAbove);
    }

    [Fact]
    public void Journal_when_a_rewrite_was_cut_short_opens_as_it_was()
    {
        using (var offsets = new GroupOffsets(_directory))
            Commit(offsets, At("orders", 0, 5));
        File.WriteAllText(Journal + ".new", "half of a");

        using var reopened = new GroupOffsets(_directory);
        Assert.Equal([At("orders", 0, 5)], reopened.All(Group));
        Assert.False(File.Exists(Journal + ".new"));
    }

    [Fact]
    public void Positions_when_deeds_come_at_random_are_the_same_after_a_restart() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Long[0, 100]).Array[0, 200].Sample(deeds =>
        {
            var model = new SortedDictionary<(string, string), long>();
            File.Delete(Journal);
            using (var offsets = new GroupOffsets(_directory, compactAboveBytes: 500))
            {
                foreach (var (deed, g, t, offset) in deeds)
                {
                    var (group, topic) = ($"g{g}", $"t{t}");
                    switch (deed)
                    {
                        case 0:
                            offsets.Forget(topic);
                            foreach (var key in model.Keys.Where(k => k.Item2 == topic).ToList())
                                model.Remove(key);
                            break;
                        case 1:
                            offsets.ForgetGroup(group);
                            foreach (var key in model.Keys.Where(k => k.Item1 == group).ToList())
                                model.Remove(key);
                            break;
                        default:
                            offsets.Commit(group, [At(topic, 0, offset)]);
                            model[(group, topic)] = offset;
                            break;
                    }
                }
            }
            using var reopened = new GroupOffsets(_directory);
            var found = reopened.Groups().Order(StringComparer.Ordinal).SelectMany(g => reopened.All(g).Select(p => ((g, p.Topic), p.Offset)));
            return found.SequenceEqual(model.Select(m => (m.Key, m.Value)));
        }, iter: 50, threads: 1);

    static GroupPosition At(string topic, int partition, long offset, string metadata = "") => new(topic, partition, offset, metadata);

    static void Commit(GroupOffsets offsets, params GroupPosition[] positions) => Assert.Equal(KafkaError.None, offsets.Commit(Group, positions));
}
