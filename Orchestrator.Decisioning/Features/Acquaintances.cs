namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Which counterparts an account has met, of all kinds together, and when first. It remembers <see cref="Capacity"/>; beyond that the one not met for the longest
/// time goes, and is new again when it comes back.
/// </summary>
sealed class Acquaintances
{
    /// <summary>The most that are remembered.</summary>
    public const int Capacity = 512;

    // Of the first ones: those whom it meets often it has mostly met first.
    const int TimesAskedFor = 32;

    // Keys apart from times, because the search looks at keys alone, several at once.
    ulong[] _keys = [];
    (long FirstMs, long LastMs)[] _times = [];

    public int Count { get; private set; }

    public long Bytes => _keys.Length * 24;

    public (ulong Key, long FirstMs, long LastMs) this[int index] => (_keys[index], _times[index].FirstMs, _times[index].LastMs);

    /// <summary>What a counterpart is remembered by: an account and a device of the same name are two.</summary>
    public static ulong KeyOf(KeyKind kind, ulong key) => key ^ ((ulong)kind * 0x9e37_79b9_7f4a_7c15ul);

    /// <summary>Asks for what a search will look at.</summary>
    public void Ask()
    {
        Ahead.Elements(_keys, Count);
        Ahead.Elements(_times, Math.Min(Count, TimesAskedFor));
    }

    public bool Has(ulong key) => _keys.AsSpan(0, Count).Contains(key);

    /// <summary>When the key was first met, or <paramref name="otherwise"/>.</summary>
    public long FirstMet(ulong key, long otherwise)
    {
        var at = _keys.AsSpan(0, Count).IndexOf(key);
        return at < 0 ? otherwise : _times[at].FirstMs;
    }

    /// <summary>The key is met at <paramref name="atMs"/>; late meetings count too.</summary>
    /// <returns>When it was first met before this, or <paramref name="atMs"/>.</returns>
    public long Meet(ulong key, long atMs)
    {
        var at = _keys.AsSpan(0, Count).IndexOf(key);
        if (at < 0)
        {
            Add(key, atMs, atMs);
            return atMs;
        }
        ref var times = ref _times[at];
        var first = times.FirstMs;
        times = (Math.Min(first, atMs), Math.Max(times.LastMs, atMs));
        return first;
    }

    public void Add(ulong key, long firstMs, long lastMs)
    {
        if (Count == Capacity)
        {
            var oldest = Oldest();
            (_keys[oldest], _times[oldest]) = (key, (firstMs, lastMs));
            return;
        }
        if (Count == _keys.Length)
        {
            var capacity = Math.Min(Capacity, Math.Max(4, Count + (Count / 2)));
            Array.Resize(ref _keys, capacity);
            Array.Resize(ref _times, capacity);
        }
        _keys[Count] = key;
        _times[Count++] = (firstMs, lastMs);
    }

    int Oldest()
    {
        var oldest = 0;
        for (var i = 1; i < Count; i++)
        {
            if (_times[i].LastMs < _times[oldest].LastMs)
                oldest = i;
        }
        return oldest;
    }
}
