using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups;

/// <summary>One way to assign partitions that a member speaks.</summary>
/// <param name="Name">For a consumer the assignor, such as "range".</param>
/// <param name="Metadata">What the leader needs of the member to assign; for a consumer its topics.</param>
internal sealed record GroupProtocol(string Name, ReadOnlyMemory<byte> Metadata);

/// <summary>A member asks to join a group, or to join it again.</summary>
/// <param name="MemberId">Empty the first time.</param>
/// <param name="InstanceId">The name of a static member; null for a dynamic one.</param>
/// <param name="ClientId">Who the client says it is.</param>
/// <param name="Host">The client's address.</param>
/// <param name="SessionTimeout">After how long without a heartbeat the member is taken for dead.</param>
/// <param name="RebalanceTimeout">How long a rebalance waits for the member.</param>
/// <param name="ProtocolType">What the group is for: "consumer".</param>
/// <param name="Protocols">The member's protocols, the one it prefers first.</param>
/// <param name="TakesIdFirst">
/// Whether a dynamic member without an id is to be given one and sent back to join with it, so that an answer lost leaves no ghost.
/// </param>
internal sealed record JoinRequest(
    string MemberId,
    string? InstanceId,
    string ClientId,
    string Host,
    TimeSpan SessionTimeout,
    TimeSpan RebalanceTimeout,
    string ProtocolType,
    IReadOnlyList<GroupProtocol> Protocols,
    bool TakesIdFirst)
{
    // What an entry takes beside its name and its metadata, about.
    const long BytesPerProtocol = 64;

    /// <summary>What the broker has to keep of it, about.</summary>
    public long Bytes => ProtocolType.Length + Protocols.Sum(p => BytesPerProtocol + p.Name.Length + p.Metadata.Length);
}

/// <summary>A member as the leader sees it.</summary>
internal sealed record JoinedMember(string MemberId, string? InstanceId, ReadOnlyMemory<byte> Metadata);

/// <summary>What a member that asked to join is told.</summary>
/// <param name="Error">None when it has joined.</param>
/// <param name="Generation">Which rebalance this was; -1 when refused.</param>
/// <param name="Protocol">The one that the group chose.</param>
/// <param name="Leader">The member that assigns.</param>
/// <param name="MemberId">The asking member's id.</param>
/// <param name="Members">All members, for the leader alone.</param>
internal sealed record JoinResult(
    KafkaError Error, int Generation, string Protocol, string Leader, string MemberId, IReadOnlyList<JoinedMember> Members)
{
    public static JoinResult Refused(KafkaError error, string memberId) => new(error, -1, "", "", memberId, []);
}
