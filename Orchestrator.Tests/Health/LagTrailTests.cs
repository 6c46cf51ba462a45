using CsCheck;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Tests.Health;

public sealed class LagTrailTests
{
    [Fact]
    public void Age_when_all_is_taken_is_zero_however_long_nothing_came()
    {
        var trail = new LagTrail();
        Assert.Equal(TimeSpan.Zero, trail.Look(Seconds(1), end: 10, position: 10));
        Assert.Equal(TimeSpan.Zero, trail.Look(Seconds(10_000), end: 10, position: 10));

        // One that comes after hours of nothing is as old as the last look, not as the last message.
        Assert.Equal(Seconds(1), trail.Look(Seconds(10_001), end: 11, position: 10));
    }

    [Fact]
    public void Age_when_nothing_is_taken_grows_with_the_clock()
    {
        var trail = new LagTrail();
        trail.Look(Seconds(0), 100, 100);
        for (var second = 1; second <= 5_000; second++)
            Assert.Equal(Seconds(second), trail.Look(Seconds(second), 100 + second, 100));
    }

    [Fact]
    public void Age_when_messages_are_older_than_the_trail_is_not_known() => Assert.Null(new LagTrail().Look(Seconds(5), end: 10, position: 3));

    [Fact]
    public void Age_when_a_partition_begins_anew_is_told_of_the_new_one()
    {
        var trail = new LagTrail();
        trail.Look(Seconds(0), 1_000, 1_000);
        Assert.Equal(TimeSpan.Zero, trail.Look(Seconds(1), end: 0, position: 0));
        Assert.Equal(Seconds(1), trail.Look(Seconds(2), end: 4, position: 0));
    }

    // The truth is known here: every message has the second in which it was written. What is told is never younger than the oldest, and as long as the trail was not thinned
    // it is at most one look older.
    [Fact]
    public void Age_when_messages_come_and_are_taken_at_any_pace_is_that_of_the_oldest_to_one_look() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 9]).Array[1, LagTrail.Most - 2].Sample(steps =>
        {
            var trail = new LagTrail();
            trail.Look(Seconds(0), 0, 0);
            var written = new List<int>();
            var position = 0;
            for (var second = 1; second <= steps.Length; second++)
            {
                var (came, taken) = steps[second - 1];
                written.AddRange(Enumerable.Repeat(second, came));
                position = Math.Min(written.Count, position + taken);
                var told = trail.Look(Seconds(second), written.Count, position);
                Assert.NotNull(told);
                if (position == written.Count)
                {
                    Assert.Equal(TimeSpan.Zero, told);
                    continue;
                }
                // Written within the second before its look.
                var oldest = second - written[position];
                Assert.InRange(told.Value.TotalSeconds, oldest, oldest + 1);
            }
        }, iter: 300);

    [Fact]
    public void Age_when_the_trail_is_thinned_is_never_younger_than_the_oldest_message() =>
        Gen.Int[0, 5].Array[200, 2_000].Sample(came =>
        {
            var trail = new LagTrail();
            trail.Look(Seconds(0), 0, 0);
            var written = new List<int>();
            for (var second = 1; second <= came.Length; second++)
            {
                written.AddRange(Enumerable.Repeat(second, came[second - 1]));
                var position = written.Count / 3;
                if (trail.Look(Seconds(second), written.Count, position) is { } told && position < written.Count)
                    Assert.True(told.TotalSeconds >= second - written[position], $"told {told}, is {second - written[position]}");
            }
        }, iter: 20);

    static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
