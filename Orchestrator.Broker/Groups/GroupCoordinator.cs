using System.Collections.Concurrent;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups;

/// <summary>
/// All consumer groups of the broker. They live in memory alone: after a restart members find themselves unknown and join again, while the positions
/// (<see cref="GroupOffsets"/>) have stayed. Dispose it when no requests come any more.
/// </summary>
/// <param name="time">Whose clock sessions and rebalances follow.</param>
/// <param name="options">What groups may do.</param>
internal sealed class GroupCoordinator(TimeProvider time, GroupOptions options) : IDisposable
{
    const int MaxGroupIdLength = 255;
    const int MaxInstanceIdLength = 249;

    readonly ConcurrentDictionary<string, ConsumerGroup> _groups = new(StringComparer.Ordinal);

    // Groups come and go under it. Taken before a group's own lock, never inside.
    readonly Lock _adding = new();
    volatile bool _isDisposed;

    public Task<JoinResult> JoinAsync(string groupId, JoinRequest request, CancellationToken closed)
    {
        if (CheckJoin(groupId, request) is not KafkaError.None and var error)
            return Task.FromResult(JoinResult.Refused(error, request.MemberId));
        if (Find(groupId) is { } existing)
            return existing.JoinAsync(request, closed);
        if (request.MemberId.Length > 0)
            return Task.FromResult(JoinResult.Refused(KafkaError.UnknownMemberId, request.MemberId));
        if (Add(groupId) is { } added)
            return added.JoinAsync(request, closed);
        var refusal = _isDisposed ? KafkaError.CoordinatorNotAvailable : KafkaError.GroupMaxSizeReached;
        return Task.FromResult(JoinResult.Refused(refusal, request.MemberId));
    }

    public Task<SyncResult> SyncAsync(
        string groupId, MemberIdentity who, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> assignments, CancellationToken closed)
    {
        if (CheckGroupId(groupId) is not KafkaError.None and var error)
            return Task.FromResult(SyncResult.Refused(error));
        if (assignments.Values.Any(a => a.Length > options.MaxMemberBytes))
            return Task.FromResult(SyncResult.Refused(KafkaError.InvalidRequest));
        return Find(groupId)?.SyncAsync(who, assignments, closed) ?? Task.FromResult(SyncResult.Refused(KafkaError.UnknownMemberId));
    }

    public KafkaError Heartbeat(string groupId, MemberIdentity who) =>
        CheckGroupId(groupId) is not KafkaError.None and var error ? error : Find(groupId)?.Heartbeat(who) ?? KafkaError.UnknownMemberId;

    /// <summary>Removes members; an outcome for each.</summary>
    public IReadOnlyList<KafkaError> Leave(string groupId, IReadOnlyList<LeavingMember> leaving)
    {
        if (CheckGroupId(groupId) is not KafkaError.None and var error)
            return [.. leaving.Select(_ => error)];
        return Find(groupId)?.Leave(leaving) ?? [.. leaving.Select(_ => KafkaError.UnknownMemberId)];
    }

    /// <summary>Stores positions if the one who brings them may: a member of this generation, or anybody while the group has no members.</summary>
    public KafkaError Commit(string groupId, MemberIdentity who, Func<KafkaError> store)
    {
        if (CheckGroupId(groupId) is not KafkaError.None and var error)
            return error;
        if (Find(groupId) is { } group)
            return group.Commit(who, store);
        return who.Generation < 0 ? store() : KafkaError.IllegalGeneration;
    }

    /// <summary>Null if there is none; there may be positions under that name.</summary>
    public GroupDescription? Describe(string groupId) => Find(groupId)?.Describe();

    public IReadOnlyList<GroupDescription> DescribeAll() => [.. _groups.Values.Select(g => g.Describe())];

    /// <summary>Deletes a group without members, with all that it has.</summary>
    /// <param name="groupId">Which.</param>
    /// <param name="forget">Forgets its positions, and says whether there were any.</param>
    public KafkaError Delete(string groupId, Func<bool> forget)
    {
        if (CheckGroupId(groupId) is not KafkaError.None and var error)
            return error;
        lock (_adding)
        {
            if (!_groups.TryGetValue(groupId, out var group))
                return forget() ? KafkaError.None : KafkaError.GroupIdNotFound;
            if (!group.TryEnd(() => forget()))
                return KafkaError.NonEmptyGroup;
            _groups.TryRemove(groupId, out _);
            return KafkaError.None;
        }
    }

    public void Dispose()
    {
        lock (_adding)
        {
            _isDisposed = true;
            foreach (var group in _groups.Values)
                group.Dispose();
        }
    }

    ConsumerGroup? Find(string groupId) => _groups.GetValueOrDefault(groupId);

    ConsumerGroup? Add(string groupId)
    {
        lock (_adding)
        {
            if (_groups.TryGetValue(groupId, out var existing))
                return existing;
            if (_groups.Count >= options.MaxGroups)
                DropEmpty();
            if (_groups.Count >= options.MaxGroups || _isDisposed)
                return null;
            return _groups[groupId] = new ConsumerGroup(groupId, options, time);
        }
    }

    // A group without members is worth its description only; positions outlive it.
    void DropEmpty()
    {
        foreach (var (id, group) in _groups)
        {
            if (group.TryEnd(() => { }))
                _groups.TryRemove(id, out _);
        }
    }

    KafkaError CheckJoin(string groupId, JoinRequest request)
    {
        if (CheckGroupId(groupId) is not KafkaError.None and var error)
            return error;
        if (request.SessionTimeout < options.MinSessionTimeout || request.SessionTimeout > options.MaxSessionTimeout)
            return KafkaError.InvalidSessionTimeout;
        return request.InstanceId is { Length: 0 or > MaxInstanceIdLength } || request.Bytes > options.MaxMemberBytes
            ? KafkaError.InvalidRequest
            : KafkaError.None;
    }

    static KafkaError CheckGroupId(string groupId) => groupId.Length is 0 or > MaxGroupIdLength ? KafkaError.InvalidGroupId : KafkaError.None;
}
