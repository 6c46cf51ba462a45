using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups;

/// <summary>Who a request says it comes from.</summary>
/// <param name="MemberId">Empty for a client outside of the group's membership.</param>
/// <param name="InstanceId">The name of a static member; null for a dynamic one.</param>
/// <param name="Generation">The rebalance that the member knows of; -1 for a client outside of the group's membership.</param>
internal readonly record struct MemberIdentity(string MemberId, string? InstanceId, int Generation);

/// <summary>A member to be removed.</summary>
/// <param name="MemberId">Empty when an operator removes a static member by its name.</param>
/// <param name="InstanceId">The name of a static member; null for a dynamic one.</param>
internal readonly record struct LeavingMember(string MemberId, string? InstanceId);

/// <summary>What a member that asked for its assignment is told.</summary>
/// <param name="Error">None when it has one.</param>
/// <param name="Assignment">The leader's words for the member; empty when the leader had none.</param>
internal sealed record SyncResult(KafkaError Error, ReadOnlyMemory<byte> Assignment)
{
    public static SyncResult Refused(KafkaError error) => new(error, default);
}

/// <summary>A group as an operator sees it.</summary>
internal sealed record GroupDescription(
    string GroupId, GroupState State, string ProtocolType, string Protocol, IReadOnlyList<MemberDescription> Members);

/// <summary>A member as an operator sees it; metadata and assignment are empty while the group rebalances.</summary>
internal sealed record MemberDescription(
    string MemberId, string? InstanceId, string ClientId, string Host, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Assignment);
