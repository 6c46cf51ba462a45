using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups;

/// <content>Who is let in, and whether all must join again for it. All of it under the lock.</content>
internal sealed partial class ConsumerGroup
{
    TaskCompletionSource<JoinResult> Join(JoinRequest request)
    {
        if (State == GroupState.Dead)
            return Refused(KafkaError.CoordinatorNotAvailable, request);
        if (!_roster.Supports(request))
            return Refused(KafkaError.InconsistentGroupProtocol, request);
        if (request.MemberId.Length > 0)
            return JoinAgain(request);
        return request.InstanceId is { } instance && _roster.FindStatic(instance) is { } old ? StartAgain(old, request) : JoinFirst(request);
    }

    TaskCompletionSource<JoinResult> JoinFirst(JoinRequest request)
    {
        if (_roster.Size >= _options.MaxMembersPerGroup)
            return Refused(KafkaError.GroupMaxSizeReached, request);
        var id = NewId(request);
        if (!request.TakesIdFirst || request.InstanceId is not null)
            return Add(id, request);

        var deadline = _alarm.Now + request.SessionTimeout;
        _roster.AddPending(id, deadline);
        _alarm.RingBy(deadline);
        return Answered(JoinResult.Refused(KafkaError.MemberIdRequired, id));
    }

    TaskCompletionSource<JoinResult> JoinAgain(JoinRequest request)
    {
        if (request.InstanceId is null && _roster.RemovePending(request.MemberId))
            return Add(request.MemberId, request);
        if (CheckMember(request.MemberId, request.InstanceId) is not KafkaError.None and var error)
            return Refused(error, request);

        // A follower of a stable group, or anyone whose answer was lost, learns again what it should know. A leader that joins asks to assign anew.
        var member = _roster.Find(request.MemberId)!;
        var isSettled = State == GroupState.CompletingRebalance || (State == GroupState.Stable && _roster.Leader != member.Id);
        if (isSettled && member.HasSameProtocols(request))
        {
            Touch(member);
            return Answered(Joined(member));
        }

        member.Update(request);
        var answer = member.AwaitJoin();
        Rebalance();
        return answer;
    }

    TaskCompletionSource<JoinResult> StartAgain(GroupMember old, JoinRequest request)
    {
        var leader = _roster.Leader ?? "";
        var member = _roster.Replace(old, NewId(request), request);
        if (State == GroupState.Stable && _roster.ChooseProtocol() == Protocol)
        {
            // It takes up the assignment that it had. Told of the leader before it, even one that led follows, and nobody has to join again.
            member.KnowsItsId = true;
            Touch(member);
            return Answered(new JoinResult(KafkaError.None, Generation, Protocol, leader, member.Id, []));
        }
        return AwaitRebalance(member);
    }

    TaskCompletionSource<JoinResult> Add(string id, JoinRequest request)
    {
        var member = _roster.Add(id, request);
        GatherLonger();
        return AwaitRebalance(member);
    }

    TaskCompletionSource<JoinResult> AwaitRebalance(GroupMember member)
    {
        var answer = member.AwaitJoin();
        Rebalance();
        return answer;
    }

    // The member stays until its session ends: its client may come back over another connection. Not if the client never learned its id.
    void GiveUpJoin(TaskCompletionSource<JoinResult> answer)
    {
        lock (_lock)
        {
            if (_roster.Members.FirstOrDefault(m => m.Joining == answer) is not { } member)
                return;
            member.AnswerJoin(JoinResult.Refused(KafkaError.RebalanceInProgress, member.Id));
            if (member.KnowsItsId || member.InstanceId is not null)
                Touch(member);
            else
                Remove([member]);
        }
    }

    JoinResult Joined(GroupMember member)
    {
        var leader = _roster.Leader!;
        var members = leader == member.Id
            ? _roster.Members.Select(m => new JoinedMember(m.Id, m.InstanceId, m.MetadataFor(Protocol))).ToArray()
            : [];
        return new JoinResult(KafkaError.None, Generation, Protocol, leader, member.Id, members);
    }

    string NewId(JoinRequest request)
    {
        var client = request.ClientId;
        if (client.Length > MaxClientIdInMemberId)
            client = client[..(char.IsHighSurrogate(client[MaxClientIdInMemberId - 1]) ? MaxClientIdInMemberId - 1 : MaxClientIdInMemberId)];
        return $"{client}-{Guid.CreateVersion7(_time.GetUtcNow())}";
    }

    static TaskCompletionSource<JoinResult> Refused(KafkaError error, JoinRequest request) => Answered(JoinResult.Refused(error, request.MemberId));
}
