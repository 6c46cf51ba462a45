using System.Numerics;

namespace Orchestrator.Cli.Simulation;

/// <summary>The choosing stream ("py"): one of n, and k of n without replacement.</summary>
public sealed class ChoiceStream
{
    readonly MersenneTwister _twister = new();

    /// <summary>A stream that begins at <paramref name="seed"/>.</summary>
    public ChoiceStream(uint seed) => Seed(seed);

    /// <summary>Begins again.</summary>
    public void Seed(uint seed) => _twister.SeedByArray(seed);

    /// <summary>From 0 to below <paramref name="count"/>, which is at least 1.</summary>
    public int Below(int count)
    {
        var shift = BitOperations.LeadingZeroCount((uint)count);
        uint value;
        do
        {
            value = _twister.Next() >> shift;
        }
        while (value >= count);
        return (int)value;
    }

    /// <summary>Chooses <paramref name="chosen"/>.Length different numbers from 0 to below <paramref name="count"/>, in the order drawn.</summary>
    public void Sample(int count, Span<int> chosen)
    {
        // A small population is drawn from a shrinking pool, a large one by rejecting repeats; the border decides what is drawn.
        var border = 21;
        if (chosen.Length > 5)
            border += (int)Math.Pow(4, Math.Ceiling(Math.Log(3.0 * chosen.Length) / Math.Log(4)));
        if (count <= border)
            SampleFromPool(count, chosen);
        else
            SampleByRejection(count, chosen);
    }

    void SampleFromPool(int count, Span<int> chosen)
    {
        var pool = new int[count];
        for (var i = 0; i < count; i++)
            pool[i] = i;
        for (var i = 0; i < chosen.Length; i++)
        {
            var j = Below(count - i);
            chosen[i] = pool[j];
            pool[j] = pool[count - i - 1];
        }
    }

    void SampleByRejection(int count, Span<int> chosen)
    {
        var seen = new HashSet<int>(chosen.Length);
        for (var i = 0; i < chosen.Length; i++)
        {
            int j;
            do
            {
                j = Below(count);
            }
            while (!seen.Add(j));
            chosen[i] = j;
        }
    }
}
