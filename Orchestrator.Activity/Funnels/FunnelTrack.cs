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

    Attempt[] _attempts = [];
    List<Hit>? _hits;
    Moment _summedUp = new(long.MinValue, 0);

    /// <summary>Until when it matters: somebody who begins again on a day is not counted for it again.</summary>
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
        _hits ??= new List<Hit>(1);
        var place = _hits.Count;
        while (place > 0 && at.IsBefore(_hits[place - 1].At))
            place--;
        _hits.Insert(place, new Hit(at, steps));
        EndMs = Math.Max(EndMs, at.Ms);
        if ((steps & 1) != 0)
            Begin(Time.Day(at.Ms));
        if (_hits.Count > MostKept)
            SumUpFirst(_hits);
        Span<long> starts = stackalloc long[FunnelPlan.MaxSteps];
        foreach (var attempt in _attempts)
        {
            var furthest = attempt.Furthest(_hits, starts[..attempt.SummedUp.Length], funnel.WindowMs);
            if (furthest <= attempt.Counted)
                continue;
            figures.CountFunnel(number, attempt.Day, attempt.Counted, furthest);
            attempt.Counted = furthest;
        }
    }

    /// <summary>Writes all of it.</summary>
    public void Write(in StateWriter writer)
    {
        writer.Number(EndMs);
        writer.Moment(_summedUp);
        writer.Number(_attempts.Length);
        foreach (var attempt in _attempts)
        {
            writer.Number(attempt.Day);
            writer.Number(attempt.Counted);
            foreach (var start in attempt.SummedUp)
                writer.Number(start == Never ? -1 : start);
        }
        writer.Number(_hits?.Count ?? 0);
        foreach (var hit in _hits ?? [])
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
        return new FunnelTrack(funnel) { EndMs = endMs, _summedUp = summedUp, _attempts = [.. attempts], _hits = hits.Count > 0 ? hits : null };
    }

    // Days whose attempts are over are forgotten with it.
    void SumUp(long openMs)
    {
        while (_hits is { Count: > 0 } && _hits[0].At.Ms < openMs)
            SumUpFirst(_hits);
        if (Array.Exists(_attempts, a => EndOf(a.Day) < openMs))
            _attempts = Array.FindAll(_attempts, a => EndOf(a.Day) >= openMs);
    }

    void SumUpFirst(List<Hit> hits)
    {
        var hit = hits[0];
        hits.RemoveAt(0);
        _summedUp = hit.At;
        foreach (var attempt in _attempts)
            attempt.GoOn(attempt.SummedUp, hit, funnel.WindowMs);
    }

    void Begin(int day)
    {
        if (Array.Exists(_attempts, a => a.Day == day))
            return;
        _attempts = [.. _attempts, new Attempt(day, funnel.Steps.Length)];
        EndMs = Math.Max(EndMs, EndOf(day));
    }

    long EndOf(int day) => ((day + 1) * Time.DayMs) + funnel.WindowMs;

    readonly record struct Hit(Moment At, ushort Steps);

    /// <summary>The attempts of a day.</summary>
    sealed class Attempt
    {
        public Attempt(int day, int steps)
        {
            (Day, SummedUp) = (day, new long[steps]);
            Array.Fill(SummedUp, Never);
        }

        public int Day { get; }

        // By step the latest first step of those that reached it.
        public long[] SummedUp { get; }

        // What the figures have.
        public int Counted { get; set; }

        public int Furthest(List<Hit> hits, Span<long> starts, long windowMs)
        {
            SummedUp.CopyTo(starts);
            var furthest = 0;
            foreach (var hit in hits)
                furthest = Math.Max(furthest, GoOn(starts, hit, windowMs));
            return furthest;
        }

        // From the last step to the first, so that one event is not two steps of the same attempt.
        public int GoOn(Span<long> starts, in Hit hit, long windowMs)
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
