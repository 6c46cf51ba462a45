using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Api.Figures;

namespace Orchestrator.Tests.Api;

public sealed class RollingHistogramTests
{
    [Fact]
    public void Percentile_when_durations_are_any_does_equal_the_sorted_one_to_an_eighth() =>
        (from micros in Gen.Long[0, 100_000_000].Array[1, 500]
         from share in Gen.Double[0.01, 1]
         select (micros, share)).Sample(sample =>
        {
            var histogram = new RollingHistogram(new FakeTimeProvider());
            foreach (var micros in sample.micros)
                histogram.Record(TimeSpan.FromMicroseconds(micros));
            var exact = sample.micros.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(sample.share * sample.micros.Length) - 1)) / 1_000.0;

            Assert.Equal(exact, histogram.PercentilesMs(sample.share)![0], tolerance: (exact * 0.125) + 0.001);
        });

    [Fact]
    public void Percentile_when_ten_seconds_pass_does_forget()
    {
        var time = new FakeTimeProvider();
        var histogram = new RollingHistogram(time);
        histogram.Record(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.NotNull(histogram.PercentilesMs(0.5));

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(histogram.PercentilesMs(0.5));
    }
}
