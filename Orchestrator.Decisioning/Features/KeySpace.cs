using System.Buffers;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// All keys of one kind that are in memory. Which of them leaves when there are too many follows from the events alone, never from the clock or
/// from addresses: a replay evicts the same keys.
/// <para>
/// A snapshot is of the moment at which it begins, though it is written while events go on: a key that is about to change, to move or to leave, and is not written yet,
/// is written first. Keys that came since are none of it.
/// </para>
/// </summary>
sealed class KeySpace(KeyPlan plan, FeatureEngineOptions options, IKeyStateStore? store)
{
    // Of so many slots the one unused for the longest time leaves: near enough to the least recently used, without a list to keep in order.
    const int Compared = 8;

    const int MaxLooks = 1024;

    readonly long _idleAfterMs = (long)options.IdleAfter.TotalMilliseconds;
    readonly KeyTable _table = new(plan.Numbers);
    readonly ArrayBufferWriter<byte> _bytes = new();
    KeyState[] _states = new KeyState[16];
    ulong[] _keys = new ulong[16];
    long[] _usedMs = new long[16];
    int _count;

    // Of the snapshot: its number, how many keys it still lacks, where its writer looks next, and where it writes to. A key that it has, or that came later, has its number.
    int _round;
    int _unwritten;
    int _next;
    ArrayBufferWriter<byte>? _frames;

    public KeyPlan Plan => plan;

    public int Count => _count;

    /// <summary>The most events of one key.</summary>
    public int MaxEvents => options.MaxEventsPerKey;

    public KeyCounts Counts { get; set; } = new();

    /// <summary>Where the next search for keys to evict begins.</summary>
    public int Hand { get; private set; }

    /// <summary>What the keys take in memory, about. Looks at every key.</summary>
    public long Bytes
    {
        get
        {
            long bytes = (_states.Length * 24L) + (_table.Count * 80L);
            for (var i = 0; i < _count; i++)
                bytes += _states[i].Bytes;
            return bytes;
        }
    }

    public (ulong Key, long UsedMs, KeyState State) this[int slot] => (_keys[slot], _usedMs[slot], _states[slot]);

    /// <summary>Asks for what <see cref="Touch"/> will look at.</summary>
    public void Ask(ulong key) => _table.Ask(key);

    /// <summary>The state of a key that an event touches; a new one when it has none, or was idle for too long and no store keeps it.</summary>
    public KeyState Touch(ulong key, long atMs, long watermarkMs)
    {
        if (_table.Find(key, out var slot) is { } known)
        {
            if (_unwritten > 0)
                WriteEarly(slot);
            ref var usedMs = ref _usedMs[slot];
            if (store is not null || usedMs >= watermarkMs - _idleAfterMs)
            {
                usedMs = Math.Max(usedMs, atMs);
                return known;
            }
            // The sweep would have let it go; whether it has come by already depends on how many keys there are, and no vector may.
            Evict(slot);
        }
        if (_count >= options.MaxKeys)
            EvictOne();
        var state = Returned(key) ?? new KeyState(plan);
        Add(key, Math.Max(atMs, state.Events.NewestMs), state);
        return state;
    }

    /// <summary>The state of a key, to be changed, if there is any; it is not thereby used.</summary>
    public KeyState? Find(ulong key)
    {
        if (_table.Find(key, out var slot) is { } known)
        {
            if (_unwritten > 0)
                WriteEarly(slot);
            return known;
        }
        if (store is null || Returned(key) is not { } state)
            return null;
        if (_count >= options.MaxKeys)
            EvictOne();
        Add(key, state.Events.NewestMs, state);
        return state;
    }

    /// <summary>A label of one of a key's events.</summary>
    public void Label(ulong key, long atMs, uint tag, bool isFraud)
    {
        var state = Find(key);
        Label(state, state?.Events.Find(atMs, tag) ?? -1, isFraud);
    }

    /// <summary>A label of the event at <paramref name="index"/>; -1 when the key has no such event.</summary>
    public void Label(KeyState? state, int index, bool isFraud)
    {
        if (index < 0)
        {
            Counts.LabelsUnmatched++;
            return;
        }
        var marks = state!.Events[index].Marks;
        state.Mark(index, isFraud ? marks | EventMarks.Fraud : marks & ~EventMarks.Fraud);
        Counts.Labels++;
    }

    /// <summary>Looks at the next keys, and lets those go that have been idle for too long. Called with each event, so that the work is spread.</summary>
    public void Sweep(long watermarkMs)
    {
        // Two, because an event adds at most one: the search comes round however fast keys are added.
        for (var i = 0; i < 2 && _count > 0; i++)
        {
            if (Hand >= _count)
                Hand = 0;
            if (_usedMs[Hand] < watermarkMs - _idleAfterMs)
                Evict(Hand);
            else
                Hand++;
        }
    }

    /// <summary>Adds a key that is not there.</summary>
    public void Add(ulong key, long usedMs, KeyState state)
    {
        if (_count == _states.Length)
        {
            var capacity = _count * 2;
            Array.Resize(ref _states, capacity);
            Array.Resize(ref _keys, capacity);
            Array.Resize(ref _usedMs, capacity);
        }
        state.Round = _round;
        _table.Add(key, _count, state);
        _states[_count] = state;
        _keys[_count] = key;
        _usedMs[_count++] = usedMs;
    }

    /// <summary>Whether the key is in memory.</summary>
    public bool Has(ulong key) => _table.Find(key, out _) is not null;

    /// <summary>Sets what a snapshot had.</summary>
    public void Resume(int hand, KeyCounts counts)
    {
        Hand = hand;
        Counts = counts;
    }

    /// <summary>A snapshot of what is there now begins; one that is not finished is given up.</summary>
    public void BeginSnapshot(ArrayBufferWriter<byte> frames)
    {
        _frames = frames;
        _round++;
        _unwritten = _count;
        _next = 0;
    }

    /// <summary>Writes keys, as they were when the snapshot began, until the frames have <paramref name="bytes"/>.</summary>
    /// <returns>Whether there are more.</returns>
    public bool WriteSnapshot(int bytes)
    {
        // Looking at keys that are written already takes time too.
        for (var looks = MaxLooks; looks > 0 && _unwritten > 0 && _frames!.WrittenCount < bytes; looks--)
            WriteEarly(_next++);
        return _unwritten > 0;
    }

    /// <summary>The snapshot comes to nothing.</summary>
    public void GiveUpSnapshot() => _unwritten = 0;

    // Those that are not written stand where they stood when the snapshot began, for whoever moves is written before.
    void WriteEarly(int slot)
    {
        var state = _states[slot];
        if (state.Round == _round)
            return;
        state.Round = _round;
        _unwritten--;
        PartitionSnapshot.WriteKey(_frames!, plan.Kind, slot, _keys[slot], _usedMs[slot], state);
    }

    void EvictOne()
    {
        var oldest = Hand < _count ? Hand : 0;
        for (var i = 1; i < Compared; i++)
        {
            var slot = (Hand + i) % _count;
            if (_usedMs[slot] < _usedMs[oldest])
                oldest = slot;
        }
        Hand = (Hand + Compared) % _count;
        Evict(oldest);
    }

    void Evict(int slot)
    {
        if (_unwritten > 0)
        {
            WriteEarly(slot);
            WriteEarly(_count - 1);
        }
        if (store is not null)
        {
            _bytes.ResetWrittenCount();
            KeyStateCodec.Write(_states[slot], _bytes);
            store.Keep(plan.Kind, _keys[slot], _bytes.WrittenSpan);
        }
        Counts.Evicted++;
        _table.Remove(_keys[slot]);
        var last = --_count;
        if (slot != last)
        {
            (_states[slot], _keys[slot], _usedMs[slot]) = (_states[last], _keys[last], _usedMs[last]);
            _table.Move(_keys[slot], slot);
        }
        _states[last] = null!;
    }

    KeyState? Returned(ulong key)
    {
        if (store is null)
            return null;
        _bytes.ResetWrittenCount();
        if (!store.TryTake(plan.Kind, key, _bytes))
            return null;
        try
        {
            var state = KeyStateCodec.Read(plan, options.MaxEventsPerKey, _bytes.WrittenSpan);
            Counts.Returned++;
            return state;
        }
        catch (InvalidDataException)
        {
            Counts.Unreadable++;
            return null;
        }
    }
}
