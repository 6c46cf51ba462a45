using CsCheck;
using Orchestrator.Messaging.Replay;

namespace Orchestrator.Tests.Replay;

/// <summary>Whatever is asked for, a replay takes exactly that: compared with a plain model of a topic.</summary>
[Collection(ReplayCollection.Name)]
public sealed class ReplayModelTests(ReplayFixture fixture)
{
    const int Messages = 150;
    const int DeletedBefore = 7;

    // Times go up, with some that come late; several messages share one.
    static readonly PastMessage[] History =
    [
        .. Enumerable.Range(0, Messages).Select(n => new PastMessage(
            (n * n) % ReplayFixture.Partitions, 1_000_000 + ((n / 3) * 10) - (n % 5 == 0 ? 40 : 0), $"k{n % 4}", n % 3 == 0 ? "a.v1" : "b.v2", n % 2 == 0 ? "red" : "blue", $"body {n}")),
    ];

    static readonly Gen<ReplayBound?> Bound = Gen.OneOf(
        Gen.Const((ReplayBound?)null),
        Gen.Long[0, 70].Select(offset => (ReplayBound?)new ReplayBound(offset)),
        Gen.Long[999_900, 1_000_600].Select(ms => (ReplayBound?)new ReplayBound(Time: DateTimeOffset.FromUnixTimeMilliseconds(ms))));

    static readonly Gen<ReplayFilter> Filter = Gen.Select(
        OneOf<string[]?>(null, null, ["a.v1"], ["b.v2", "a.v1"]), OneOf<string[]?>(null, null, ["k1"], ["k0", "k3", "k9"]),
        OneOf<string?>(null, null, "red", "green"),
        (types, keys, tint) => new ReplayFilter(types, keys, tint is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { ["tint"] = tint }));

    static readonly Gen<(ReplayBound? From, ReplayBound? To, ReplayFilter Filter, int[]? Partitions, long? Max)> Scope = Gen.Select(
        Bound, Bound, Filter, OneOf<int[]?>(null, null, [1], [0, 2]), OneOf<long?>(null, null, 1, 10, 40));

    static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(n => values[n]);

    [Fact]
    public async Task Replay_whatever_is_asked_for_takes_exactly_that_and_a_dry_run_counts_it()
    {
        var topic = fixture.OtherTopic(ReplayFixture.Model);
        fixture.Publish(History, topic);
        // Retention has had the beginning of one partition.
        fixture.Kafka.Embedded!.DeleteRecords(topic, 1, DeletedBefore);
        var next = 1_001;
        await Scope.SampleAsync(
            async scope =>
            {
                var id = Interlocked.Add(ref next, 2);
                var order = fixture.Into(id, topic) with { From = scope.From, To = scope.To, Filter = scope.Filter, Partitions = scope.Partitions, MaxMessages = scope.Max, AllowGaps = true };
                await fixture.AskAsync(id, order);
                await fixture.AskAsync(id + 1, order with { DryRun = true });

                var (copied, counted) = (await fixture.WorkAsync(id), await fixture.FindAsync(id + 1));

                var expected = Expected(scope.From, scope.To, scope.Filter, scope.Partitions, scope.Max);
                Assert.Equal((ReplayState.Done, ReplayState.Done), (copied.State, counted.State));
                Assert.Equal(expected.Select(m => (m.Message.Partition, m.Offset, m.Message.Body)), fixture.Read(id, topic));
                Assert.Equal(expected.Count, copied.Partitions.Sum(p => p.Taken));
                CheckPlan(expected, counted.Plan!);
            },
            iter: 8, threads: 1);
    }

    static void CheckPlan(List<(PastMessage Message, long Offset)> expected, ReplayPlan plan)
    {
        Assert.Equal((expected.Count, expected.Sum(m => m.Message.Key.Length + m.Message.Body.Length)), (plan.Messages, plan.Bytes));
        Assert.Equal((expected.Select(m => m.Message.Key).Distinct(StringComparer.Ordinal).Count(), true), (plan.DistinctKeys, plan.KeysAreExact));
        Assert.Equal(
            expected.GroupBy(m => m.Message.Type, StringComparer.Ordinal).Select(g => (g.Key, (long)g.Count())).OrderBy(t => t.Key, StringComparer.Ordinal),
            plan.Types.Select(t => (t.Type, t.Messages)).OrderBy(t => t.Type, StringComparer.Ordinal));
        foreach (var partition in plan.Partitions)
        {
            var of = expected.Where(m => m.Message.Partition == partition.Partition).ToList();
            Assert.Equal(
                (of.Count, of.Count == 0 ? null : of[0].Offset, of.Count == 0 ? null : (long?)of[^1].Offset, of.Count == 0 ? null : (long?)of.Min(m => m.Message.AtMs), of.Count == 0 ? null : (long?)of.Max(m => m.Message.AtMs)),
                (partition.Messages, partition.FirstOffset, partition.LastOffset, partition.FirstAt?.ToUnixTimeMilliseconds(), partition.LastAt?.ToUnixTimeMilliseconds()));
        }
    }

    // By partition, each in its order: as whoever reads the copies finds them.
    static List<(PastMessage Message, long Offset)> Expected(ReplayBound? from, ReplayBound? to, ReplayFilter filter, int[]? partitions, long? max)
    {
        var merged = new List<(long Clock, PastMessage Message, long Offset)>();
        foreach (var partition in partitions ?? [.. Enumerable.Range(0, ReplayFixture.Partitions)])
        {
            var low = partition == 1 ? DeletedBefore : 0;
            var held = History.Where(m => m.Partition == partition).Select((m, n) => (Message: m, Offset: (long)n)).Where(m => m.Offset >= low).ToList();
            var first = held.FindIndex(m => IsAt(m, from));
            var end = to is null ? held.Count : held.FindIndex(m => IsAt(m, to));
            var clock = 0L;
            for (var n = from is null ? 0 : first < 0 ? held.Count : first; n < (end < 0 ? held.Count : end); n++)
            {
                clock = Math.Max(clock, held[n].Message.AtMs);
                merged.Add((clock, held[n].Message, held[n].Offset));
            }
        }
        return
        [
            .. merged.Where(m => Takes(filter, m.Message)).OrderBy(m => m.Clock).ThenBy(m => m.Message.Partition).ThenBy(m => m.Offset)
                .Take((int)Math.Min(max ?? int.MaxValue, int.MaxValue)).OrderBy(m => m.Message.Partition).ThenBy(m => m.Offset).Select(m => (m.Message, m.Offset)),
        ];
    }

    static bool IsAt((PastMessage Message, long Offset) m, ReplayBound? bound) => bound is { Time: { } time } ? m.Message.AtMs >= time.ToUnixTimeMilliseconds() : m.Offset >= bound?.Offset;

    static bool Takes(ReplayFilter filter, PastMessage m) =>
        filter.Types?.Contains(m.Type, StringComparer.Ordinal) != false && filter.Keys?.Contains(m.Key, StringComparer.Ordinal) != false
        && (filter.Headers is null || string.Equals(filter.Headers["tint"], m.Tint, StringComparison.Ordinal));
}
