using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups;

/// <summary>Who is in a group, who leads, and what all of them speak. Guarded by its group's lock.</summary>
internal sealed class GroupRoster
{
    readonly Dictionary<string, GroupMember> _members = new(StringComparer.Ordinal);
    readonly Dictionary<string, GroupMember> _static = new(StringComparer.Ordinal);

    // Ids given out whose clients have not joined with them, and until when they may.
    readonly Dictionary<string, TimeSpan> _pending = new(StringComparer.Ordinal);

    public IReadOnlyCollection<GroupMember> Members => _members.Values;

    /// <summary>Members and those that are yet to join.</summary>
    public int Size => _members.Count + _pending.Count;

    /// <summary>The member that assigns; null while there is none.</summary>
    public string? Leader { get; private set; }

    public string ProtocolType { get; private set; } = "";

    /// <summary>Nobody is missing. Those that were given an id a moment ago are about to come.</summary>
    public bool HaveAllJoined => _pending.Count == 0 && _members.Values.All(m => m.Joining is not null);

    /// <summary>How long a rebalance waits: as long as its most patient member says.</summary>
    public TimeSpan RebalanceTimeout => _members.Count == 0 ? TimeSpan.Zero : _members.Values.Max(m => m.RebalanceTimeout);

    /// <summary>When the next session, or id that was given out, ends.</summary>
    public TimeSpan EarliestDeadline =>
        _members.Values.Where(m => !m.IsWaiting).Select(m => m.Deadline).Concat(_pending.Values).DefaultIfEmpty(TimeSpan.MaxValue).Min();

    public GroupMember? Find(string id) => _members.GetValueOrDefault(id);

    public GroupMember? FindStatic(string instanceId) => _static.GetValueOrDefault(instanceId);

    /// <summary>Whether the members could still agree if this one joined.</summary>
    public bool Supports(JoinRequest request)
    {
        if (request.ProtocolType.Length == 0 || request.Protocols.Count == 0)
            return false;
        return _members.Count == 0 || (request.ProtocolType == ProtocolType && request.Protocols.Any(p => SpokenByAll(p.Name)));
    }

    /// <summary>Of the protocols that all speak, the one that most prefer.</summary>
    public string ChooseProtocol() =>
        _members.Values.Select(m => m.Protocols.First(p => SpokenByAll(p.Name)).Name).CountBy(name => name).MaxBy(votes => votes.Value).Key;

    public GroupMember Add(string id, JoinRequest request)
    {
        if (_members.Count == 0)
            ProtocolType = request.ProtocolType;
        var member = new GroupMember(id, request);
        _members.Add(id, member);
        if (member.InstanceId is { } instance)
            _static.Add(instance, member);
        return member;
    }

    /// <summary>A static member has started again: the new one takes the old one's place, and the old one is fenced.</summary>
    public GroupMember Replace(GroupMember old, string id, JoinRequest request)
    {
        var member = new GroupMember(id, request) { Assignment = old.Assignment, HasSynced = old.HasSynced };
        _members.Remove(old.Id);
        _members.Add(id, member);
        _static[old.InstanceId!] = member;
        if (Leader == old.Id)
            Leader = id;
        old.Refuse(KafkaError.FencedInstanceId);
        return member;
    }

    public void Remove(GroupMember member)
    {
        _members.Remove(member.Id);
        if (member.InstanceId is { } instance)
            _static.Remove(instance);
        if (Leader == member.Id)
            Leader = null;
        member.Refuse(KafkaError.UnknownMemberId);
    }

    public void AddPending(string id, TimeSpan deadline) => _pending.Add(id, deadline);

    public bool RemovePending(string id) => _pending.Remove(id);

    public void RemovePendingUntil(TimeSpan now)
    {
        foreach (var (id, deadline) in _pending)
        {
            if (deadline <= now)
                _pending.Remove(id);
        }
    }

    /// <summary>Keeps the leader if it has joined, else takes another that has. Not when nobody has joined.</summary>
    public bool ElectLeader()
    {
        if (Leader is null || Find(Leader)?.Joining is null)
            Leader = _members.Values.FirstOrDefault(m => m.Joining is not null)?.Id ?? Leader;
        return Leader is not null && Find(Leader)?.Joining is not null;
    }

    bool SpokenByAll(string protocol) => _members.Values.All(m => m.Protocols.Any(p => p.Name == protocol));
}
