namespace Orchestrator.Activity.Figures;

/// <summary>How often keys came in the last half hour, by minute, so that what is older goes. Bounded: those that come when there are as many keys as may be are counted together.</summary>
/// <param name="most">The most different keys.</param>
sealed class TopKeys(int most)
{
    /// <summary>How many minutes count.</summary>
    public const int Minutes = 30;

    readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    readonly string?[] _keys = new string?[most];
    readonly Stack<int> _free = new(Enumerable.Range(0, most).Reverse());
    readonly int[][] _byMinute = [.. Enumerable.Range(0, Minutes).Select(_ => new int[most + 1])];
    readonly long[] _totals = new long[most + 1];
    long _newest = -1;

    /// <summary>The latest minute that counts.</summary>
    public long Newest => _newest;

    /// <summary>Counts a key so many times more or less in a minute; nothing, when that does not count any more.</summary>
    public void Add(long minute, string key, int times)
    {
        if (minute > _newest)
            GoOn(minute);
        if (minute <= _newest - Minutes)
            return;
        var counts = _byMinute[minute % Minutes];
        var place = Place(key, times > 0);
        // What was counted with the others before it had a place of its own is taken from there.
        if (counts[place] + times < 0)
            place = most;
        counts[place] += times;
        _totals[place] += times;
        if (place < most && _totals[place] == 0)
            Free(place);
    }

    /// <summary>Later minutes begin; those that are too old go.</summary>
    public void GoOn(long minute)
    {
        if (minute <= _newest)
            return;
        for (var gone = Math.Max(_newest + 1, minute - Minutes + 1); gone <= minute; gone++)
            Clear(_byMinute[gone % Minutes]);
        _newest = minute;
    }

    /// <summary>The keys of the half hour, the most frequent first.</summary>
    public List<KeyCount> Top()
    {
        var top = new List<KeyCount>(_places.Count + 1);
        foreach (var (key, place) in _places)
        {
            if (_totals[place] > 0)
                top.Add(new KeyCount(key, _totals[place]));
        }
        if (_totals[most] > 0)
            top.Add(new KeyCount(Breakdowns.Other, _totals[most]));
        top.Sort((a, b) => a.Count == b.Count ? string.CompareOrdinal(a.Key, b.Key) : b.Count.CompareTo(a.Count));
        return top;
    }

    /// <summary>Writes all of it.</summary>
    public void Write(in StateWriter writer)
    {
        writer.Number(_newest);
        for (var minute = Math.Max(0, _newest - Minutes + 1); minute <= _newest; minute++)
        {
            var counts = _byMinute[minute % Minutes];
            writer.Number(counts.Count(c => c != 0));
            for (var place = 0; place <= most; place++)
            {
                if (counts[place] == 0)
                    continue;
                writer.Text(place == most ? null : _keys[place]);
                writer.Number(counts[place]);
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(StateReader reader)
    {
        _newest = reader.Number();
        if (_newest < -1)
            throw new InvalidDataException("The snapshot is damaged: a minute that does not exist");
        for (var minute = Math.Max(0, _newest - Minutes + 1); minute <= _newest; minute++)
        {
            for (var left = reader.Count(most + 1); left > 0; left--)
            {
                var place = reader.Text() is { } key ? Place(key, isNew: true) : most;
                var count = reader.Count(int.MaxValue);
                _byMinute[minute % Minutes][place] += count;
                _totals[place] += count;
            }
        }
    }

    int Place(string key, bool isNew)
    {
        if (_places.TryGetValue(key, out var place))
            return place;
        if (!isNew || !_free.TryPop(out place))
            return most;
        _keys[place] = key;
        _places.Add(key, place);
        return place;
    }

    void Clear(int[] counts)
    {
        for (var place = 0; place <= most; place++)
        {
            if (counts[place] == 0)
                continue;
            _totals[place] -= counts[place];
            counts[place] = 0;
            if (place < most && _totals[place] == 0)
                Free(place);
        }
    }

    void Free(int place)
    {
        if (_keys[place] is not { } key)
            return;
        _places.Remove(key);
        _keys[place] = null;
        _free.Push(place);
    }
}
