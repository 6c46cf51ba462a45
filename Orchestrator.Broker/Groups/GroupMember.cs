using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups;

/// <summary>A member of a consumer group. Guarded by its group's lock.</summary>
/// <param name="id">Given out by the coordinator; a static member gets a new one each time it starts.</param>
/// <param name="request">What it joined with.</param>
internal sealed class GroupMember(string id, JoinRequest request)
{
    public string Id { get; } = id;

    /// <summary>The name that a static member keeps over restarts; null for a dynamic one.</summary>
    public string? InstanceId { get; } = request.InstanceId;

    public string ClientId { get; } = request.ClientId;

    public string Host { get; } = request.Host;

    public IReadOnlyList<GroupProtocol> Protocols { get; private set; } = request.Protocols;

    public TimeSpan SessionTimeout { get; private set; } = request.SessionTimeout;

    public TimeSpan RebalanceTimeout { get; private set; } = request.RebalanceTimeout;

    /// <summary>When its session ends, on the group's clock, unless it is heard of or waits for an answer.</summary>
    public TimeSpan Deadline { get; set; }

    public ReadOnlyMemory<byte> Assignment { get; set; }

    /// <summary>Whether it has asked for its assignment in this generation.</summary>
    public bool HasSynced { get; set; }

    /// <summary>Whether the client has been told the id; until then nobody can answer to it.</summary>
    public bool KnowsItsId { get; set; } = request.MemberId.Length > 0;

    /// <summary>Its JoinGroup that is not answered yet.</summary>
    public TaskCompletionSource<JoinResult>? Joining { get; private set; }

    /// <summary>Its SyncGroup that is not answered yet.</summary>
    public TaskCompletionSource<SyncResult>? Syncing { get; private set; }

    /// <summary>A member that waits for the coordinator cannot be late.</summary>
    public bool IsWaiting => Joining is not null || Syncing is not null;

    public void Update(JoinRequest request)
    {
        Protocols = request.Protocols;
        SessionTimeout = request.SessionTimeout;
        RebalanceTimeout = request.RebalanceTimeout;
    }

    /// <summary>The metadata it gave for a protocol; empty if it does not speak it.</summary>
    public ReadOnlyMemory<byte> MetadataFor(string protocol) => Protocols.FirstOrDefault(p => p.Name == protocol)?.Metadata ?? default;

    public bool HasSameProtocols(JoinRequest request) =>
        Protocols.Count == request.Protocols.Count
        && Protocols.Zip(request.Protocols).All(p => p.First.Name == p.Second.Name && p.First.Metadata.Span.SequenceEqual(p.Second.Metadata.Span));

    // An earlier request that still waits came over a connection that is gone, or from a client that has lost count: it must ask again.
    public TaskCompletionSource<JoinResult> AwaitJoin()
    {
        AnswerJoin(JoinResult.Refused(KafkaError.RebalanceInProgress, Id));
        return Joining = new TaskCompletionSource<JoinResult>(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public TaskCompletionSource<SyncResult> AwaitSync()
    {
        AnswerSync(SyncResult.Refused(KafkaError.RebalanceInProgress));
        return Syncing = new TaskCompletionSource<SyncResult>(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void AnswerJoin(JoinResult result)
    {
        Joining?.TrySetResult(result);
        Joining = null;
    }

    public void AnswerSync(SyncResult result)
    {
        Syncing?.TrySetResult(result);
        Syncing = null;
    }

    /// <summary>It is no member any more: whatever it waits for ends.</summary>
    public void Refuse(KafkaError error)
    {
        AnswerJoin(JoinResult.Refused(error, Id));
        AnswerSync(SyncResult.Refused(error));
    }
}
