using CsCheck;
using Orchestrator.Api.Activity.Ingest;

namespace Orchestrator.Tests.Activity.Ingest;

/// <summary>Times of events by the clock of the service.</summary>
public sealed class SkewCorrectionTests
{
    static readonly DateTimeOffset Received = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    static readonly Gen<TimeSpan> AnyError = Gen.Long[-TimeSpan.TicksPerDay, TimeSpan.TicksPerDay].Select(TimeSpan.FromTicks);

    [Fact]
    public void Time_when_the_clock_is_wrong_is_put_right_by_as_much_as_it_is_wrong()
    {
        var sent = Received.AddHours(3);

        Assert.Equal(Received.AddSeconds(-20), SkewCorrection.Apply(sent.AddSeconds(-20), sent, Received));
        Assert.Equal(Received.AddHours(-30), SkewCorrection.Apply(sent.AddHours(-30), sent, Received));
    }

    [Fact]
    public void Time_when_nothing_is_known_of_the_clock_stays_as_it_is() => Assert.Equal(Received.AddMinutes(-5), SkewCorrection.Apply(Received.AddMinutes(-5), null, Received));

    [Fact]
    public void Time_when_none_is_given_is_that_of_the_receipt()
    {
        Assert.Equal(Received, SkewCorrection.Apply(null, null, Received));
        Assert.Equal(Received, SkewCorrection.Apply(null, Received.AddHours(-3), Received));
    }

    [Fact]
    public void Clock_when_it_is_more_than_a_day_away_is_none()
    {
        Assert.Null(SkewCorrection.Apply(Received, Received - SkewCorrection.Most - TimeSpan.FromTicks(1), Received));
        Assert.Null(SkewCorrection.Apply(Received, Received + SkewCorrection.Most + TimeSpan.FromTicks(1), Received));
        Assert.NotNull(SkewCorrection.Apply(Received, Received - SkewCorrection.Most, Received));
    }

    [Fact]
    public void Time_at_the_ends_of_all_times_is_no_fault()
    {
        Assert.Equal(Received, SkewCorrection.Apply(DateTimeOffset.MaxValue, Received.AddHours(-1), Received));
        Assert.Equal(DateTimeOffset.MinValue, SkewCorrection.Apply(DateTimeOffset.MinValue, Received, Received));
    }

    [Fact]
    public void Time_whatever_the_clock_says_is_never_in_the_future_and_keeps_its_distance_from_the_sending() =>
        Gen.Select(AnyError, AnyError).Sample((error, before) =>
        {
            var sent = Received - error;
            var corrected = SkewCorrection.Apply(sent + before, sent, Received)!.Value;
            return corrected <= Received && corrected == (before > TimeSpan.Zero ? Received : Received + before) && corrected.Offset == TimeSpan.Zero;
        });
}
