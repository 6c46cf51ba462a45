namespace Orchestrator.Messaging.Ownership;

/// <summary>What a member sees of a lane: who owns it, when anyone alive does.</summary>
/// <param name="Partition">The lane's partition number.</param>
/// <param name="Epoch">Its epoch when it was read.</param>
/// <param name="Owner">Its owner while alive, else null.</param>
/// <param name="LastOwner">Its owner, alive or not; null when it was given up.</param>
public readonly record struct LaneSight(int Partition, long Epoch, Guid? Owner, Guid? LastOwner = null);

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
    /// <param name="isBeyond">Whether a lane that it owns does not count towards its share, and stays; null for none.</param>
    /// <param name="isLeft">Whether it does not claim a lane though nobody owns it; null for none.</param>
    public static (IReadOnlyList<int> Release, IReadOnlyList<int> Claim) Decide(
        Guid self, IReadOnlyCollection<Guid> members, IReadOnlyList<LaneSight> lanes, Func<int, bool>? isBeyond = null, Func<int, bool>? isLeft = null)
    {
        var owned = members.ToDictionary(m => m, m => lanes.Count(l => l.Owner == m));
        // Those who own most get the remainder, so that a balanced group stays as it is when a member comes or goes elsewhere.
        var (least, remainder) = Math.DivRem(lanes.Count, members.Count);
        var shares = members.OrderByDescending(m => owned[m]).ThenBy(m => m)
            .Select((member, rank) => (Member: member, Size: least + (rank < remainder ? 1 : 0))).ToList();
        var share = shares.Find(s => s.Member == self).Size;

        var mine = lanes.Where(l => l.Owner == self && isBeyond?.Invoke(l.Partition) is not true).Select(l => l.Partition).Order().ToList();
        if (mine.Count > share)
            return (mine[share..], []);
        var free = lanes.Where(l => l.Owner is null && isLeft?.Invoke(l.Partition) is not true).Select(l => l.Partition).Order().ToList();
        // Each begins behind what those before it will claim, so that members that decide at the same moment do not all reach for the same lanes.
        var before = shares.TakeWhile(s => s.Member != self).Sum(s => Math.Max(0, s.Size - owned[s.Member]));
        return ([], [.. Enumerable.Range(before, Math.Min(free.Count, share - mine.Count)).Select(i => free[i % free.Count])]);
    }
}
