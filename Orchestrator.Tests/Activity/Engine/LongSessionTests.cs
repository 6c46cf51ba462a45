using Orchestrator.Activity;
using Orchestrator.Activity.Visitors;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Tests.Activity.Engine;

/// <summary>Sessions that go on for longer than minutes are remembered.</summary>
public sealed class LongSessionTests
{
    // So far apart that they are one session, but for the last but one, which comes behind the last.
    static readonly int[] Minutes = [0, 20, 40, 60, 80, 100, 132, 127];

    [Fact]
    public void Minute_when_the_session_that_began_in_it_merges_much_later_does_keep_what_was_counted()
    {
        var (engine, stored) = (EngineRun.Make(new EngineBounds()), new StoredFigures());
        for (var n = 0; n < Minutes.Length; n++)
        {
            var happened = new ActivityEvent
            {
                EventId = ActivityStreams.Id(n), TimeMs = ActivityStreams.BeginMs + (Minutes[n] * 60_000L), Type = ActivityType.PageView, VisitorId = "long", Page = "/a",
            };
            Assert.Equal(Taken.Counted, engine.Count(happened, out _));
            stored.Take(() => engine.Take(0, DateTimeOffset.UnixEpoch));
        }
        stored.Settle();

        Assert.Equal(Minutes.Length, stored.Minutes.Count);
        Assert.All(stored.Minutes.Values, minute => Assert.Equal(1, minute.Events));
        Assert.Equal((1L, 1), (stored.Minutes.Values.Sum(m => m.Sessions), stored.Sessions.Count));
    }
}
