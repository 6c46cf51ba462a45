using CsCheck;
using Orchestrator.Messaging.Ownership;

namespace Orchestrator.Tests.Messaging;

public sealed class LaneShareTests
{
    static readonly Gen<(List<Guid> Members, List<LaneSight> Lanes)> AnyGroup =
        from count in Gen.Int[1, 9]
        from lanes in Gen.Int[1, 40]
        from owners in Gen.Int[-1, count - 1].Array[lanes]
        select (
            Enumerable.Range(1, count).Select(Member).ToList(),
            owners.Select((owner, partition) => new LaneSight(partition, 7, owner < 0 ? null : Member(owner + 1))).ToList());

    [Fact]
    public void Lanes_when_all_decide_again_and_again_do_get_one_owner_each_and_even_shares() => AnyGroup.Sample((members, lanes) =>
    {
        lanes = Settle(members, lanes);
        var shares = members.Select(m => lanes.Count(l => l.Owner == m)).ToList();
        return lanes.TrueForAll(l => l.Owner is not null) && shares.Max() - shares.Min() <= 1;
    });

    [Fact]
    public void Lanes_when_they_are_shared_evenly_do_move_no_oftener_than_they_must() => AnyGroup.Sample((members, lanes) =>
    {
        var settled = Settle(members, lanes);
        var moved = lanes.Zip(settled).Count(l => l.First.Owner is not null && l.First.Owner != l.Second.Owner);
        // At the least, every member gives up what it has above its share, those who have most keeping the larger shares.
        var (least, remainder) = Math.DivRem(lanes.Count, members.Count);
        var must = members.Select(m => lanes.Count(l => l.Owner == m)).OrderDescending().Select((owned, rank) => Math.Max(0, owned - least - (rank < remainder ? 1 : 0))).Sum();
        return moved == must;
    });

    [Fact]
    public void Lanes_when_all_are_owned_and_even_do_stay() => AnyGroup.Sample((members, lanes) =>
    {
        lanes = Settle(members, lanes);
        return members.TrueForAll(m => LaneShare.Decide(m, members, lanes) is { Release.Count: 0, Claim.Count: 0 });
    });

    [Fact]
    public void Lanes_when_nobody_has_too_many_and_all_claim_at_once_do_all_get_an_owner_at_once() => AnyGroup.Sample((members, lanes) =>
    {
        lanes = [.. lanes.Select(l => l with { Owner = null })];
        var claimed = members.SelectMany(m => LaneShare.Decide(m, members, lanes).Claim).ToList();
        return claimed.Count == lanes.Count && claimed.Distinct().Count() == lanes.Count;
    });

    // Each round all see the same, give up and claim; the first to claim a lane gets it.
    static List<LaneSight> Settle(List<Guid> members, List<LaneSight> lanes)
    {
        // One round to give up, and one for each who may claim what another was faster to get.
        for (var round = 0; round <= members.Count; round++)
        {
            var seen = lanes;
            lanes = [.. seen];
            foreach (var member in members)
            {
                var (release, claim) = LaneShare.Decide(member, members, seen);
                foreach (var partition in release)
                {
                    Assert.Equal(member, seen[partition].Owner);
                    lanes[partition] = lanes[partition] with { Owner = null };
                }
                foreach (var partition in claim.Where(p => lanes[p].Epoch == seen[p].Epoch))
                {
                    Assert.Null(seen[partition].Owner);
                    lanes[partition] = lanes[partition] with { Owner = member, Epoch = lanes[partition].Epoch + 1 };
                }
            }
        }
        return lanes;
    }

    static Guid Member(int n) => new(n, 0, 0, [0, 0, 0, 0, 0, 0, 0, 9]);
}
