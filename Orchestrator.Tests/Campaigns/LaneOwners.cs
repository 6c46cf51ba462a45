using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Campaigns;

/// <summary>Who runs the lanes, as the store says.</summary>
static class LaneOwners
{
    // And one for each generation of a projection.
    const int LeastGroups = 4;
    static readonly TimeSpan Within = Eventually.Bound;

    /// <summary>
    /// Waits until every lane has an owner that is alive, and all that are alive have the same share of each group, give or take one. The time
    /// counts from when the last one has started: how long that takes is the machine's affair.
    /// </summary>
    public static async Task SharedAsync(Campaign campaign)
    {
        foreach (var service in campaign.Services.ToList())
            await Campaign.ReadyAsync(service);
        var last = "";
        try
        {
            await Eventually.HoldsAsync("lanes are shared", async () => (last = await UnsharedAsync(campaign) ?? "").Length == 0, Within);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"After {Within.TotalSeconds:0} s {last}", e);
        }
    }

    static async Task<string?> UnsharedAsync(Campaign campaign)
    {
        var rows = await campaign.Servers.TryQueryAsync(
            """
            select g.name, l.partition, split_part(m.host, '/', -1)
            from messaging.lane l join messaging.lane_group g on g.group_id = l.group_id
            left join messaging.member m on m.group_id = l.group_id and m.member_id = l.owner
            """);
        if (rows is null)
            return "the database does not answer";
        var alive = campaign.Services.Select(s => $"{s.Id}").ToHashSet(StringComparer.Ordinal);
        var groups = rows.GroupBy(r => (string)r[0]!, StringComparer.Ordinal).ToList();
        if (groups.Count < LeastGroups)
            return $"there are {groups.Count} groups";
        foreach (var group in groups)
        {
            if (group.FirstOrDefault(r => r[2] is not string owner || !alive.Contains(owner)) is { } orphan)
                return $"{group.Key}[{orphan[1]}] has the owner {orphan[2] ?? "nobody"}, alive are {string.Join(", ", alive)}";
            var shares = alive.Select(id => group.Count(r => (string)r[2]! == id)).ToList();
            if (shares.Max() - shares.Min() > 1)
                return $"{group.Key} is shared as {string.Join(" + ", shares)}";
        }
        return null;
    }
}
