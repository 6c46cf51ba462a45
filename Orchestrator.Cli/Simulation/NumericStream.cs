namespace Orchestrator.Cli.Simulation;

/// <summary>The numeric stream ("np"): uniform, normal and Poisson numbers, and permutations, drawn as the Handbook's simulator draws them.</summary>
public sealed class NumericStream
{
    readonly MersenneTwister _twister = new();
    double _keptNormal;
    bool _hasKeptNormal;

    /// <summary>A stream that begins at <paramref name="seed"/>.</summary>
    public NumericStream(uint seed) => Seed(seed);

    /// <summary>Begins again. A normal number that was kept for the next call is dropped.</summary>
    public void Seed(uint seed)
    {
        _twister.SeedByNumber(seed);
        _hasKeptNormal = false;
    }

    /// <summary>From 0 to below 1, with 53 random bits.</summary>
    public double Unit()
    {
        var high = _twister.Next() >> 5;
        var low = _twister.Next() >> 6;
        return ((high * 67_108_864.0) + low) / 9_007_199_254_740_992.0;
    }

    /// <summary>From <paramref name="low"/> to below <paramref name="high"/>.</summary>
    public double Uniform(double low, double high) => low + ((high - low) * Unit());

    /// <summary>Normal, by Marsaglia's polar method; every second call returns the number kept by the one before.</summary>
    public double Normal(double mean, double deviation) => mean + (deviation * Normal());

    /// <summary>Poisson with a rate below 10, by multiplying uniform numbers.</summary>
    public int Poisson(double rate)
    {
        var limit = Math.Exp(-rate);
        var product = 1.0;
        var count = 0;
        while (true)
        {
            product *= Unit();
            if (product <= limit)
                return count;
            count++;
        }
    }

    /// <summary>Shuffles 0..n-1 (Fisher-Yates from the end) into <paramref name="numbers"/>.</summary>
    public void Permutation(Span<int> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = i;
        for (var i = numbers.Length - 1; i > 0; i--)
        {
            var j = UpTo((uint)i);
            (numbers[i], numbers[j]) = (numbers[j], numbers[i]);
        }
    }

    int UpTo(uint last)
    {
        var mask = uint.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount(last);
        uint value;
        do
        {
            value = _twister.Next() & mask;
        }
        while (value > last);
        return (int)value;
    }

    double Normal()
    {
        if (_hasKeptNormal)
        {
            _hasKeptNormal = false;
            return _keptNormal;
        }
        double x1, x2, square;
        do
        {
            x1 = (2 * Unit()) - 1;
            x2 = (2 * Unit()) - 1;
            square = (x1 * x1) + (x2 * x2);
        }
        while (square is >= 1 or 0);
        var factor = Math.Sqrt(-2 * Math.Log(square) / square);
        _keptNormal = factor * x1;
        _hasKeptNormal = true;
        return factor * x2;
    }
}
