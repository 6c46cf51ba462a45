namespace Orchestrator.Decisioning.Features;

/// <summary>
/// The last <see cref="KeyPlan.MedianAmounts"/> amounts of a log in order of size, for their exact median; those that were declined are none of them. As many are in
/// order as the log has events, up to that number; they lie in memory that the key's state provides.
/// </summary>
static class RecentAmounts
{
    const int Capacity = KeyPlan.MedianAmounts;

    /// <summary>The median of the first <paramref name="count"/>; the mean of the middle two of an even number. 0 when there are none.</summary>
    public static double Median(ReadOnlySpan<long> sorted, int count)
    {
        var middle = count / 2;
        return count == 0 ? 0
            : count % 2 == 1 ? sorted[middle]
            : (sorted[middle - 1] + sorted[middle]) / 2.0;
    }

    /// <summary>An event was added to the log at <paramref name="index"/>; with it <paramref name="learned"/> are not declined.</summary>
    public static void Added(Span<long> sorted, EventLog events, int index, int learned)
    {
        var before = Math.Min(Capacity, learned - 1);
        var leaving = learned > Capacity ? Leaving(events, learned) : -1;
        if (index <= leaving)
            return;
        var amount = events[index].Amount;
        if (before < Capacity)
        {
            var place = Place(sorted[..before], amount);
            sorted[place..before].CopyTo(sorted[(place + 1)..]);
            sorted[place] = amount;
            return;
        }
        // One comes and one goes: only what lies between the two places moves.
        var gone = Place(sorted, events[leaving].Amount);
        var at = Place(sorted, amount);
        if (at > gone)
        {
            at--;
            sorted[(gone + 1)..(at + 1)].CopyTo(sorted[gone..]);
        }
        else
        {
            sorted[at..gone].CopyTo(sorted[(at + 1)..]);
        }
        sorted[at] = amount;
    }

    /// <summary>Puts the last amounts of the log in order.</summary>
    public static void Recount(Span<long> sorted, EventLog events) => Sort(sorted, events, events.Count);

    /// <summary>The median, and of how many, of the last amounts among the first <paramref name="end"/> events.</summary>
    public static (double Median, int Count) AsOf(EventLog events, int end)
    {
        Span<long> sorted = stackalloc long[Capacity];
        var count = Sort(sorted, events, end);
        return (Median(sorted, count), count);
    }

    static int Sort(Span<long> sorted, EventLog events, int end)
    {
        var count = 0;
        for (var i = end - 1; i >= 0 && count < Capacity; i--)
        {
            if (IsLearned(events[i]))
                sorted[count++] = events[i].Amount;
        }
        sorted[..count].Sort();
        return count;
    }

    // The newest that has as many behind it as are in order.
    static int Leaving(EventLog events, int learned)
    {
        if (learned == events.Count)
            return events.Count - Capacity - 1;
        var at = events.Count;
        for (var left = Capacity + 1; left > 0;)
            left -= IsLearned(events[--at]) ? 1 : 0;
        return at;
    }

    static bool IsLearned(in KeyEvent e) => (e.Marks & EventMarks.Declined) == EventMarks.None;

    // The first place whose amount is not smaller.
    static int Place(ReadOnlySpan<long> sorted, long amount)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle] < amount)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
