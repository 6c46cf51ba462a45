namespace Orchestrator.Activity.Visitors;

/// <summary>Visitors by the minute at which something is to be looked at; whoever finds that it is not time yet puts them in again.</summary>
sealed class MinuteWheel
{
    readonly SortedDictionary<long, List<Visitor>> _minutes = [];
    List<Visitor>? _oldest;
    long _oldestMinute;

    /// <summary>Puts one in.</summary>
    public void Add(long minute, Visitor visitor)
    {
        if (!_minutes.TryGetValue(minute, out var visitors))
        {
            _minutes.Add(minute, visitors = []);
            if (minute < _oldestMinute)
                _oldest = null;
        }
        visitors.Add(visitor);
    }

    /// <summary>Takes out one of the earliest minute.</summary>
    /// <param name="before">Only of a minute before this.</param>
    /// <param name="visitor">The one.</param>
    /// <param name="minute">The minute.</param>
    public bool TryTake(long before, out Visitor visitor, out long minute)
    {
        while (true)
        {
            if (_oldest is null && !FindOldest())
            {
                (visitor, minute) = (null!, 0);
                return false;
            }
            minute = _oldestMinute;
            if (minute >= before)
            {
                visitor = null!;
                return false;
            }
            if (_oldest!.Count > 0)
            {
                visitor = _oldest[^1];
                _oldest.RemoveAt(_oldest.Count - 1);
                return true;
            }
            _minutes.Remove(_oldestMinute);
            _oldest = null;
        }
    }

    bool FindOldest()
    {
        foreach (var (minute, visitors) in _minutes)
        {
            (_oldestMinute, _oldest) = (minute, visitors);
            return true;
        }
        return false;
    }
}
