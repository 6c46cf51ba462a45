using System.Runtime.InteropServices;

namespace Orchestrator.Benchmarks.Activity;

/// <summary>What must be stored when so many events of the plan have been taken: counted by the generator itself, lane by lane in the order of publishing, and in the plainest way.</summary>
sealed class ExpectedFigures
{
    const int SessionGapMs = 30 * 60_000;
    const int AllowedLatenessMs = 10 * 60_000;
    const int MinuteMs = 60_000;

    readonly PlannedEvents _plan;
    readonly int[] _watermarks;
    readonly long[] _messages;
    readonly long[] _positions;
    readonly SortedDictionary<long, MinuteCounts> _minutes = [];
    readonly List<int>[] _times;
    int _taken;
    (long Sessions, long Visitors)? _totals;

    public ExpectedFigures(PlannedEvents plan, long beginMs)
    {
        _plan = plan;
        BeginMs = beginMs;
        _watermarks = new int[plan.Lanes];
        Array.Fill(_watermarks, int.MinValue / 2);
        (_messages, _positions) = (new long[plan.Lanes], new long[plan.Lanes]);
        _times = new List<int>[PlannedEvents.Visitors];
    }

    /// <summary>When the plan begins, in milliseconds since 1970.</summary>
    public long BeginMs { get; }

    /// <summary>By lane, the place behind the last message that is taken; what comes again a little later the lane drops before it looks at it.</summary>
    public long[] Positions => [.. _positions];

    public long Counted { get; private set; }

    public long Duplicates { get; private set; }

    public long Late { get; private set; }

    /// <summary>By minute since 1970.</summary>
    public IReadOnlyDictionary<long, MinuteCounts> Minutes => _minutes;

    /// <summary>Takes the plan's events up to a place.</summary>
    public void TakeUntil(int end)
    {
        for (; _taken < end; _taken++)
            Take(_plan.InOrder[_taken]);
        _totals = null;
    }

    /// <summary>Sessions and visitors among the events that count. Worked out when it is first asked for, which takes its time.</summary>
    public (long Sessions, long Visitors) SessionsAndVisitors() => _totals ??= Totals();

    (long Sessions, long Visitors) Totals()
    {
        var (sessions, visitors) = (0L, 0L);
        foreach (var times in _times)
        {
            if (times is null)
                continue;
            times.Sort();
            visitors++;
            sessions++;
            for (var i = 1; i < times.Count; i++)
                sessions += times[i] - times[i - 1] > SessionGapMs ? 1 : 0;
        }
        return (sessions, visitors);
    }

    void Take(in PlannedEvent planned)
    {
        var lane = _plan.LaneOf(planned.Visitor);
        _messages[lane]++;
        if (!planned.IsAgain)
            _positions[lane] = _messages[lane];
        ref var watermark = ref _watermarks[lane];
        if (planned.AtMs < watermark - AllowedLatenessMs)
        {
            Late++;
            return;
        }
        watermark = Math.Max(watermark, planned.AtMs);
        if (planned.IsAgain)
        {
            Duplicates++;
            return;
        }
        Counted++;
        (_times[planned.Visitor] ??= new List<int>(4)).Add(planned.AtMs);
        var minute = (BeginMs + planned.AtMs) / MinuteMs;
        _minutes[minute] = _minutes.GetValueOrDefault(minute).With(planned.Kind);
    }
}

/// <summary>Events of a minute.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct MinuteCounts(long Events, long Views, long Clicks, long Pings, long Customs)
{
    public MinuteCounts With(PlannedKind kind) => new(
        Events + 1,
        Views + (kind == PlannedKind.View ? 1 : 0),
        Clicks + (kind == PlannedKind.Click ? 1 : 0),
        Pings + (kind == PlannedKind.Ping ? 1 : 0),
        Customs + (kind is PlannedKind.Custom or PlannedKind.Login ? 1 : 0));
}
