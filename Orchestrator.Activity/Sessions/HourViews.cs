using System.Runtime.InteropServices;

namespace Orchestrator.Activity.Sessions;

/// <summary>A session's views by hour: needed when it turns out that it came from somewhere else. Nearly all have one hour, or two.</summary>
[StructLayout(LayoutKind.Auto)]
struct HourViews
{
    (int Hour, int Views) _first;
    (int Hour, int Views)[]? _more;
    int _count;

    /// <summary>How many hours.</summary>
    public readonly int Count => _count;

    /// <summary>One of them.</summary>
    public readonly (int Hour, int Views) this[int index] => index == 0 ? _first : _more![index - 1];

    /// <summary>Adds views of an hour.</summary>
    public void Add(int hour, int views)
    {
        for (var i = _count - 1; i >= 0; i--)
        {
            ref var known = ref i == 0 ? ref _first : ref _more![i - 1];
            if (known.Hour != hour)
                continue;
            known.Views += views;
            return;
        }
        if (_count == 0)
        {
            _first = (hour, views);
        }
        else
        {
            if (_more is null || _more.Length < _count)
                Array.Resize(ref _more, _more is null ? 1 : _more.Length * 2);
            _more[_count - 1] = (hour, views);
        }
        _count++;
    }

    /// <summary>Adds those of another session.</summary>
    public void Add(in HourViews other)
    {
        for (var i = 0; i < other._count; i++)
            Add(other[i].Hour, other[i].Views);
    }

    /// <summary>Forgets them: nothing of the session changes any more.</summary>
    public void Clear() => (_more, _count) = (null, 0);
}
