using CsCheck;
using Orchestrator.Messaging.Workers;

namespace Orchestrator.Tests.Messaging.Workers;

/// <summary>What is done again and again, by a clock that stands still while nobody rests.</summary>
public sealed class RoundsTests
{
    static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    // How long the round wants to rest, and whether it fails.
    static readonly Gen<(int RestMs, bool Fails)[]> Courses = Gen.Select(Gen.OneOf(Gen.Const(0), Gen.Int[1, 90_000]), Gen.Bool).Array[0, 20];

    [Fact]
    public Task Rounds_whatever_they_want_and_whichever_fail_rest_so_long_and_no_longer() => Courses.SampleAsync(async course =>
    {
        var clock = new RestsClock();
        using var stop = new CancellationTokenSource();
        var (rounds, failures) = (0, 0);
        var going = Rounds.RunAsync(
            async _ =>
            {
                if (rounds == course.Length)
                    await stop.CancelAsync();
                var (restMs, fails) = rounds < course.Length ? course[rounds] : (90_000, false);
                rounds++;
                return fails ? throw new InvalidOperationException($"{restMs}") : TimeSpan.FromMilliseconds(restMs);
            },
            e =>
            {
                failures++;
                return TimeSpan.FromMilliseconds(2 * int.Parse(e.Message, System.Globalization.CultureInfo.InvariantCulture));
            },
            clock, stop.Token);

        for (var i = 0; i < course.Length; i++)
        {
            var rest = TimeSpan.FromMilliseconds(course[i].RestMs * (course[i].Fails ? 2 : 1));
            if (rest == TimeSpan.Zero)
                continue;
            Assert.Equal(rest, await clock.RestAsync());
            clock.Advance(rest - Instant);
            Assert.Equal(i + 1, rounds);
            clock.Advance(Instant);
        }
        // Told to stop by the last one, they do not rest any more.
        await going;
        Assert.Equal((course.Length + 1, course.Count(r => r.Fails)), (rounds, failures));
    }, iter: 200);

    [Fact]
    public async Task Rounds_when_stopped_while_they_rest_end_at_once()
    {
        var clock = new RestsClock();
        using var stop = new CancellationTokenSource();
        var going = Rounds.RunAsync(_ => Task.FromResult(Rounds.AfterFailure), _ => null, clock, stop.Token);
        await clock.RestAsync();

        await stop.CancelAsync();

        await going;
        Assert.False(clock.HasAnother);
    }

    [Fact]
    public async Task Rounds_when_one_fails_as_none_may_end_with_it()
    {
        var clock = new RestsClock();

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Rounds.RunAsync(_ => throw new InvalidOperationException("broken"), _ => null, clock, TestContext.Current.CancellationToken));

        Assert.Equal("broken", thrown.Message);
        Assert.False(clock.HasAnother);
    }

    [Fact]
    public async Task Rounds_when_one_is_broken_off_by_the_stop_tell_nobody_of_a_failure()
    {
        using var stop = new CancellationTokenSource();
        var told = 0;
        var going = Rounds.RunAsync(
            async token =>
            {
                await stop.CancelAsync();
                token.ThrowIfCancellationRequested();
                return TimeSpan.Zero;
            },
            _ =>
            {
                told++;
                return TimeSpan.Zero;
            },
            TimeProvider.System, stop.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => going);
        Assert.Equal(0, told);
    }
}
