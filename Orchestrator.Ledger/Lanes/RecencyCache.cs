using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Ledger.Lanes;

/// <summary>
/// Keeps what was used last, up to <paramref name="capacity"/> entries after each <see cref="Trim"/>. Between trims it may hold more, for what a
/// unit of work has read must stay until the unit ends.
/// </summary>
sealed class RecencyCache<TKey, TValue>(int capacity) where TKey : notnull
{
    readonly Dictionary<TKey, LinkedListNode<KeyValuePair<TKey, TValue>>> _nodes = [];
    readonly LinkedList<KeyValuePair<TKey, TValue>> _byUse = [];

    /// <summary>How many entries there are.</summary>
    public int Count => _nodes.Count;

    /// <summary>Reads an entry and makes it the latest used.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_nodes.TryGetValue(key, out var node))
        {
            value = default;
            return false;
        }
        if (node != _byUse.Last)
        {
            _byUse.Remove(node);
            _byUse.AddLast(node);
        }
        value = node.Value.Value;
        return true;
    }

    /// <summary>Adds or replaces an entry and makes it the latest used.</summary>
    public void Set(TKey key, TValue value)
    {
        Remove(key);
        _nodes.Add(key, _byUse.AddLast(new KeyValuePair<TKey, TValue>(key, value)));
    }

    /// <summary>Forgets an entry, when there is one.</summary>
    public void Remove(TKey key)
    {
        if (_nodes.Remove(key, out var node))
            _byUse.Remove(node);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _nodes.Clear();
        _byUse.Clear();
    }

    /// <summary>Forgets those used longest ago, down to the capacity.</summary>
    public void Trim()
    {
        while (_nodes.Count > capacity && _byUse.First is { } oldest)
            Remove(oldest.Value.Key);
    }
}
