namespace Orchestrator.Messaging.Ownership;

/// <summary>What a member sees of a lane: who owns it, when anyone alive does.</summary>
/// <param name="Partition">The lane's partition number.</param>
/// <param name="Epoch">Its epoch when it was read.</param>
/// <param name="Owner">Its owner while alive, else null.</param>
public readonly record struct LaneSight(int Partition, long Epoch, Guid? Owner);

/// <summary>
/// Decides, from what all members see alike, which lanes a member gives up and which it claims. Shares differ by at most one lane,
/// and a lane moves only when its owner has more than its share or is gone.
/// </summary>
public static class LaneShare
{
    /// <summary>Decides for <paramref name="self"/>.</summary>
    /// <param name="self">The member that asks; one of <paramref name="members"/>.</param>
    /// <param name="members">All that are alive.</param>
    /// <param name="lanes">All lanes of the group.</param>
    public static (IReadOnlyList<int> Release, IReadOnlyList<int> Claim) Decide(
        Guid self, IReadOnlyCollection<Guid> members, IReadOnlyList<LaneSight> lanes)
    {
        var mine = lanes.Where(l => l.Owner == self).Select(l => l.Partition).Order().ToList();
        var share = Share(self, members, lanes);
        if (mine.Count > share)
            return (mine[share..], []);
        var free = lanes.Where(l => l.Owner is null).Select(l => l.Partition).Order().Take(share - mine.Count).ToList();
        return ([], free);
    }

    // Those who own most get the remainder, so that a balanced group stays as it is when a member comes or goes elsewhere.
    static int Share(Guid self, IReadOnlyCollection<Guid> members, IReadOnlyList<LaneSight> lanes)
    {
        var least = lanes.Count / members.Count;
        var remainder = lanes.Count % members.Count;
        var rank = members
            .OrderByDescending(m => lanes.Count(l => l.Owner == m)).ThenBy(m => m)
            .Select((member, index) => (member, index))
            .First(m => m.member == self).index;
        return least + (rank < remainder ? 1 : 0);
    }
}
