using System.Runtime.InteropServices;
using Orchestrator.Activity.Figures;

namespace Orchestrator.Activity.Store;

/// <summary>
/// Sessions that go on and wait to be stored, each as it was last. However often one changes, it keeps its turn: those of one round are all taken before the first of the next.
/// </summary>
internal sealed class SessionBacklog
{
    Dictionary<Guid, SessionRow> _round = [];
    Dictionary<Guid, SessionRow> _next = [];

    /// <summary>How many wait.</summary>
    public int Count => _round.Count + _next.Count;

    /// <summary>One waits, or is another than it was.</summary>
    public void Put(SessionRow session)
    {
        ref var waiting = ref CollectionsMarshal.GetValueRefOrNullRef(_round, session.SessionId);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref waiting))
            _next[session.SessionId] = session;
        else
            waiting = session;
    }

    /// <summary>One that was taken waits again, unless it is another by now.</summary>
    public void PutBack(SessionRow session)
    {
        if (!_next.ContainsKey(session.SessionId))
            _round.TryAdd(session.SessionId, session);
    }

    /// <summary>One does not wait any more.</summary>
    public void Remove(Guid sessionId)
    {
        if (!_round.Remove(sessionId))
            _next.Remove(sessionId);
    }

    /// <summary>Takes those whose turn it is, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<SessionRow> Take(int limit)
    {
        if (_round.Count == 0)
            (_round, _next) = (_next, _round);
        var taken = _round.Values.Take(limit).ToArray();
        foreach (var session in taken)
            _round.Remove(session.SessionId);
        return taken;
    }

    /// <summary>None waits any more.</summary>
    public void Clear()
    {
        _round.Clear();
        _next.Clear();
    }
}
