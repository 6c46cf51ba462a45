using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// State by key whose snapshots are of one moment though they are written while it changes: an entry that is about to change and is not written yet is written first. So
/// a snapshot costs a comparison each time that an entry is touched, and never more at once than its next slice. Bounded: at the capacity an entry that was not touched
/// lately makes room.
/// </summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The state of one key.</typeparam>
/// <param name="capacity">The most keys.</param>
/// <param name="write">Writes a key and its value, a few kilobytes at most.</param>
public sealed class SnapshotTable<TKey, TValue>(int capacity, Action<IBufferWriter<byte>, TKey, TValue> write)
    where TKey : notnull
{
    const int SliceBytes = 16 << 10;

    readonly Dictionary<TKey, int> _index = [];
    readonly List<Entry> _entries = [];
    readonly ArrayBufferWriter<byte> _early = new();
    int _round;
    int _next;
    int _last;
    int _hand;

    /// <summary>How many keys there are.</summary>
    public int Count => _index.Count;

    /// <summary>The value of a key, to look at and not to change.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_index.TryGetValue(key, out var at))
        {
            value = _entries[at].Value;
            return true;
        }
        value = default;
        return false;
    }

    /// <summary>The value of a key, to be changed before the next call; made where there is none.</summary>
    public TValue Touch(TKey key, Func<TKey, TValue> make)
    {
        if (_index.TryGetValue(key, out var at))
            return Changing(at).Value;
        var value = make(key);
        Add(key, value);
        return value;
    }

    /// <summary>Sets the value of a key.</summary>
    public void Set(TKey key, TValue value)
    {
        if (_index.TryGetValue(key, out var at))
            Changing(at).Value = value;
        else
            Add(key, value);
    }

    ref Entry Changing(int at)
    {
        ref var entry = ref CollectionsMarshal.AsSpan(_entries)[at];
        entry.IsRecent = true;
        WriteEarly(at, ref entry);
        return ref entry;
    }

    void Add(TKey key, TValue value)
    {
        var at = Place();
        _index.Add(key, at);
        _entries[at] = new Entry { Key = key, Value = value, Round = _round, IsRecent = true };
    }

    /// <summary>A snapshot of what is there now begins.</summary>
    public void BeginSnapshot()
    {
        _round++;
        _early.ResetWrittenCount();
        _next = 0;
        _last = _entries.Count;
    }

    /// <summary>Writes no more of the snapshot that was begun.</summary>
    public void GiveUpSnapshot()
    {
        _early.ResetWrittenCount();
        _last = 0;
    }

    /// <summary>Writes the next slice: entries, each as it was when the snapshot began.</summary>
    /// <returns>Whether there is more.</returns>
    public bool Snapshot(IBufferWriter<byte> writer)
    {
        var entries = CollectionsMarshal.AsSpan(_entries);
        while (_next < _last && _early.WrittenCount < SliceBytes)
            WriteEarly(_next, ref entries[_next++]);
        writer.Write(_early.WrittenSpan);
        _early.ResetWrittenCount();
        return _next < _last;
    }

    // An entry from _last on was not there when the snapshot began.
    void WriteEarly(int at, ref Entry entry)
    {
        if (entry.Round == _round || at >= _last)
            return;
        entry.Round = _round;
        write(_early, entry.Key, entry.Value);
    }

    // The clock: whoever was touched since the hand came by last is passed over once.
    int Place()
    {
        if (_entries.Count < capacity)
        {
            _entries.Add(default);
            return _entries.Count - 1;
        }
        var entries = CollectionsMarshal.AsSpan(_entries);
        for (; entries[_hand].IsRecent; _hand = (_hand + 1) % entries.Length)
            entries[_hand].IsRecent = false;
        var at = _hand;
        _hand = (_hand + 1) % entries.Length;
        WriteEarly(at, ref entries[at]);
        _index.Remove(entries[at].Key);
        return at;
    }

    [StructLayout(LayoutKind.Auto)]
    struct Entry
    {
        public TKey Key;
        public TValue Value;
        public int Round;
        public bool IsRecent;
    }
}
