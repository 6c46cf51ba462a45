using Microsoft.Extensions.Time.Testing;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Tests.Health;

public sealed class GroupPaceTests
{
    readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    readonly GroupPace _pace;

    public GroupPaceTests() => _pace = new GroupPace(_time);

    [Fact]
    public void Drain_when_messages_are_taken_at_a_steady_pace_is_what_is_left_over_the_pace()
    {
        for (var second = 0; second <= 60; second++)
            Look(new LanePlace(0, "t", End: 10_000, Position: 100 * second, TakenAt: null));

        Assert.InRange(_pace.DrainSeconds, 39, 41);
    }

    [Fact]
    public void Drain_when_nothing_is_taken_is_for_ever_and_when_nothing_is_left_is_at_once()
    {
        Look(new LanePlace(0, "t", 5, 0, null));
        Assert.Equal(GroupPace.Never.TotalSeconds, _pace.DrainSeconds);

        Look(new LanePlace(0, "t", 5, 5, null));
        Assert.Equal(0, _pace.DrainSeconds);
    }

    [Fact]
    public void Drain_when_a_lane_comes_from_elsewhere_does_not_count_what_was_taken_there()
    {
        Look(new LanePlace(0, "t", 5, 5, null));
        Look(new LanePlace(0, "t", 5, 5, null), new LanePlace(1, "t", 2_000_000, 1_000_000, null));

        Assert.Equal(GroupPace.Never.TotalSeconds, _pace.DrainSeconds);
    }

    [Fact]
    public void Age_when_lanes_differ_is_that_of_the_worst()
    {
        for (var second = 0; second <= 30; second++)
            Look(new LanePlace(0, "t", 10 + second, 10 + second, null), new LanePlace(1, "t", 10 + second, 10, null));

        Assert.Equal(30, _pace.AgeSeconds, tolerance: 1e-3);
    }

    [Fact]
    public void Age_when_a_process_starts_with_a_backlog_is_that_of_the_message_taken_last()
    {
        Look(new LanePlace(0, "t", 1_000, 100, _time.GetUtcNow().AddHours(-3)));
        Assert.InRange(_pace.AgeSeconds, TimeSpan.FromHours(3).TotalSeconds, TimeSpan.FromHours(3).TotalSeconds + 2);

        // Taken to the end of what was there when it was looked at first: from then on the looks tell it.
        Look(new LanePlace(0, "t", 1_010, 1_005, _time.GetUtcNow().AddHours(-3)));
        Assert.InRange(_pace.AgeSeconds, 0.5, 2);
    }

    void Look(params LanePlace[] places)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        _pace.Look(places);
    }
}
