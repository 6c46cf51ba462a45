using System.Buffers;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// All keys of one kind that are in memory. Which of them leaves when there are too many follows from the events alone, never from the clock or
/// from addresses: a replay evicts the same keys.
/// </summary>
sealed class KeySpace(KeyPlan plan, FeatureEngineOptions options, IKeyStateStore? store)
{
    // Of so many slots the one unused for the longest time leaves: near enough to the least recently used, without a list to keep in order.
    const int Compared = 8;

    readonly long _idleAfterMs = (long)options.IdleAfter.TotalMilliseconds;
    readonly KeyTable _table = new(plan.Numbers);
    readonly ArrayBufferWriter<byte> _bytes = new();
    KeyState[] _states = new KeyState[16];
    ulong[] _keys = new ulong[16];
    long[] _usedMs = new long[16];
    int _count;

    public KeyPlan Plan => plan;

    public int Count => _count;

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

    /// <summary>The state of a key, if there is any; it is not thereby used.</summary>
    public KeyState? Find(ulong key)
    {
        if (_table.Find(key, out _) is { } known)
            return known;
        if (store is null || Returned(key) is not { } state)
            return null;
        if (_count >= options.MaxKeys)
            EvictOne();
        Add(key, state.Events.NewestMs, state);
        return state;
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
        _table.Add(key, _count, state);
        _states[_count] = state;
        _keys[_count] = key;
        _usedMs[_count++] = usedMs;
    }

    /// <summary>The state of a key where it is in memory: only to ask for what is in it.</summary>
    public KeyState? Look(ulong key) => _table.Find(key, out _);

    /// <summary>Whether the key is in memory.</summary>
    public bool Has(ulong key) => _table.Find(key, out _) is not null;

    /// <summary>Sets what a snapshot had.</summary>
    public void Resume(int hand, KeyCounts counts)
    {
        Hand = hand;
        Counts = counts;
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
