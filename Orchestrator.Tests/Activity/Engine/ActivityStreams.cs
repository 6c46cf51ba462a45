using CsCheck;
using Orchestrator.Activity;
using Orchestrator.Activity.Funnels;
using Orchestrator.Activity.Visitors;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Tests.Activity.Engine;

/// <summary>What comes to an engine, at random: late, twice, out of order, of few visitors so that everything meets everything.</summary>
static class ActivityStreams
{
    /// <summary>What happens next.</summary>
    public enum Step
    {
        Event,
        Again,
        Take,
        BeginSnapshot,
        Slice,
        GiveUp,
        Crash,
    }

    /// <summary>One step. An event is so much later than the latest one, and then so much earlier.</summary>
    public readonly record struct Action(Step Step, ActivityEvent Event, int AheadMs, int BackMs, int Number);

    static readonly string[] Pages = ["/", "/a", "/b", "/a/1", "/cart", "/pay"];
    static readonly string?[] Referrers = [null, null, "search.example", "news.example"];
    static readonly string?[] Customers = [null, null, null, "c1", "c2"];
    static readonly string[] Names = [ActivityRecorded.Login, "signup"];

    static readonly Gen<int> Ahead = Gen.Frequency(
        (20, Gen.Int[0, 20_000]), (12, Gen.Int[0, 4 * 60_000]), (4, Gen.Int[0, 50 * 60_000]), (1, Gen.Int[0, 26 * 3_600_000]));

    static readonly Gen<int> Back = Gen.Frequency((8, Gen.Const(0)), (5, Gen.Int[0, 60_000]), (5, Gen.Int[0, 11 * 60_000]), (1, Gen.Int[0, 60 * 60_000]));

    static readonly Gen<ActivityEvent> Event =
        from visitor in Gen.Int[0, 4]
        from type in Gen.Frequency((5, Gen.Const(ActivityType.PageView)), (2, Gen.Const(ActivityType.Click)), (2, Gen.Const(ActivityType.PagePing)), (2, Gen.Const(ActivityType.Custom)))
        from page in OneOf(Pages)
        from referrer in OneOf(Referrers)
        from device in Gen.Int[0, 4]
        from customer in OneOf(Customers)
        from name in OneOf(Names)
        select new ActivityEvent
        {
            EventId = default,
            TimeMs = 0,
            VisitorId = $"visitor-{visitor}",
            Type = type,
            Page = type == ActivityType.PageView ? page : null,
            Referrer = referrer,
            Device = (DeviceKind)device,
            DeviceHash = (uint)device,
            CustomerId = customer,
            Name = type == ActivityType.Custom ? name : null,
        };

    static readonly Gen<Step> Steps = Gen.Frequency(
        (60, Gen.Const(Step.Event)), (6, Gen.Const(Step.Again)), (6, Gen.Const(Step.Take)), (2, Gen.Const(Step.BeginSnapshot)), (8, Gen.Const(Step.Slice)), (1, Gen.Const(Step.GiveUp)),
        (1, Gen.Const(Step.Crash)));

    /// <summary>Steps one after the other.</summary>
    public static Gen<Action[]> Any { get; } =
        Gen.Select(Steps, Event, Ahead, Back, Gen.Int[0, 1_000_000]).Select((step, happened, ahead, back, number) => new Action(step, happened, ahead, back, number)).Array[1, 160];

    /// <summary>Bounds, some so tight that they are met.</summary>
    public static Gen<EngineBounds> Bounds { get; } =
        from gap in OneOf(30, 30, 5)
        from lateness in OneOf(10, 10, 0, 90, 24 * 60)
        from events in OneOf(10_000, 8)
        from sessions in OneOf(5_000, 2)
        select new EngineBounds { GapMs = gap * 60_000, LatenessMs = lateness * 60_000, MaxSessionEvents = events, MaxSessionsADelta = sessions, MaxVisitors = 1_000 };

    /// <summary>Funnels that have something in common.</summary>
    public static FunnelOptions[] Funnels { get; } = [Funnel("buy", 60, "/a*", "/cart", "event:login", "/pay"), Funnel("round", 26 * 60, "/a*", "/a*", "/"), Funnel("one", 1, "/b")];

    static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>A funnel.</summary>
    public static FunnelOptions Funnel(string name, int windowMinutes, params string[] steps)
    {
        var funnel = new FunnelOptions { Name = name, WindowMinutes = windowMinutes };
        foreach (var step in steps)
            funnel.Steps.Add(step);
        return funnel;
    }

    /// <summary>An id of an event by its number.</summary>
    public static Guid Id(int number) => new(number, 0x7ac1, 0x4711, 0x90, 1, 2, 3, 4, 5, 6, 7);

    /// <summary>Shortly before a day ends, so that days are crossed.</summary>
    public static long BeginMs { get; } = new DateTimeOffset(2026, 3, 1, 23, 40, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
}
