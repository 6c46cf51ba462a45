namespace Orchestrator.Cli.Simulation;

/// <summary>
/// What a network does to a stream: some messages come twice, some later than those that followed them. Pure: the same seed disturbs the
/// same stream in the same way. Nothing is lost and nothing is added but the duplicates.
/// </summary>
/// <param name="Duplicates">The share of messages that come a second time, 0 to 1.</param>
/// <param name="Reorder">The share of messages that are held back, 0 to 1.</param>
/// <param name="Seed">Which of them.</param>
/// <param name="MaxDistance">How many later messages may overtake one, and how far behind a duplicate comes; at least 1.</param>
public sealed record Disturbance(double Duplicates, double Reorder, uint Seed, int MaxDistance = 64)
{
    /// <summary>Disturbs <paramref name="stream"/>; holds back at most what <see cref="MaxDistance"/> steps can hold back.</summary>
    public IEnumerable<Disturbed<T>> Apply<T>(IEnumerable<T> stream)
    {
        var chance = new NumericStream(Seed);
        var held = new PriorityQueue<Disturbed<T>, (long Due, long Order)>();
        long position = 0;
        long order = 0;
        foreach (var item in stream)
        {
            if (Reorder > 0 && chance.Unit() < Reorder)
                held.Enqueue(new(item, IsDuplicate: false, IsLate: true), (position + Distance(chance), order++));
            else
                yield return new(item, IsDuplicate: false, IsLate: false);
            if (Duplicates > 0 && chance.Unit() < Duplicates)
                held.Enqueue(new(item, IsDuplicate: true, IsLate: false), (position + MaxDistance + Distance(chance), order++));
            while (held.TryPeek(out _, out var next) && next.Due <= position)
                yield return held.Dequeue();
            position++;
        }
        while (held.Count > 0)
            yield return held.Dequeue();
    }

    int Distance(NumericStream chance) => 1 + (int)(chance.Unit() * MaxDistance);
}

/// <summary>One message of a disturbed stream.</summary>
/// <param name="Item">The message.</param>
/// <param name="IsDuplicate">It has come before.</param>
/// <param name="IsLate">It was overtaken.</param>
public readonly record struct Disturbed<T>(T Item, bool IsDuplicate, bool IsLate);
