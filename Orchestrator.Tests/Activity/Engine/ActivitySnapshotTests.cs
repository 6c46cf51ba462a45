using System.Buffers;
using CsCheck;
using Orchestrator.Activity;
using Orchestrator.Activity.Visitors;
using Orchestrator.Contracts.Activity;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Tests.Activity.Engine;

/// <summary>Snapshots while events go on, and what cannot be read. That a crash changes no figure is in <see cref="ActivityEngineTests"/>.</summary>
public sealed class ActivitySnapshotTests
{
    [Fact]
    public void Snapshot_when_many_change_meanwhile_does_have_each_as_it_was()
    {
        var engine = EngineRun.Make(new EngineBounds { MaxVisitors = 3_000 });
        for (var i = 0; i < 6_000; i++)
            engine.Count(Event(i, i % 4_000, i), out _);
        var before = Whole(engine);
        engine.BeginSnapshot();
        var (bytes, slices, next) = (new ArrayBufferWriter<byte>(), 0, 6_000);
        for (var isMore = true; isMore; slices++)
        {
            isMore = engine.Snapshot(bytes);
            // Those who are there, and new ones who take the places of others.
            for (var i = 0; i < 20; i++, next++)
                engine.Count(Event(next, next % 7 == 0 ? next : next % 4_000, next), out _);
        }
        Assert.True(slices > 20, $"{slices} slices");
        var restored = EngineRun.Make(new EngineBounds { MaxVisitors = 3_000 });
        restored.Restore(new MemoryStream(bytes.WrittenSpan.ToArray()));
        Assert.Equal(before, Whole(restored));
    }

    [Fact]
    public void Snapshot_when_there_are_many_visitors_does_stay_within_its_slices()
    {
        var engine = EngineRun.Make(new EngineBounds { MaxVisitors = 20_000 });
        for (var i = 0; i < 20_000; i++)
            engine.Count(Event(i, i, i / 100), out _);
        engine.Take(0, DateTimeOffset.UnixEpoch);
        engine.BeginSnapshot();
        var (bytes, largest) = (new ArrayBufferWriter<byte>(), 0);
        engine.Snapshot(bytes);
        for (var isMore = true; isMore;)
        {
            var before = bytes.WrittenCount;
            isMore = engine.Snapshot(bytes);
            largest = Math.Max(largest, bytes.WrittenCount - before);
        }
        Assert.InRange(largest, 1, 20_000);
        Assert.InRange(bytes.WrittenCount, 20_000 * 50, 20_000 * 250);
    }

    [Fact]
    public void Snapshot_when_cut_short_or_damaged_does_say_so_by_name()
    {
        var engine = EngineRun.Make(new EngineBounds());
        for (var i = 0; i < 60; i++)
            engine.Count(Event(i, i % 5, i * 100), out _);
        var whole = Bytes(engine);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Bool).Sample((at, value, isCut) =>
        {
            var damaged = isCut ? whole[..at] : whole.ToArray();
            if (!isCut)
                damaged[at] = value;
            try
            {
                EngineRun.Make(new EngineBounds()).Restore(new MemoryStream(damaged));
                Assert.False(isCut, "a snapshot that ends too early was read");
            }
            catch (Exception e) when (e is InvalidDataException || (e is SnapshotOfOtherVersionException && at < 16))
            {
                // By name, and nothing else.
            }
        }, iter: 500);
    }

    [Fact]
    public void Snapshot_when_it_is_of_another_version_is_not_read()
    {
        var bytes = Bytes(EngineRun.Make(new EngineBounds()));
        bytes[8]++;
        var thrown = Assert.Throws<SnapshotOfOtherVersionException>(() => EngineRun.Make(new EngineBounds()).Restore(new MemoryStream(bytes)));
        Assert.Contains("version 2", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshot_when_a_funnel_is_defined_otherwise_meanwhile_does_count_it_anew()
    {
        var engine = EngineRun.Make(new EngineBounds());
        engine.Count(Event(1, 1, 0) with { Page = "/b" }, out _);
        var changed = new ActivityEngine(new EngineBounds(), new([ActivityStreams.Funnel("one", 2, "/b"), ActivityStreams.Funnels[0]]));
        changed.Restore(new MemoryStream(Bytes(engine)));
        Assert.Empty(changed.Take(0, DateTimeOffset.UnixEpoch).Funnels);
        changed.Count(Event(2, 1, 1) with { Page = "/b" }, out _);
        var row = Assert.Single(changed.Take(0, DateTimeOffset.UnixEpoch).Funnels);
        Assert.Equal(("one", 1, 1), (row.Funnel, row.Step, row.Visitors));
    }

    static byte[] Bytes(ActivityEngine engine)
    {
        engine.BeginSnapshot();
        var bytes = new ArrayBufferWriter<byte>();
        while (engine.Snapshot(bytes))
        {
            // Slice by slice.
        }
        return bytes.WrittenSpan.ToArray();
    }

    // What a snapshot holds, whatever the order of those in it.
    static string Whole(ActivityEngine engine)
    {
        var restored = EngineRun.Make(new EngineBounds { MaxVisitors = 3_000 });
        restored.Restore(new MemoryStream(Bytes(engine)));
        var stored = new StoredFigures();
        do
            stored.Take(() => restored.Take(0, DateTimeOffset.UnixEpoch));
        while (restored.HasChanged);
        stored.Settle();
        Assert.NotEmpty(stored.Sessions);
        return $"{restored.Counters} {restored.Visitors} {restored.Sessions} {stored}";
    }

    static ActivityEvent Event(int number, int visitor, int second) => new()
    {
        EventId = ActivityStreams.Id(number),
        TimeMs = ActivityStreams.BeginMs + (second * 1_000L),
        VisitorId = $"{visitor:x8}-0000-7000-8000-0123456789ab",
        Type = ActivityType.PageView,
        Page = $"/{number % 100}",
        DeviceHash = (uint)number,
        CustomerId = number % 3 == 0 ? "c1" : null,
    };
}
