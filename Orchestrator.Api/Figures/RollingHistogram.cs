using System.Numerics;

namespace Orchestrator.Api.Figures;

/// <summary>
/// Durations of the last ten seconds, for percentiles: one slice a second, buckets that grow by an eighth at most, so a percentile is exact to
/// 12.5% at any scale from a microsecond to hours. Constant space, safe from any thread.
/// </summary>
public sealed class RollingHistogram(TimeProvider time)
{
    const int Slices = 10;
    const int SubBits = 3;
    const int Buckets = 64 << SubBits;

    readonly Lock _lock = new();
    readonly long[][] _slices = [.. Enumerable.Range(0, Slices).Select(_ => new long[Buckets])];
    readonly long[] _seconds = new long[Slices];

    /// <summary>Adds a duration.</summary>
    public void Record(TimeSpan duration)
    {
        var bucket = BucketOf(Math.Max(0, (long)duration.TotalMicroseconds));
        var second = Second();
        lock (_lock)
        {
            var slice = (int)(second % Slices);
            if (_seconds[slice] != second)
            {
                Array.Clear(_slices[slice]);
                _seconds[slice] = second;
            }
            _slices[slice][bucket]++;
        }
    }

    /// <summary>The durations, in milliseconds, below which these shares of the last ten seconds lie; null when there were none.</summary>
    public double[]? PercentilesMs(params ReadOnlySpan<double> shares)
    {
        var total = new long[Buckets];
        var now = Second();
        lock (_lock)
        {
            for (var slice = 0; slice < Slices; slice++)
            {
                for (var bucket = 0; _seconds[slice] > now - Slices && bucket < Buckets; bucket++)
                    total[bucket] += _slices[slice][bucket];
            }
        }
        var count = total.Sum();
        if (count == 0)
            return null;
        var percentiles = new double[shares.Length];
        for (var i = 0; i < shares.Length; i++)
        {
            var rank = Math.Clamp((long)Math.Ceiling(shares[i] * count), 1, count);
            var bucket = 0;
            for (var seen = total[0]; seen < rank; seen += total[bucket])
                bucket++;
            percentiles[i] = MiddleOf(bucket) / 1_000;
        }
        return percentiles;
    }

    long Second() => time.GetUtcNow().ToUnixTimeSeconds();

    // Below 2^SubBits each value has a bucket; above, each power of two is divided into 2^SubBits.
    static int BucketOf(long micros)
    {
        var power = BitOperations.Log2((ulong)micros | 1);
        return power < SubBits ? (int)micros : ((power - SubBits + 1) << SubBits) + (int)((micros >> (power - SubBits)) & ((1 << SubBits) - 1));
    }

    static double MiddleOf(int bucket)
    {
        if (bucket < 1 << SubBits)
            return bucket;
        var power = (bucket >> SubBits) - 1;
        var low = (double)((1L << SubBits) + (bucket & ((1 << SubBits) - 1))) * Math.Pow(2, power);
        return low + (Math.Pow(2, power) / 2);
    }
}
