using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Sessions;

namespace Orchestrator.Activity.Funnels;

/// <summary>
/// How far a visitor came in one funnel, by the day of the first step. What is so old that nothing can come before it any more is summed up: for each day and step the latest first
/// step from which it was reached, for of all that reach it that one has the longest to go on. What is younger is kept event by event, in order, and gone through again
/// whenever one comes; so the result is that of the events and not of their order.
/// </summary>
/// <param name="funnel">The funnel.</param>
sealed class FunnelTrack(FunnelPlan.Funnel funnel)
{
    /// <summary>The most events that are kept one by one. Beyond them the earliest is summed up, and what comes later but was before it counts in funnels no more.</summary>
    public const int MostKept = 128;

    const long Never = long.MinValue;

    readonly List<Attempt> _attempts = [];
    readonly List<Hit> _hits = [];
    Moment _summedUp = new(long.MinValue, 0);

    /// <summary>From when on nothing of it matters any more.</summary>
    public long EndMs { get; private set; }

    /// <summary>An event that is some of the steps.</summary>
    /// <param name="at">Its place.</param>
    /// <param name="steps">Which steps: bit 0 is the first.</param>
    /// <param name="openMs">Before this time nothing can come any more.</param>
    /// <param name="figures">Hears when the visitor has come further.</param>
    /// <param name="number">The funnel's place among the funnels.</param>
    public void Add(in Moment at, ushort steps, long openMs, FigureBook figures, int number)
    {
        SumUp(openMs);
        if (at.IsBefore(_summedUp))
            return;
        var place = _hits.Count;
        while (place > 0 && at.IsBefore(_hits[place - 1].At))
            place--;
        _hits.Insert(place, new Hit(at, steps));
        if (_hits.Count > MostKept)
            SumUpFirst();
        EndMs = Math.Max(EndMs, at.Ms + funnel.WindowMs);
        foreach (var attempt in _attempts)
            attempt.Begin();
        foreach (var hit in _hits)
        {
            if ((hit.Steps & 1) != 0)
                Of(Time.Day(hit.At.Ms));
            foreach (var attempt in _attempts)
                attempt.TryGoOn(hit, funnel.WindowMs);
        }
        foreach (var attempt in _attempts)
        {
            if (attempt.Furthest > attempt.Counted)
                figures.CountFunnel(number, attempt.Day, attempt.Counted, attempt.Furthest);
            attempt.Counted = Math.Max(attempt.Counted, attempt.Furthest);
        }
    }

    /// <summary>Writes all of it.</summary>
    public void Write(in StateWriter writer)
    {
        writer.Number(EndMs);
        writer.Moment(_summedUp);
        writer.Number(_attempts.Count);
        foreach (var attempt in _attempts)
        {
            writer.Number(attempt.Day);
            writer.Number(attempt.Counted);
            foreach (var start in attempt.SummedUp)
                writer.Number(start == Never ? -1 : start);
        }
        writer.Number(_hits.Count);
        foreach (var hit in _hits)
        {
            writer.Moment(hit.At);
            writer.Number(hit.Steps);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="steps">How many steps the funnel had.</param>
    /// <param name="funnel">The funnel; null when it is there no more.</param>
    /// <param name="reader">Where from.</param>
    public static FunnelTrack? Read(int steps, FunnelPlan.Funnel? funnel, StateReader reader)
    {
        var (endMs, summedUp) = (reader.Number(), reader.Moment());
        var attempts = new List<Attempt>();
        for (var left = reader.Count(int.MaxValue); left > 0; left--)
        {
            var attempt = new Attempt(reader.Count(int.MaxValue), steps) { Counted = reader.Count(steps) };
            for (var step = 0; step < steps; step++)
                attempt.SummedUp[step] = reader.Number() is >= 0 and var start ? start : Never;
            attempts.Add(attempt);
        }
        var hits = new List<Hit>();
        for (var left = reader.Count(MostKept); left > 0; left--)
            hits.Add(new Hit(reader.Moment(), (ushort)reader.Count(ushort.MaxValue)));
        if (funnel is null)
            return null;
        var track = new FunnelTrack(funnel) { EndMs = endMs, _summedUp = summedUp };
        track._attempts.AddRange(attempts);
        track._hits.AddRange(hits);
        return track;
    }

    // Days whose attempts are over are forgotten with it.
    void SumUp(long openMs)
    {
        while (_hits.Count > 0 && _hits[0].At.Ms < openMs)
            SumUpFirst();
        for (var i = _attempts.Count - 1; i >= 0; i--)
        {
            if (((_attempts[i].Day + 1) * Time.DayMs) + funnel.WindowMs < openMs)
                _attempts.RemoveAt(i);
        }
    }

    void SumUpFirst()
    {
        var hit = _hits[0];
        _hits.RemoveAt(0);
        _summedUp = hit.At;
        if ((hit.Steps & 1) != 0)
            Of(Time.Day(hit.At.Ms));
        foreach (var attempt in _attempts)
            attempt.SumUp(hit, funnel.WindowMs);
    }

    Attempt Of(int day)
    {
        foreach (var known in _attempts)
        {
            if (known.Day == day)
                return known;
        }
        var attempt = new Attempt(day, funnel.Steps.Length);
        attempt.Begin();
        _attempts.Add(attempt);
        return attempt;
    }

    readonly record struct Hit(Moment At, ushort Steps);

    /// <summary>The attempts of a day: by step the latest first step of those that reached it.</summary>
    sealed class Attempt(int day, int steps)
    {
        readonly long[] _now = new long[steps];

        public int Day { get; } = day;

        public long[] SummedUp { get; } = [.. Enumerable.Repeat(Never, steps)];

        // What the figures have.
        public int Counted { get; set; }

        public int Furthest { get; private set; }

        public void Begin()
        {
            SummedUp.CopyTo(_now, 0);
            Furthest = 0;
        }

        public void TryGoOn(in Hit hit, long windowMs) => Furthest = Math.Max(Furthest, GoOn(_now, hit, windowMs));

        public void SumUp(in Hit hit, long windowMs) => GoOn(SummedUp, hit, windowMs);

        // From the last step to the first, so that one event is not two steps of the same attempt.
        int GoOn(long[] starts, in Hit hit, long windowMs)
        {
            var furthest = 0;
            for (var step = starts.Length - 1; step >= 0; step--)
            {
                if ((hit.Steps & (1 << step)) == 0)
                    continue;
                var start = step == 0 ? (Time.Day(hit.At.Ms) == Day ? hit.At.Ms : Never) : starts[step - 1];
                if (start == Never || hit.At.Ms - start > windowMs)
                    continue;
                starts[step] = Math.Max(starts[step], start);
                furthest = Math.Max(furthest, step + 1);
            }
            return furthest;
        }
    }
}
