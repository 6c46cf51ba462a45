using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Decisioning.History;

/// <summary>The histories of a lane's most recently seen accounts; beyond the capacity the one seen longest ago goes.</summary>
/// <param name="capacity">The most histories kept.</param>
public sealed class HistoryCache(int capacity)
{
    readonly Dictionary<string, LinkedListNode<(string AccountId, AccountHistory History)>> _nodes = new(StringComparer.Ordinal);
    readonly LinkedList<(string AccountId, AccountHistory History)> _byUse = new();

    /// <summary>How many are kept.</summary>
    public int Count => _nodes.Count;

    /// <summary>Takes an account's history out: whoever changes it owns it until <see cref="Put"/>, so that a failed change is simply dropped.</summary>
    public bool TryTake(string accountId, [NotNullWhen(true)] out AccountHistory? history)
    {
        history = null;
        if (!_nodes.Remove(accountId, out var node))
            return false;
        _byUse.Remove(node);
        history = node.Value.History;
        return true;
    }

    /// <summary>Puts a history in as the most recently seen.</summary>
    public void Put(string accountId, AccountHistory history)
    {
        if (_nodes.Remove(accountId, out var former))
            _byUse.Remove(former);
        _nodes.Add(accountId, _byUse.AddFirst((accountId, history)));
        if (_nodes.Count <= capacity)
            return;
        _nodes.Remove(_byUse.Last!.Value.AccountId);
        _byUse.RemoveLast();
    }
}
