using System.Runtime.CompilerServices;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// A key's events in the order of their times, equal times in the order of arrival. Appending is the common case; late ones are moved into place. A state derives
/// from it instead of holding one, which saves a look into memory for each event.
/// </summary>
abstract class EventLog
{
    const int FirstCapacity = 4;

    KeyEvent[] _events = [];
    int _head;

    public int Count { get; private set; }

    /// <summary>How many fit before it grows.</summary>
    public int Capacity => _events.Length;

    /// <summary>The time of the newest; before all events when there is none.</summary>
    public long NewestMs { get; private set; } = KeyPartition.BeforeAll;

    public ref KeyEvent this[int index] => ref _events[_head + index];

    public ReadOnlySpan<KeyEvent> All => _events.AsSpan(_head, Count);

    /// <summary>Asks for an event.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected void AskForEvent(int index) => Ahead.Element(_events, _head + index);

    /// <summary>Asks for the array's own length.</summary>
    protected void AskForLength() => Ahead.Elements(_events, 0);

    /// <summary>Adds one that is not older than the newest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected void AppendEvent(in KeyEvent added)
    {
        if (_head + Count == _events.Length)
            MakeRoom();
        _events[_head + Count++] = added;
        NewestMs = added.AtMs;
    }

    /// <summary>Adds one at <paramref name="index"/>, before what is newer.</summary>
    protected void InsertEvent(int index, in KeyEvent added)
    {
        if (_head + Count == _events.Length)
            MakeRoom();
        Array.Copy(_events, _head + index, _events, _head + index + 1, Count - index);
        _events[_head + index] = added;
        Count++;
        NewestMs = _events[_head + Count - 1].AtMs;
    }

    /// <summary>Drops the oldest.</summary>
    protected void DropFirstEvent()
    {
        _head++;
        Count--;
    }

    /// <summary>How many are not newer than <paramref name="timeMs"/>, among the first <paramref name="end"/>.</summary>
    public int CountUpTo(long timeMs, int end)
    {
        int low = 0, high = end;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (this[middle].AtMs <= timeMs)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>The position of the event of this time and tag; -1 when it is not there.</summary>
    public int Find(long timeMs, uint tag)
    {
        for (var i = CountUpTo(timeMs, Count) - 1; i >= 0 && this[i].AtMs == timeMs; i--)
        {
            if (this[i].Tag == tag)
                return i;
        }
        return -1;
    }

    /// <summary>The position of the newest event of this tag, whenever it was; -1 when there is none.</summary>
    public int Find(uint tag)
    {
        var at = Count - 1;
        while (at >= 0 && this[at].Tag != tag)
            at--;
        return at;
    }

    // What was dropped at the front is room; only where there is little of it the array grows. A steady key thus stops allocating.
    void MakeRoom()
    {
        var capacity = _events.Length;
        var grown = _head > capacity / 4 ? _events : new KeyEvent[Math.Max(FirstCapacity, capacity + (capacity / 2))];
        Array.Copy(_events, _head, grown, 0, Count);
        _events = grown;
        _head = 0;
    }
}
