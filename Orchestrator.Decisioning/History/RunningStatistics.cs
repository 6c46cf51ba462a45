using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.History;

/// <summary>
/// Count, mean and spread of a stream of amounts in constant space, by Welford's method: unlike a sum of squares it does not lose its
/// digits when amounts are large and close together.
/// </summary>
/// <param name="Count">How many amounts.</param>
/// <param name="Mean">Their mean, minor units.</param>
/// <param name="SquaredDeviations">The sum of squared deviations from the mean (M2), minor units squared.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RunningStatistics(long Count, double Mean, double SquaredDeviations)
{
    /// <summary>The sample's standard deviation, minor units; zero below two amounts.</summary>
    public double StandardDeviation => Count < 2 ? 0 : Math.Sqrt(SquaredDeviations / (Count - 1));

    /// <summary>With one more amount.</summary>
    public RunningStatistics With(long amountMinor)
    {
        var count = Count + 1;
        var delta = amountMinor - Mean;
        var mean = Mean + (delta / count);
        return new RunningStatistics(count, mean, SquaredDeviations + (delta * (amountMinor - mean)));
    }
}
