using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Activity.Customers;

/// <summary>
/// Keeps what was used of late in two halves: what is asked for in the older one moves to the younger, and when that is full the older one goes. So between half and all of
/// <paramref name="capacity"/> entries stay, and keeping them costs one look. Nothing goes but in <see cref="Trim"/>, for what a unit has read must stay until it ends.
/// </summary>
sealed class RecentlyUsed<TValue>(int capacity)
    where TValue : class
{
    Dictionary<string, TValue> _young = new(StringComparer.Ordinal);
    Dictionary<string, TValue> _old = new(StringComparer.Ordinal);

    /// <summary>How many entries there are.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>Finds an entry.</summary>
    public bool TryGet(string key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_young.TryGetValue(key, out value))
            return true;
        if (!_old.Remove(key, out value))
            return false;
        _young.Add(key, value);
        return true;
    }

    /// <summary>Adds or replaces an entry.</summary>
    public void Set(string key, TValue value)
    {
        _old.Remove(key);
        _young[key] = value;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _young.Clear();
        _old.Clear();
    }

    /// <summary>Forgets the older half, when the younger is full.</summary>
    public void Trim()
    {
        if (_young.Count < Math.Max(1, capacity / 2))
            return;
        (_old, _young) = (_young, _old);
        _young.Clear();
    }
}
