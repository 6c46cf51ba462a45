namespace Orchestrator.Decisioning.Features;

/// <summary>The last <see cref="KeyPlan.MedianAmounts"/> amounts in order of size, for their exact median.</summary>
sealed class RecentAmounts
{
    public const int Bytes = 24 + (Capacity * sizeof(long));

    const int Capacity = KeyPlan.MedianAmounts;

    readonly long[] _sorted = new long[Capacity];

    public int Count { get; private set; }

    /// <summary>The median; the mean of the middle two of an even number. 0 when there are none.</summary>
    public double Median => MedianOf(_sorted.AsSpan(0, Count));

    /// <summary>An event was added to the log at <paramref name="index"/>.</summary>
    public void Added(EventLog events, int index)
    {
        if (index < events.Count - Capacity)
            return;
        if (Count == Capacity)
            Remove(events[events.Count - Capacity - 1].Amount);
        Add(events[index].Amount);
    }

    /// <summary>Begins again with the last amounts of the log.</summary>
    public void Recount(EventLog events)
    {
        Count = Math.Min(Capacity, events.Count);
        for (var i = 0; i < Count; i++)
            _sorted[i] = events[events.Count - Count + i].Amount;
        _sorted.AsSpan(0, Count).Sort();
    }

    /// <summary>The median, and of how many, of the last amounts among the first <paramref name="end"/> events.</summary>
    public static (double Median, int Count) AsOf(EventLog events, int end)
    {
        Span<long> amounts = stackalloc long[Capacity];
        var count = Math.Min(Capacity, end);
        for (var i = 0; i < count; i++)
            amounts[i] = events[end - count + i].Amount;
        amounts[..count].Sort();
        return (MedianOf(amounts[..count]), count);
    }

    static double MedianOf(ReadOnlySpan<long> sorted)
    {
        var middle = sorted.Length / 2;
        return sorted.IsEmpty ? 0
            : sorted.Length % 2 == 1 ? sorted[middle]
            : (sorted[middle - 1] + sorted[middle]) / 2.0;
    }

    void Add(long amount)
    {
        var at = Place(amount);
        Array.Copy(_sorted, at, _sorted, at + 1, Count - at);
        _sorted[at] = amount;
        Count++;
    }

    void Remove(long amount)
    {
        var at = Place(amount);
        Count--;
        Array.Copy(_sorted, at + 1, _sorted, at, Count - at);
    }

    // The first place whose amount is not smaller.
    int Place(long amount)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_sorted[middle] < amount)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
