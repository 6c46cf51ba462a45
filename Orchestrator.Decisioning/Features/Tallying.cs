using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Features;

/// <summary>Adds events to a window's sums and takes them out again, exactly.</summary>
static class Tallying
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(Span<long> running, WindowPlan window, in KeyEvent added)
    {
        Add(running, window.Tallies, added);
        if ((added.Marks & EventMarks.Declined) != EventMarks.None)
            Add(running, window.Declined, added);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(Span<long> running, WindowPlan window, in KeyEvent gone)
    {
        Subtract(running, window.Tallies, gone);
        if ((gone.Marks & EventMarks.Declined) != EventMarks.None)
            Subtract(running, window.Declined, gone);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(Span<long> running, ReadOnlySpan<Tally> tallies, in KeyEvent added)
    {
        foreach (ref readonly var tally in tallies)
        {
            if (!tally.Matches(added.Marks))
                continue;
            running[tally.At]++;
            if (tally.Sums)
                running[tally.At + 1] += added.Amount;
            if (tally.Squares)
                Squares(running, tally.At) += (Int128)added.Amount * added.Amount;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Subtract(Span<long> running, ReadOnlySpan<Tally> tallies, in KeyEvent gone)
    {
        foreach (ref readonly var tally in tallies)
        {
            if (!tally.Matches(gone.Marks))
                continue;
            running[tally.At]--;
            if (tally.Sums)
                running[tally.At + 1] -= gone.Amount;
            if (tally.Squares)
                Squares(running, tally.At) -= (Int128)gone.Amount * gone.Amount;
        }
    }

    /// <summary>The sum of squares of the tally at <paramref name="at"/>.</summary>
    public static ref Int128 Squares(Span<long> running, int at) => ref MemoryMarshal.Cast<long, Int128>(running.Slice(at + 2, 2))[0];

    /// <inheritdoc cref="Squares(Span{long}, int)" />
    public static Int128 Squares(ReadOnlySpan<long> running, int at) => MemoryMarshal.Cast<long, Int128>(running.Slice(at + 2, 2))[0];

    /// <summary>
    /// The windows as of an event that is not the newest: before it are the first <paramref name="end"/> events of the log, and it counts itself, in the
    /// log or not.
    /// </summary>
    public static void AsOf(Span<long> readings, KeyPlan plan, EventLog events, int end, in KeyEvent own)
    {
        readings.Clear();
        foreach (var window in plan.Windows)
        {
            var to = window.IsDelayed ? events.CountUpTo(own.AtMs - window.LagMs, end) : end;
            var from = events.CountUpTo(own.AtMs - window.LagMs - window.WindowMs, to);
            readings[window.Mark] = from;
            readings[window.Mark + 1] = to;
            for (var i = from; i < to; i++)
                Add(readings, window, events[i]);
            if (!window.IsDelayed)
                Add(readings, window, own);
        }
    }
}
