using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups;

/// <content>How the group moves from one generation to the next, and what time does to it. All of it under the lock.</content>
internal sealed partial class ConsumerGroup
{
    // A group that had no members gathers some until then; a moment of the past in every other rebalance.
    TimeSpan _gatherUntil;

    // A rebalance waits until then for members to join, then for members to ask for their assignments.
    TimeSpan _rebalanceUntil;

    /// <summary>Members have come, gone or changed: all must join again.</summary>
    void Rebalance()
    {
        var now = _alarm.Now;
        if (State != GroupState.PreparingRebalance)
        {
            _gatherUntil = State == GroupState.Empty ? now + Earlier(_options.InitialRebalanceDelay, _roster.RebalanceTimeout) : now;
            _rebalanceUntil = now + _roster.RebalanceTimeout;
            State = GroupState.PreparingRebalance;
            foreach (var member in _roster.Members)
            {
                if (member.Syncing is null)
                    continue;
                member.AnswerSync(SyncResult.Refused(KafkaError.RebalanceInProgress));
                Touch(member);
            }
        }
        TryEndJoining();
    }

    /// <summary>One more has come while a new group gathers members: others may follow.</summary>
    void GatherLonger()
    {
        var now = _alarm.Now;
        if (State == GroupState.PreparingRebalance && now < _gatherUntil)
            _gatherUntil = Earlier(now + _options.InitialRebalanceDelay, _rebalanceUntil);
    }

    void TryEndJoining()
    {
        if (State != GroupState.PreparingRebalance)
            return;
        var now = _alarm.Now;
        if (_roster.Size == 0 || (now >= _gatherUntil && (_roster.HaveAllJoined || now >= _rebalanceUntil)))
            EndJoining(now);
        else
            _alarm.RingBy(now < _gatherUntil ? _gatherUntil : _rebalanceUntil);
    }

    void EndJoining(TimeSpan now)
    {
        // A static member keeps its place until its session ends: it may be starting again.
        foreach (var missing in _roster.Members.Where(m => m.Joining is null && m.InstanceId is null).ToList())
            _roster.Remove(missing);

        if (_roster.Members.Count == 0)
        {
            Generation++;
            Protocol = "";
            State = GroupState.Empty;
            return;
        }

        // Only static members are left, and none has come: nobody could assign. The next to come ends it, or the end of their sessions.
        if (!_roster.ElectLeader())
            return;

        _rebalanceUntil = now + _roster.RebalanceTimeout;
        _alarm.RingBy(_rebalanceUntil);
        Generation++;
        Protocol = _roster.ChooseProtocol();
        State = GroupState.CompletingRebalance;
        foreach (var member in _roster.Members)
        {
            member.HasSynced = false;
            if (member.Joining is null)
                continue;
            member.KnowsItsId = true;
            member.AnswerJoin(Joined(member));
            Touch(member);
        }
    }

    /// <summary>The leader has assigned.</summary>
    void EndSyncing(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> assignments)
    {
        State = GroupState.Stable;
        foreach (var member in _roster.Members)
        {
            member.Assignment = assignments.GetValueOrDefault(member.Id);
            if (member.Syncing is null)
                continue;
            member.AnswerSync(new SyncResult(KafkaError.None, member.Assignment));
            Touch(member);
        }
    }

    /// <summary>The member has been heard of.</summary>
    void Touch(GroupMember member)
    {
        member.Deadline = _alarm.Now + member.SessionTimeout;
        _alarm.RingBy(member.Deadline);
    }

    void Remove(IReadOnlyCollection<GroupMember> members)
    {
        foreach (var member in members)
            _roster.Remove(member);
        if (members.Count > 0)
            Rebalance();
    }

    /// <summary>A deadline may have passed.</summary>
    void Ring()
    {
        lock (_lock)
        {
            if (State == GroupState.Dead)
                return;
            _alarm.Rang();
            var now = _alarm.Now;
            _roster.RemovePendingUntil(now);
            Remove([.. _roster.Members.Where(m => !m.IsWaiting && m.Deadline <= now)]);
            if (State == GroupState.CompletingRebalance && now >= _rebalanceUntil)
                Remove([.. _roster.Members.Where(m => !m.HasSynced)]);
            TryEndJoining();

            _alarm.RingBy(_roster.EarliestDeadline);
            if (State == GroupState.CompletingRebalance)
                _alarm.RingBy(_rebalanceUntil);
        }
    }

    static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
