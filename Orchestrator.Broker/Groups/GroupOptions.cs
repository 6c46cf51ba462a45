namespace Orchestrator.Broker.Groups;

/// <summary>What consumer groups may do, and how many of them there may be.</summary>
internal sealed record GroupOptions
{
    /// <summary>
    /// How long a group without members waits for more after the first, so that a fleet that starts together rebalances once. Zero or more.
    /// </summary>
    public TimeSpan InitialRebalanceDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The shortest session a member may ask for.</summary>
    public TimeSpan MinSessionTimeout { get; init; } = TimeSpan.FromMilliseconds(6);

    /// <summary>The longest session a member may ask for.</summary>
    public TimeSpan MaxSessionTimeout { get; init; } = TimeSpan.FromMilliseconds(1_800_000);

    /// <summary>How many groups there may be, of members or of positions, by default.</summary>
    public const int MostGroups = 10_000;

    /// <summary>How many groups there may be; at least 1.</summary>
    public int MaxGroups { get; init; } = MostGroups;

    /// <summary>How many members a group may have, those counted that have an id and are yet to join; at least 1.</summary>
    public int MaxMembersPerGroup { get; init; } = 1_000;

    /// <summary>The most that a member's protocols with their metadata, or its assignment, may take.</summary>
    public int MaxMemberBytes { get; init; } = 1 << 20;
}
