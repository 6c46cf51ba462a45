using System.Buffers;
using CsCheck;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Features;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Features.EngineRuns;
using static Orchestrator.Tests.Decisioning.Features.EventStreams;

namespace Orchestrator.Tests.Decisioning.Features;

public sealed class FeatureEngineTests
{
    static readonly FeaturePlan Plan = FeaturePlan.Standard;

    static readonly FeatureEngineOptions Options = new() { Lateness = TimeSpan.FromDays(2) };

    // Longer than any stream: what is compared is then not what was forgotten.
    static readonly FeatureEngineOptions Unforgetting = Options with { IdleAfter = TimeSpan.FromDays(3650) };

    static readonly int[] IdleDays = [5, 20, 60, 3650];

    // Sums of doubles in another order differ in their last digits; all else is equal.
    const double Tolerance = 2e-5;

    [Fact]
    public void Engine_when_events_come_late_twice_and_labelled_does_equal_brute_force() =>
        Gen.Select(Any, Gen.Int[0, IdleDays.Length - 1]).Sample(
            (arrivals, idle) =>
            {
                // What a key knew before it was idle for so long is forgotten; nearly all streams have such keys at 5 days, few at 60.
                var idleAfter = TimeSpan.FromDays(IdleDays[idle]);
                EqualBruteForce(arrivals, new FeatureEngine(Plan, Options with { IdleAfter = idleAfter }), idleAfter);
            },
            iter: Samples.Of(2_000));

    [Fact]
    public void Engine_when_a_store_keeps_idle_keys_does_equal_brute_force_that_forgets_nothing() =>
        Any.Sample(
            arrivals => EqualBruteForce(arrivals, new FeatureEngine(Plan, Options with { IdleAfter = TimeSpan.FromDays(5) }, new MemoryStore()), TimeSpan.MaxValue),
            iter: Samples.Of(500));

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(50, false)]
    [InlineData(1, true)]
    [InlineData(50, true)]
    public void Engine_when_an_account_comes_back_after_too_long_does_know_it_only_from_a_store(int others, bool isKept)
    {
        var engine = new FeatureEngine(Plan, Options, isKept ? new MemoryStore() : null);
        var vector = new float[Plan.Schema.Length];
        var start = Start.ToUnixTimeMilliseconds();
        var back = start + (long)(Options.IdleAfter + Options.Lateness + TimeSpan.FromHours(1)).TotalMilliseconds;
        engine.Observe(Event(0, 1) with { AtMs = start, Amount = 2_918 }, [], vector);
        // However many others came meanwhile, and whether or not the sweep over idle keys has come by.
        for (var i = 1; i <= others; i++)
            engine.Observe(Event(i, (ulong)i + 1) with { AtMs = back }, [], vector);

        engine.Observe(Event(others + 1, 1) with { AtMs = back }, [], vector);

        Assert.Equal(isKept ? 29.18f : FeatureDefinition.Missing, vector[Plan.Schema.IndexOf("account_median")]);
        Assert.Equal(isKept, vector[Plan.Schema.IndexOf("account_age_days")] > 60);
    }

    [Fact]
    public void Engine_when_restored_in_the_middle_does_go_on_with_the_same_bits() =>
        (from arrivals in Any from cut in Gen.Int[0, arrivals.Length] select (arrivals, cut)).Sample(
            sample =>
            {
                var whole = new FeatureEngine(Plan, Options);
                var before = new FeatureEngine(Plan, Options);
                Run(whole, sample.arrivals[..sample.cut]);
                Run(before, sample.arrivals[..sample.cut]);

                var after = new FeatureEngine(Plan, Options);
                after.Restore(new MemoryStream(Saved(before)));

                Assert.Equal(Run(whole, sample.arrivals[sample.cut..]), Run(after, sample.arrivals[sample.cut..]));
                Assert.Equal(Saved(whole), Saved(after));
            },
            iter: Samples.Of(100));

    [Fact]
    public void Engine_when_memory_is_small_and_a_store_keeps_the_rest_does_give_the_same_bits() =>
        Any.Sample(
            arrivals =>
            {
                var roomy = new FeatureEngine(Plan, Unforgetting);
                var store = new MemoryStore();
                var cramped = new FeatureEngine(Plan, Options with { MaxKeys = 1 }, store);

                Assert.Equal(Run(roomy, arrivals), Run(cramped, arrivals));
                Assert.All(cramped.Report().Kinds, k => Assert.InRange(k.Keys, 0, 1));
            },
            iter: Samples.Of(100));

    [Fact]
    public void Engine_when_lanes_share_keys_does_count_as_one_engine_would() =>
        Any.Sample(
            arrivals =>
            {
                var alone = new FeatureEngine(Plan, Unforgetting);
                var shared = new CrossLaneKeys(Plan, Unforgetting);
                FeatureEngine[] lanes = [new(Plan, Unforgetting, crossLane: shared), new(Plan, Unforgetting, crossLane: shared)];
                var vector = new float[Plan.Schema.Length];
                // A lane's watermark is its own: only events that are late in neither are the same in both, and only keys that neither forgets.
                foreach (var arrival in arrivals.Where(a => a.IsEvent).Select(a => a.Event).OrderBy(e => e.AtMs))
                {
                    var expected = Run(alone, [new(arrival)])[0];
                    lanes[arrival.Account % 2].Observe(arrival, [], vector);
                    Assert.Equal(expected, vector);
                }
            },
            iter: Samples.Of(50));

    [Fact]
    public void Engine_when_a_key_has_too_many_events_does_drop_the_oldest_and_say_so()
    {
        var engine = new FeatureEngine(Plan, Options with { MaxEventsPerKey = 128 });
        var vector = new float[Plan.Schema.Length];
        for (var i = 0; i < 200; i++)
            engine.Observe(Event(i, 1) with { AtMs = Start.ToUnixTimeMilliseconds() + i }, [], vector);

        Assert.Equal(128, vector[Plan.Schema.IndexOf("account_count_1h")]);
        Assert.Equal(72, engine.Report().Kinds.Single(k => k.Kind == KeyKind.Account).Counts.Truncated);
    }

    [Fact]
    public void Engine_when_events_are_duplicate_late_and_too_late_does_say_so()
    {
        var engine = new FeatureEngine(Plan, Options);
        var vector = new float[Plan.Schema.Length];
        var day = (long)TimeSpan.FromDays(1).TotalMilliseconds;
        var first = Event(1, 1) with { AtMs = Start.ToUnixTimeMilliseconds() + (10 * day) };

        Assert.Equal(default, engine.Observe(first, [], vector));
        Assert.True(engine.Observe(first, [], vector).IsDuplicate);
        Assert.True(engine.Observe(first with { Id = 2, AtMs = first.AtMs - day }, [], vector).IsLate);
        Assert.True(engine.Observe(first with { Id = 3, AtMs = first.AtMs - (3 * day) }, [], vector).IsTooLate);
        var counts = engine.Report().Kinds.Single(k => k.Kind == KeyKind.Account).Counts;
        Assert.Equal((2, 1, 1, 1), (counts.Events, counts.Late, counts.TooLate, counts.Duplicates));
    }

    [Fact]
    public void Engine_when_an_event_is_from_the_future_does_not_call_others_late()
    {
        var engine = new FeatureEngine(Plan, Options);
        var vector = new float[Plan.Schema.Length];
        var now = Start.ToUnixTimeMilliseconds();
        engine.Observe(Event(1, 1) with { AtMs = now + 400L * 86_400_000, ReceivedMs = now }, [], vector);

        Assert.False(engine.Observe(Event(2, 1) with { AtMs = now, ReceivedMs = now }, [], vector).IsTooLate);
        Assert.Equal(1, vector[Plan.Schema.IndexOf("account_count_1d")]);
    }

    [Fact]
    public void Engine_when_keys_are_idle_does_let_them_go()
    {
        var store = new MemoryStore();
        var engine = new FeatureEngine(Plan, Options with { IdleAfter = TimeSpan.FromDays(3) }, store);
        var vector = new float[Plan.Schema.Length];
        for (var i = 0; i < 200; i++)
            engine.Observe(Event(i, (ulong)i + 1) with { AtMs = Start.ToUnixTimeMilliseconds() + (i * 3_600_000L) }, [], vector);

        var accounts = engine.Report().Kinds.Single(k => k.Kind == KeyKind.Account);
        Assert.InRange(accounts.Keys, 100, 140);
        Assert.Equal(200 - accounts.Keys, accounts.Counts.Evicted);
    }

    [Fact]
    public void Engine_when_labels_are_younger_than_the_delay_does_show_nothing_of_them() =>
        Any.Sample(
            arrivals =>
            {
                // All labels are turned round as soon as the event has come; at no event may any younger than the delay be seen.
                var told = new FeatureEngine(Plan, Options);
                var untold = new FeatureEngine(Plan, Options);
                var expected = new float[Plan.Schema.Length];
                var actual = new float[Plan.Schema.Length];
                var known = new Queue<FeatureEvent>();
                foreach (var e in arrivals.Where(a => a.IsEvent).Select(a => a.Event).OrderBy(e => e.AtMs))
                {
                    while (known.TryPeek(out var old) && old.AtMs <= e.AtMs - (long)Plan.LabelDelay.TotalMilliseconds)
                        untold.Label(known.Dequeue(), isFraud: true);
                    untold.Observe(e, [], expected);
                    told.Observe(e, [], actual);
                    Assert.Equal(expected, actual);
                    told.Label(e, isFraud: true);
                    known.Enqueue(e);
                }
            },
            iter: Samples.Of(100));

    [Fact]
    public void Engine_when_its_keys_are_known_does_allocate_nothing()
    {
        var engine = new FeatureEngine(Plan, Options);
        var vector = new float[Plan.Schema.Length];
        var minute = 60_000L;
        for (var i = 0; i < 60_000; i++)
            engine.Observe(Event(i, ((ulong)i % 7) + 1) with { AtMs = Start.ToUnixTimeMilliseconds() + (i * minute) }, [], vector);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 60_000; i < 65_000; i++)
            engine.Observe(Event(i, ((ulong)i % 7) + 1) with { AtMs = Start.ToUnixTimeMilliseconds() + (i * minute) }, [], vector);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Mapper_when_currencies_have_other_digits_does_measure_in_hundredths()
    {
        var transaction = new TransactionSubmitted(Guid.Parse("0195a0a0-0000-7000-8000-0000000000aa"), "a", "b", 1234, "EUR", TransactionKind.Card, Start, TerminalId: "t");

        var e = FeatureEvents.Of(transaction, Start);

        Assert.Equal((1234, KeyHash.Of("t"), 0ul), (e.Amount, e.Terminal, e.Device));
        Assert.NotEqual(e.Account, e.Destination);
        Assert.Equal(123_400, FeatureEvents.Of(transaction with { Currency = "JPY" }, Start).Amount);
        Assert.Equal(123, FeatureEvents.Of(transaction with { Currency = "KWD" }, Start).Amount);
    }

    static void EqualBruteForce(Arrival[] arrivals, FeatureEngine engine, TimeSpan idleAfter)
    {
        var reference = new ReferenceFeatures(Plan.Schema.Definitions, Plan.LabelDelay, Options.Lateness, idleAfter);
        var vector = new float[Plan.Schema.Length];
        for (var i = 0; i < arrivals.Length; i++)
        {
            if (!arrivals[i].IsEvent)
            {
                Take(engine, arrivals[i], vector);
                if (arrivals[i].IsLabel)
                    reference.Label(arrivals[i].Event, arrivals[i].IsFraud);
                else
                    reference.Declined(arrivals[i].Event);
                continue;
            }
            var expected = reference.Observe(arrivals[i].Event);
            // What is older than the watermark, first seen or again, is seen as far back as is remembered and no further.
            var isWhole = arrivals[i].Event.AtMs >= engine.Report().WatermarkMs;
            Assert.True(engine.Observe(arrivals[i].Event, [], vector) is { IsTooLate: false } || !isWhole);
            if (isWhole)
                Equal(expected, vector, i);
        }
    }

    static void Equal(float[] expected, float[] actual, int arrival)
    {
        for (var f = 0; f < expected.Length; f++)
        {
            Assert.True(
                Math.Abs(expected[f] - actual[f]) <= Tolerance * Math.Max(1, Math.Abs(expected[f])),
                $"{Plan.Schema.Names[f]} of arrival {arrival}: {actual[f]} instead of {expected[f]}");
        }
    }

    sealed class MemoryStore : IKeyStateStore
    {
        readonly Dictionary<(KeyKind, ulong), byte[]> _kept = [];

        public void Keep(KeyKind kind, ulong key, ReadOnlySpan<byte> state) => _kept[(kind, key)] = state.ToArray();

        public bool TryTake(KeyKind kind, ulong key, IBufferWriter<byte> into)
        {
            if (!_kept.Remove((kind, key), out var state))
                return false;
            into.Write(state);
            return true;
        }
    }
}
