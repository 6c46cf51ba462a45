using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Messaging.Ownership;

namespace Orchestrator.Tests.Messaging;

/// <summary>Processes of two versions share a group, and the older ones cannot run what the newer ones have run.</summary>
public sealed class LeftLanesTests
{
    static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    [Fact]
    public void Lane_when_its_owner_cannot_run_it_is_taken_by_one_who_can_and_all_stay_where_they_are() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 3], Gen.Int[1, 24], Gen.Int[0, int.MaxValue]).Sample((old, young, lanes, seed) =>
        {
            var world = new World(old, young, lanes);
            // The lanes that a newer version has run, as after one of its processes died.
            var foreign = Enumerable.Range(0, lanes).Where(p => (seed >> (p % 31) & 1) == 1).ToHashSet();
            world.Foreign.UnionWith(foreign);

            world.Beats(120);

            Assert.All(world.Lanes, lane => Assert.NotNull(lane.Owner));
            Assert.All(foreign, p => Assert.True(world.IsYoung(world.Lanes[p].Owner!.Value)));
            var settled = world.Lanes.ToList();
            world.Beats(400);
            Assert.Equal(settled, world.Lanes);
        }, iter: 200);

    [Fact]
    public void Lane_when_nobody_can_run_it_waits_for_one_who_can_and_no_other_moves()
    {
        var world = new World(old: 2, young: 0, lanes: 8);
        world.Foreign.UnionWith([1, 6]);
        world.Beats(400);
        Assert.Equal([1, 6], world.Lanes.Where(l => l.Owner is null).Select(l => l.Partition));
        Assert.Equal(6, world.Lanes.Count(l => l.Owner is not null));
        // Tried by each of the two about once a minute, over more than three minutes.
        Assert.InRange(world.Left, 4, 20);

        world.Join();
        world.Beats(80);

        Assert.DoesNotContain(world.Lanes, l => l.Owner is null);
        Assert.All(world.Foreign, p => Assert.True(world.IsYoung(world.Lanes[p].Owner!.Value)));
    }

    [Fact]
    public void Shares_when_no_lane_is_foreign_are_those_of_before() => Gen.Select(Gen.Int[1, 6], Gen.Int[1, 30]).Sample((members, lanes) =>
    {
        var world = new World(old: members, young: 0, lanes);
        world.Beats(60);
        var owned = world.Lanes.GroupBy(l => l.Owner).Select(g => g.Count()).ToList();
        Assert.DoesNotContain(world.Lanes, l => l.Owner is null);
        Assert.True(lanes < members || owned.Max() - owned.Min() <= 1);
    }, iter: 100);

    // What runs of a newer version's is foreign from then on; who cannot run a lane gives it up at once.
    sealed class World
    {
        readonly FakeTimeProvider _time = new();
        readonly Dictionary<Guid, (bool IsYoung, LeftLanes Left)> _members = [];

        public World(int old, int young, int lanes)
        {
            for (var n = 0; n < old + young; n++)
                Add(isYoung: n >= old);
            Lanes = [.. Enumerable.Range(0, lanes).Select(p => new LaneSight(p, 1, null))];
        }

        public List<LaneSight> Lanes { get; private set; }

        public HashSet<int> Foreign { get; } = [];

        public int Left { get; private set; }

        public bool IsYoung(Guid member) => _members[member].IsYoung;

        public void Join() => Add(isYoung: true);

        public void Beats(int count)
        {
            for (; count > 0; count--)
            {
                foreach (var (self, (isYoung, left)) in _members)
                {
                    var (release, claim) = left.Decide(self, _members.Keys, Lanes);
                    foreach (var partition in release)
                        Lanes[partition] = Lanes[partition] with { Owner = null };
                    foreach (var partition in claim.Where(p => Lanes[p].Owner is null))
                    {
                        var isLeft = !isYoung && Foreign.Contains(partition);
                        Lanes[partition] = Lanes[partition] with { Owner = isLeft ? null : self, Epoch = Lanes[partition].Epoch + 1 };
                        if (isLeft)
                        {
                            Left++;
                            left.Leave(partition, "of another version");
                            Assert.NotNull(left.Hindrance);
                        }
                        else if (isYoung)
                        {
                            Foreign.Add(partition);
                        }
                    }
                }
                _time.Advance(Beat);
            }
        }

        void Add(bool isYoung) => _members.Add(new Guid(_members.Count + 1, 0, 0, [0, 0, 0, 0, 0, 0, 0, 9]), (isYoung, new LeftLanes(_time)));
    }
}
