using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups;

/// <summary>
/// One consumer group: its members agree on a protocol, get a leader and the leader's assignment, and do so again each time one comes or goes. It
/// decides as Apache Kafka's coordinator does for the classic protocol. A lock guards it, no call waits inside of the lock, and answers go out from
/// other threads.
/// </summary>
internal sealed partial class ConsumerGroup : IDisposable
{
    const int MaxClientIdInMemberId = 128;

    readonly Lock _lock = new();
    readonly GroupRoster _roster = new();
    readonly string _id;
    readonly GroupOptions _options;
    readonly TimeProvider _time;
    readonly GroupAlarm _alarm;

    public ConsumerGroup(string id, GroupOptions options, TimeProvider time)
    {
        _id = id;
        _options = options;
        _time = time;
        _alarm = new GroupAlarm(time, Ring);
    }

    GroupState State { get; set; }

    int Generation { get; set; }

    string Protocol { get; set; } = "";

    /// <summary>Joins; the answer comes when the rebalance ends.</summary>
    /// <param name="request">Who joins, with what.</param>
    /// <param name="closed">Its connection is gone: whatever the answer, it reaches nobody.</param>
    public async Task<JoinResult> JoinAsync(JoinRequest request, CancellationToken closed)
    {
        TaskCompletionSource<JoinResult> answer;
        lock (_lock)
            answer = Join(request);
        await using (closed.UnsafeRegister(_ => GiveUpJoin(answer), null))
            return await answer.Task;
    }

    /// <summary>Asks for the assignment, or brings everyone's; the answer comes when the leader has brought them.</summary>
    /// <param name="who">The member.</param>
    /// <param name="assignments">By member id; empty unless the member leads.</param>
    /// <param name="closed">Its connection is gone: whatever the answer, it reaches nobody.</param>
    public async Task<SyncResult> SyncAsync(
        MemberIdentity who, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> assignments, CancellationToken closed)
    {
        TaskCompletionSource<SyncResult> answer;
        lock (_lock)
            answer = Sync(who, assignments);
        await using (closed.UnsafeRegister(_ => GiveUpSync(answer), null))
            return await answer.Task;
    }

    /// <summary>The member lives.</summary>
    public KafkaError Heartbeat(MemberIdentity who)
    {
        lock (_lock)
        {
            if (Check(who) is not KafkaError.None and var error)
                return error;
            Touch(_roster.Find(who.MemberId)!);
            return State == GroupState.PreparingRebalance ? KafkaError.RebalanceInProgress : KafkaError.None;
        }
    }

    /// <summary>Members leave; an outcome for each.</summary>
    public IReadOnlyList<KafkaError> Leave(IReadOnlyList<LeavingMember> leaving)
    {
        lock (_lock)
        {
            var outcomes = new KafkaError[leaving.Count];
            for (var i = 0; i < outcomes.Length; i++)
                outcomes[i] = Leave(leaving[i]);
            return outcomes;
        }
    }

    /// <summary>Stores positions if the one who brings them may, before anything else happens to the group.</summary>
    public KafkaError Commit(MemberIdentity who, Func<KafkaError> store)
    {
        lock (_lock)
        {
            var isOutside = who.Generation < 0 && State == GroupState.Empty;
            if (!isOutside)
            {
                if (Check(who) is not KafkaError.None and var error)
                    return error;
                Touch(_roster.Find(who.MemberId)!);
                if (State == GroupState.CompletingRebalance)
                    return KafkaError.RebalanceInProgress;
            }
            return store();
        }
    }

    public GroupDescription Describe()
    {
        lock (_lock)
        {
            var isStable = State == GroupState.Stable;
            var members = _roster.Members.Select(m => new MemberDescription(
                m.Id, m.InstanceId, m.ClientId, m.Host, isStable ? m.MetadataFor(Protocol) : default, isStable ? m.Assignment : default));
            return new GroupDescription(_id, State, _roster.ProtocolType, isStable ? Protocol : "", [.. members]);
        }
    }

    /// <summary>Ends it if nobody is in it; <paramref name="last"/> is done before anyone can join a successor.</summary>
    public bool TryEnd(Action last)
    {
        lock (_lock)
        {
            if (State == GroupState.Dead)
                return true;
            if (_roster.Size > 0)
                return false;
            last();
            Dispose();
            return true;
        }
    }

    /// <summary>Ends it, whoever waits.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            State = GroupState.Dead;
            foreach (var member in _roster.Members)
                member.Refuse(KafkaError.CoordinatorNotAvailable);
            _alarm.Dispose();
        }
    }

    TaskCompletionSource<SyncResult> Sync(MemberIdentity who, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> assignments)
    {
        if (Check(who) is not KafkaError.None and var error)
            return Answered(SyncResult.Refused(error));
        var member = _roster.Find(who.MemberId)!;
        Touch(member);
        if (State == GroupState.PreparingRebalance)
            return Answered(SyncResult.Refused(KafkaError.RebalanceInProgress));
        if (State == GroupState.Stable)
            return Answered(new SyncResult(KafkaError.None, member.Assignment));

        var answer = member.AwaitSync();
        member.HasSynced = true;
        if (_roster.Leader == member.Id)
            EndSyncing(assignments);
        return answer;
    }

    KafkaError Leave(LeavingMember leaving)
    {
        if (leaving.InstanceId is null && _roster.RemovePending(leaving.MemberId))
        {
            TryEndJoining();
            return KafkaError.None;
        }

        var member = leaving.InstanceId is { } instance ? _roster.FindStatic(instance) : _roster.Find(leaving.MemberId);
        if (member is null)
            return KafkaError.UnknownMemberId;
        if (leaving.MemberId.Length > 0 && member.Id != leaving.MemberId)
            return KafkaError.FencedInstanceId;
        Remove([member]);
        return KafkaError.None;
    }

    KafkaError Check(MemberIdentity who)
    {
        if (State == GroupState.Dead)
            return KafkaError.CoordinatorNotAvailable;
        if (CheckMember(who.MemberId, who.InstanceId) is not KafkaError.None and var error)
            return error;
        return who.Generation == Generation ? KafkaError.None : KafkaError.IllegalGeneration;
    }

    KafkaError CheckMember(string memberId, string? instanceId)
    {
        if (instanceId is not null && _roster.FindStatic(instanceId) is { } current && current.Id != memberId)
            return KafkaError.FencedInstanceId;
        var member = _roster.Find(memberId);
        return member is null || (instanceId is not null && member.InstanceId != instanceId) ? KafkaError.UnknownMemberId : KafkaError.None;
    }

    // The member stays until its session ends: its client may come back over another connection.
    void GiveUpSync(TaskCompletionSource<SyncResult> answer)
    {
        lock (_lock)
        {
            if (_roster.Members.FirstOrDefault(m => m.Syncing == answer) is not { } member)
                return;
            member.AnswerSync(SyncResult.Refused(KafkaError.RebalanceInProgress));
            Touch(member);
        }
    }

    static TaskCompletionSource<T> Answered<T>(T result)
    {
        var answer = new TaskCompletionSource<T>();
        answer.SetResult(result);
        return answer;
    }
}
