using System.Text.Json;
using CsCheck;
using Orchestrator.Activity;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Visitors;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Tests.Activity.Engine;

/// <summary>The engine against a reference that keeps all and works out everything anew.</summary>
public sealed class ActivityEngineTests
{
    static readonly EngineBounds Usual = new();

    [Fact]
    public void Figures_when_events_are_late_twice_and_out_of_order_and_lanes_crash_do_equal_the_reference() =>
        Gen.Select(ActivityStreams.Bounds, ActivityStreams.Any).Sample((bounds, actions) =>
        {
            var run = new EngineRun(bounds);
            foreach (var action in actions)
                run.Do(action);
            if (run.Reference.Accepted.Count == 0)
                return;
            run.End();
            Assert.Equal(run.Reference.Figures().ToString(), run.Stored.ToString());
            Assert.Equal(JsonSerializer.Serialize(run.Reference.Live()), JsonSerializer.Serialize(run.Engine.Live(run.Now)));
            Assert.Equal(run.Reference.Counters, run.Engine.Counters);
        }, iter: 400);

    [Fact]
    public void Order_when_it_is_another_within_the_lateness_does_change_no_figure() =>
        Gen.Select(ActivityStreams.Any, Gen.Int).Sample((actions, seed) =>
        {
            var bounds = Usual with { LatenessMs = 24 * 3_600_000 };
            var events = actions.Select((a, i) => a.Event with
            {
                EventId = ActivityStreams.Id(i),
                TimeMs = ActivityStreams.BeginMs + (a.Number * 72L),
            }).ToArray();
            var shuffled = events.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(Stored(bounds, events).Counts(), Stored(bounds, shuffled).Counts());
        }, iter: 100);

    [Fact]
    public void Session_when_an_event_between_two_comes_late_does_become_one_under_the_older_name()
    {
        var engine = EngineRun.Make(Usual);
        engine.Count(Event(1, minute: 0, page: "/a", referrer: "search.example"), out _);
        engine.Count(Event(2, minute: 35, page: "/b", referrer: "news.example"), out _);
        var before = engine.Take(0, DateTimeOffset.UnixEpoch);
        Assert.Equal(2, before.Sessions.Count);
        engine.Count(Event(3, minute: 28, page: "/c"), out _);
        var after = engine.Take(0, DateTimeOffset.UnixEpoch);
        var merged = Assert.Single(after.Sessions);
        Assert.Equal(before.Sessions.Single(s => s.StartedAt == merged.StartedAt).SessionId, merged.SessionId);
        Assert.Equal(before.Sessions.Single(s => s.SessionId != merged.SessionId).SessionId, Assert.Single(after.Merged));
        Assert.Equal((3, "/a", "/b", "search.example"), (merged.Views, merged.EntryPage, merged.ExitPage, merged.Referrer));
        Assert.Equal((1, 0), (after.SessionHours.Sum(h => h.Sessions), after.SessionHours.Sum(h => h.Bounces)));
        var from = after.Breakdowns.Where(b => b.Kind == BreakdownKind.Referrer).ToLookup(b => b.Key, b => b.Views);
        Assert.Equal((3L, 0L), (from["search.example"].Sum(), from["news.example"].Sum()));
    }

    [Fact]
    public void Sessions_when_they_merge_long_after_the_first_began_do_leave_what_is_stored_of_its_beginning()
    {
        var (engine, stored) = (EngineRun.Make(Usual), new StoredFigures());
        for (var minute = 0; minute <= 100; minute += 10)
            Take(Event(minute, minute, page: "/a"));
        Take(Event(200, minute: 135, page: "/b"));
        Take(Event(201, minute: 128, page: "/c"));
        Take(Event(202, minute: 136, page: "/c"));
        stored.Settle();
        var first = stored.Minutes.Values.First();
        Assert.Equal((1, 1, 1), (first.Events, first.Sessions, first.NewVisitors));
        Assert.Equal(1, stored.Minutes.Values.Sum(m => m.Sessions));
        Assert.Equal(14, Assert.Single(stored.Sessions.Values).Events);

        void Take(ActivityEvent happened)
        {
            engine.Count(happened, out _);
            stored.Take(() => engine.Take(0, At(0)));
        }
    }

    [Fact]
    public void Pages_when_there_are_more_than_are_told_apart_do_count_together()
    {
        var engine = EngineRun.Make(Usual with { MaxKeysAnHour = 3, MaxLiveKeys = 3 });
        for (var i = 0; i < 30; i++)
            engine.Count(Event(i, minute: 0, page: $"/page{i % 10}", visitor: $"v{i % 7}"), out _);
        var delta = engine.Take(0, At(0));
        var pages = delta.Breakdowns.Where(b => b.Kind == BreakdownKind.Page).ToDictionary(b => b.Key, b => b);
        Assert.Equal(["(other)", "/page0", "/page1", "/page2"], pages.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((21, 30, 7, 7), (pages["(other)"].Views, pages.Values.Sum(p => p.Views), pages.Values.Sum(p => p.Entrances), pages.Values.Sum(p => p.Exits)));
        Assert.Equal(new KeyCount("(other)", 21), delta.Live.Pages[0]);
        Assert.Equal(4, delta.Live.Pages.Count);
    }

    [Fact]
    public void Live_figures_when_nothing_comes_any_more_do_end_with_the_half_hour()
    {
        var engine = EngineRun.Make(Usual);
        engine.Count(Event(1, minute: 0, page: "/a"), out _);
        Assert.Equal([new KeyCount("/a", 1)], engine.Live(At(29)).Pages);
        var later = engine.Live(At(31));
        Assert.Empty(later.Pages);
        Assert.Empty(later.Referrers);
        Assert.Equal(0, engine.Live(At(32)).Events.Sum());
    }

    [Fact]
    public void Visitors_when_there_are_many_more_than_are_remembered_do_leave_memory_bounded()
    {
        var bounds = Usual with { MaxVisitors = 2_000, MaxOrphans = 500 };
        var engine = EngineRun.Make(bounds);
        var ended = new HashSet<Guid>();
        for (var i = 0; i < 50_000; i++)
        {
            engine.Count(Event(i, minute: 0, page: $"/{i % 5_000}", visitor: $"v{i}", afterMs: i * 20), out _);
            Assert.True(engine.Visitors <= bounds.MaxVisitors && engine.Sessions <= bounds.MaxSessions);
            if (i % 5_000 == 4_999)
                Take();
        }
        while (engine.HasChanged)
            Take();
        var forgotten = engine.Counters.Forgotten;
        Assert.Equal(48_000, forgotten);
        // Every session of theirs was handed over as final, or it is counted that it was not.
        Assert.True(engine.Unstored > 0);
        Assert.Equal(forgotten, ended.Count + engine.Unstored);
        Assert.True(engine.Figures < 10_000, $"{engine.Figures} figures");

        // Who comes now was not there for longest; he is new.
        engine.Count(Event(-1, minute: 0, page: "/", visitor: "v49999", afterMs: 1_000_000), out _);
        engine.Count(Event(-2, minute: 0, page: "/", visitor: "v0", afterMs: 1_000_000), out _);
        Assert.Equal((50_001, forgotten + 1), (engine.Take(0, At(0)).Days.Sum(d => d.NewVisitors), engine.Counters.Forgotten));

        void Take() => ended.UnionWith(engine.Take(0, At(0)).Sessions.Where(s => s.IsFinal).Select(s => s.SessionId));
    }

    [Fact]
    public void Sessions_when_they_flood_do_leave_memory_bounded()
    {
        var engine = EngineRun.Make(Usual with { MaxVisitors = 10, MaxSessionEvents = 100 });
        for (var i = 0; i < 5_000; i++)
            engine.Count(Event(i, minute: 0, page: "/", visitor: $"v{i % 5}"), out _);
        Assert.Equal((500, 4_500), (engine.Counters.Counted, engine.Counters.Flooding));
    }

    [Fact]
    public void Figures_when_they_can_change_no_more_and_are_stored_do_leave_memory()
    {
        var engine = EngineRun.Make(Usual);
        for (var i = 0; i < 2_000; i++)
        {
            engine.Count(Event(i, minute: i * 7, page: $"/{i % 50}", visitor: $"v{i % 11}"), out _);
            if (i % 20 == 0)
                engine.Take(0, At(i * 7));
        }
        Assert.True(engine.Figures < 1_000, $"{engine.Figures} figures are in memory");
        Assert.True(engine.Sessions < 100, $"{engine.Sessions} sessions are in memory");
    }

    [Fact]
    public void Visitor_when_erased_does_leave_counts_and_no_session()
    {
        var engine = EngineRun.Make(Usual with { MaxVisitors = 1 });
        engine.Count(Event(1, minute: 0, page: "/a"), out _);
        engine.Count(Event(2, minute: 50, page: "/b"), out _);
        var before = engine.Take(0, At(50));
        engine.Count(Event(3, minute: 51, page: "/b", visitor: "another"), out _);
        engine.Erase("visitor");
        engine.Erase("nobody");
        var after = engine.Take(0, At(51));
        Assert.Equal(before.Sessions.Select(s => s.SessionId).Order(), after.Merged.Order());
        Assert.Equal("another", Assert.Single(after.Sessions).VisitorId);
        Assert.Equal(3, engine.Live(At(51)).Events.Sum() + before.Minutes[0].Events);
        engine.Count(Event(4, minute: 52, page: "/c"), out _);
        Assert.Equal("visitor", Assert.Single(engine.Take(0, At(52)).Sessions, s => !s.IsFinal).VisitorId);
    }

    [Fact]
    public void Customer_when_observed_does_say_how_the_session_is()
    {
        var engine = EngineRun.Make(Usual);
        Assert.Null(Observed(Event(1, minute: 0, page: "/")).CustomerId);
        var known = Observed(Event(2, minute: 1, page: "/a") with { CustomerId = "c1" });
        Assert.Equal(new Observation("c1", At(1).ToUnixTimeMilliseconds(), At(0).ToUnixTimeMilliseconds(), true, 2, 2, 1, true, null), known);
        Assert.Null(Observed(Event(3, minute: 1, page: "/b", afterMs: 999)).CustomerId);
        var login = Observed(Event(4, minute: 1, afterMs: 999) with { Type = ActivityType.Custom, Name = ActivityRecorded.Login });
        Assert.Equal((false, 3, 4, login.AtMs), (login.IsFirst, login.Views, login.Events, login.LoginMs));
        Assert.Null(Observed(Event(5, minute: 1, page: "/b", afterMs: 1_998)).CustomerId);
        Assert.Equal("c1", Observed(Event(6, minute: 1, page: "/b", afterMs: 1_999)).CustomerId);
        Assert.Equal("c2", Observed(Event(7, minute: 1, page: "/b", afterMs: 2_000) with { CustomerId = "c2" }).CustomerId);

        // The next session is on a device that is known, and on another as well.
        var next = Observed(Event(8, minute: 45, page: "/") with { CustomerId = "c2" });
        Assert.Equal((true, 2, false, null), (next.IsFirst, next.SessionsInHour, next.IsOnNewDevice, next.LoginMs));
        Assert.True(Observed(Event(9, minute: 46, page: "/") with { DeviceHash = 7 }).IsOnNewDevice);
        var last = Observed(Event(10, minute: 100, page: "/") with { CustomerId = "c2" });
        Assert.Equal(2, last.SessionsInHour);

        Observation Observed(ActivityEvent happened)
        {
            Assert.Equal(Taken.Counted, engine.Count(happened, out var observation));
            return observation;
        }
    }

    static StoredFigures Stored(EngineBounds bounds, IEnumerable<ActivityEvent> events)
    {
        var (engine, stored) = (EngineRun.Make(bounds), new StoredFigures());
        foreach (var happened in events)
            Assert.Equal(Taken.Counted, engine.Count(happened, out _));
        stored.Take(() => engine.Take(0, At(0)));
        stored.Settle();
        return stored;
    }

    static DateTimeOffset At(int minute) => DateTimeOffset.FromUnixTimeMilliseconds(ActivityStreams.BeginMs).AddMinutes(minute);

    static ActivityEvent Event(int number, int minute, string? page = null, string? referrer = null, string visitor = "visitor", int afterMs = 0) => new()
    {
        EventId = ActivityStreams.Id(number),
        TimeMs = At(minute).ToUnixTimeMilliseconds() + afterMs,
        VisitorId = visitor,
        Type = page is null ? ActivityType.PagePing : ActivityType.PageView,
        Page = page,
        Referrer = referrer,
    };
}
