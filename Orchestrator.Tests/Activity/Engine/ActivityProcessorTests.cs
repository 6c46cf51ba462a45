using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activity;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Funnels;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Tests.Activity.Engine;

/// <summary>What the lane makes of messages, and of what is asked of it between them.</summary>
public sealed class ActivityProcessorTests
{
    static readonly DateTimeOffset Begin = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly MessageContract Recorded = MessageCatalog.Contracts.Of(typeof(ActivityRecorded));

    [Fact]
    public async Task Customer_when_known_is_said_what_the_session_is_and_said_nothing_again_in_a_replay()
    {
        await using var lane = new Lane();
        var events = Enumerable.Range(0, 10).Select(i => View(i, Begin.AddMilliseconds(i * 300), customer: i >= 2 ? "c1" : null)).ToList();
        var said = events.Select((e, i) => lane.Process(e, i)).ToList();
        // When it becomes known, and after a second each.
        Assert.Equal([2, 6], said.Select((s, i) => (s, i)).Where(s => s.s is not null).Select(s => s.i));
        Assert.Equal(
            new CustomerObserved(events[6].EventId, "visitor", "c1", Begin.AddMilliseconds(1_800), Begin, false, 7, 7, 1, true, null, "https://shop.example/p6?q=1"), said[6]);

        await using var again = new Lane();
        for (var i = 0; i < events.Count; i++)
            again.Replay(events[i], i);
        Assert.Null(again.Process(View(10, Begin.AddMilliseconds(2_700), "c1"), 10));
        Assert.NotNull(again.Process(View(11, Begin.AddMilliseconds(2_800), "c1"), 11));
    }

    [Fact]
    public async Task Event_when_it_claims_to_come_from_the_future_does_not_make_others_late()
    {
        await using var lane = new Lane();
        lane.Process(View(1, Begin.AddYears(5)), 0, brokerTime: Begin);
        lane.Process(View(2, Begin.AddSeconds(59)), 1, brokerTime: Begin);
        Assert.Equal((2, 0, Begin.AddSeconds(59)), (lane.Engine.Counters.Counted, lane.Engine.Counters.Late, lane.Live().WatermarkAt));
    }

    [Fact]
    public async Task Addresses_when_counted_are_pages_and_hosts()
    {
        await using var lane = new Lane();
        lane.Process(
            View(1, Begin) with
            {
                Referrer = "https://user@news.example:8080/a/b?c",
                UserAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
            }, 0);
        lane.Process(View(2, Begin.AddHours(2)) with { Referrer = "https://Shop.example/before" }, 1);
        var delta = lane.Take();
        Assert.Equal(["/p1", "/p2", "(direct)", "news.example", "mobile", "other"], delta.Breakdowns.OrderBy(b => b.Kind).ThenBy(b => b.Key, StringComparer.Ordinal).Select(b => b.Key));
        Assert.Equal(2, delta.Position);
    }

    [Fact]
    public async Task Visitor_when_erased_is_forgotten()
    {
        await using var lane = new Lane();
        lane.Process(View(1, Begin), 0);
        Assert.Null(lane.Process(new ActivityErased(ActivityStreams.Id(9), "visitor", Begin), 1));
        Assert.Equal(0, lane.Engine.Visitors);
        Assert.Single(lane.Take().Merged);
    }

    [Fact]
    public async Task Figures_when_the_sink_takes_none_do_wait_for_it()
    {
        await using var lane = new Lane();
        lane.Process(View(1, Begin), 0);
        lane.Sink.IsBusy = true;
        lane.Processor.Turn(Begin);
        lane.Processor.Turn(Begin.AddMilliseconds(1));
        Assert.Empty(lane.Sink.Taken);
        lane.Sink.IsBusy = false;
        lane.Processor.Turn(Begin.AddMilliseconds(2));
        Assert.Equal(1, Assert.Single(lane.Sink.Taken).Minutes.Single().Views);

        // Not again before it is time; not at once again when nothing is new.
        lane.Process(View(2, Begin), 1);
        lane.Processor.Turn(Begin.AddMilliseconds(251));
        Assert.Single(lane.Sink.Taken);
        lane.Processor.Turn(Begin.AddMilliseconds(252));
        lane.Processor.Turn(Begin.AddMilliseconds(900));
        Assert.Equal(2, lane.Sink.Taken.Count);
        lane.Processor.Turn(Begin.AddMilliseconds(1_252));
        Assert.Empty(lane.Sink.Taken[2].Minutes);
        Assert.Equal(2, lane.Sink.Taken[2].Live.Counters.Counted);
    }

    [Fact]
    public async Task Sessions_when_the_sink_has_no_room_do_wait_but_for_final_ones()
    {
        await using var lane = new Lane();
        lane.Process(View(1, Begin), 0);
        lane.Process(View(2, Begin.AddHours(1)), 1);
        lane.Sink.Room = 0;
        lane.Processor.Turn(Begin.AddHours(1));
        Assert.True(Assert.Single(lane.Sink.Taken[0].Sessions).IsFinal);
        lane.Sink.Room = 1;
        lane.Processor.Turn(Begin.AddHours(2));
        Assert.False(Assert.Single(lane.Sink.Taken[1].Sessions).IsFinal);
    }

    [Fact]
    public async Task Lane_when_restored_does_hand_over_all_that_it_has()
    {
        await using var lane = new Lane();
        lane.Process(View(1, Begin, "c1"), 41);
        lane.Processor.Turn(Begin);
        lane.Processor.BeginSnapshot();
        var bytes = new ArrayBufferWriter<byte>();
        while (lane.Processor.Snapshot(bytes))
        {
            // Slice by slice.
        }
        await using var restored = new Lane();
        restored.Processor.Restore(new MemoryStream(bytes.WrittenSpan.ToArray()));
        restored.Processor.Turn(Begin);
        var (before, after) = (Assert.Single(lane.Sink.Taken), Assert.Single(restored.Sink.Taken));
        Assert.Equal(JsonSerializer.Serialize(before), JsonSerializer.Serialize(after));
        Assert.Equal(42, after.Position);
    }

    [Theory]
    [InlineData("buy", 60, "/a", null)]
    [InlineData("", 60, "/a", "a funnel's name is 1 to 64 letters, digits and . _ -, which  is not")]
    [InlineData("buy", 0, "/a", "buy: its window is 1 to 10080 minutes")]
    [InlineData("buy", 60, "event:", "buy: a step is a page such as /cart or /product/*, or event: and a name")]
    [InlineData("buy", 60, null, "buy: 1 to 16 steps")]
    public void Funnel_when_it_cannot_be_followed_is_refused_by_name(string name, int minutes, string? step, string? problem)
    {
        var options = new ActivityOptions();
        options.Funnels.Add(step is null ? ActivityStreams.Funnel(name, minutes) : ActivityStreams.Funnel(name, minutes, step));
        Assert.Equal(problem, options.Problem);
    }

    static ActivityRecorded View(int n, DateTimeOffset at, string? customer = null) =>
        new(ActivityStreams.Id(n), ActivityType.PageView, "visitor", at, customer, Url: $"https://shop.example/p{n}?q=1");

    sealed class Lane : IAsyncDisposable
    {
        readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        readonly StreamOutput _output = new(new LaneId("activity", 3), MessageCatalog.Contracts, TimeProvider.System);

        public Lane()
        {
            Processor = new ActivityProcessor(
                Engine, Sink, new ActivityTelemetry(_services.GetRequiredService<IMeterFactory>()).Lane(3), TimeSpan.FromMilliseconds(250));
        }

        public ActivityEngine Engine { get; } = new(new EngineBounds(), new FunnelPlan([]));

        public Sink Sink { get; } = new();

        public ActivityProcessor Processor { get; }

        public CustomerObserved? Process(IContract body, long offset, DateTimeOffset? brokerTime = null)
        {
            _output.Begin();
            Processor.Process(Message(body, offset, brokerTime), _output);
            return _output.TryTake(out _, out var said) ? JsonSerializer.Deserialize(said, ContractJson.Default.CustomerObserved) : null;
        }

        public void Replay(IContract body, long offset) => Processor.Replay(Message(body, offset, brokerTime: null), default);

        public LaneDelta Take() => Engine.Take(3, Begin);

        public LiveLane Live() => Engine.Live(Begin);

        static StreamMessage Message(IContract body, long offset, DateTimeOffset? brokerTime) => new()
        {
            Topic = Topics.UserActivity,
            Offset = offset,
            Key = "visitor",
            Id = ActivityStreams.Id((int)offset),
            Contract = Recorded,
            Body = body,
            BrokerTime = brokerTime ?? Begin.AddDays(1),
        };

        public async ValueTask DisposeAsync()
        {
            await Processor.DisposeAsync();
            await _services.DisposeAsync();
        }
    }

    sealed class Sink : IFigureSink
    {
        public List<LaneDelta> Taken { get; } = [];

        public bool IsBusy { get; set; }

        public int Room { get; set; } = 100;

        public long Open(int lane) => 7;

        public int RoomForSessions(int lane) => Room;

        public bool TryTake(int lane, long opening, long position, Func<LaneDelta> make)
        {
            Assert.Equal((3, 7), (lane, opening));
            if (IsBusy)
                return false;
            Taken.Add(make());
            return true;
        }
    }
}
