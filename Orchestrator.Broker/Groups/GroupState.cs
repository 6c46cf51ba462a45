namespace Orchestrator.Broker.Groups;

/// <summary>Where a consumer group is in its life; the names are those that DescribeGroups answers.</summary>
internal enum GroupState
{
    /// <summary>No members. It may have positions.</summary>
    Empty,

    /// <summary>Waits for the members to join again.</summary>
    PreparingRebalance,

    /// <summary>All have joined; waits for the leader's assignment.</summary>
    CompletingRebalance,

    /// <summary>Every member has, or can have, its assignment.</summary>
    Stable,

    /// <summary>Deleted. It answers nobody any more.</summary>
    Dead,
}
