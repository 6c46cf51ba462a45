using System.Diagnostics;
using System.Globalization;
using System.Text;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Benchmarks.Scenarios;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Activity;

/// <summary>Events of a million visitors from Kafka to figures that are right; events over HTTP; how old live figures are; and how soon a segment follows a profile.</summary>
sealed class ActivityScenario : IScenario
{
    const int DefaultSeconds = 8;
    const double WarmUpShare = 0.15;
    const double FloorShare = 0.2;
    static readonly TimeSpan StoredWithin = TimeSpan.FromSeconds(60);

    public string Name => "activity";

    public string Summary => "events of 1,000,000 visitors through Kafka until the stored figures are right; then over HTTP, the age of live figures, and segments";

    public string Unit => "events/s";

    public int DefaultRuns => 1;

    public double? Must => 50_000;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) => CommonSettings.Of(new()
    {
        ["visitors"] = PlannedEvents.Visitors,
        ["pages"] = $"{PlannedEvents.Pages}, the n-th looked at an n-th as often as the first",
        ["warm_up"] = $"the first {WarmUpShare:P0} of the events",
        ["measured"] = "from the first message behind the warm-up until every stored minute, and sessions and visitors, equal what the generator counted",
        ["floor"] = $"{FloorShare:P0} of the same messages, sent likewise, read by one consumer and dropped",
        ["http_seconds"] = arguments.Seconds ?? DefaultSeconds,
        ["http_connections"] = IngestLoad.Connections,
        ["live_rate_per_second"] = LiveAge.Rate,
        ["segment_rate_per_second"] = SegmentDelay.Rate,
        ["roles"] = "activity, http",
    });

    public async Task<RunFigures> RunAsync(RunContext context)
    {
        var stop = context.Stop;
        await using var servers = await BenchServers.StartAsync([.. EmbeddedBrokerOptions.DefaultTopics, ActivityFloor.Topic], CommonSettings.Partitions, context);
        Progress.Write("making events");
        var plan = new PlannedEvents(CommonSettings.Partitions);
        var begin = Begin();
        var warmUp = (int)(plan.InOrder.Length * WarmUpShare);
        var first = Batches(plan, 0, warmUp, begin);
        var rest = Batches(plan, warmUp, plan.InOrder.Length, begin);
        Progress.Write("floor");
        var floor = await ActivityFloor.MeasureAsync(servers, Some(rest, FloorShare), stop);

        await using var service = await servers.StartServiceAsync(TransfersService.ActivityRole, stop);
        var stored = new StoredActivity(servers, CommonSettings.Partitions);
        var expected = new ExpectedFigures(plan, begin.ToUnixTimeMilliseconds());
        var loop = new ClosedLoop(servers, Topics.UserActivity, stored.PositionsAsync, CommonSettings.Partitions);
        Progress.Write("warming up");
        await loop.SendAsync(first, stop);
        expected.TakeUntil(warmUp);
        await stored.ReachAsync(expected.Positions, StoredWithin, stop);
        await stored.CompareAsync(expected, stop);
        var warm = (expected.Counted, expected.Duplicates, expected.Late);

        expected.TakeUntil(plan.InOrder.Length);
        expected.SessionsAndVisitors();
        await servers.ResetStatementsAsync(context);
        var before = await servers.CostAsync(service, stop);
        Progress.Write($"{plan.InOrder.Length - warmUp:N0} messages");
        var began = Stopwatch.GetTimestamp();
        await loop.SendAsync(rest, stop);
        var published = Stopwatch.GetElapsedTime(began);
        await stored.ReachAsync(expected.Positions, StoredWithin, stop);
        await stored.CompareAsync(expected, stop);
        var elapsed = Stopwatch.GetElapsedTime(began);
        var after = await servers.CostAsync(service, stop);
        await servers.PrintStatementsAsync(context);
        var remembered = await stored.RememberedAsync(stop);
        var counted = expected.Counted - warm.Counted;
        Progress.Write(string.Create(CultureInfo.InvariantCulture, $"{counted / elapsed.TotalSeconds:N0} events/s; floor {floor:N0}/s; {remembered:N0} visitors in {after.ServiceFigures.WorkingSetBytes / 1e6:N0} MB"));

        Progress.Write("events over HTTP");
        var address = new Uri(service.Ready[TransfersService.Api]);
        var (http, answered) = await IngestLoad.MeasureAsync(address, TimeSpan.FromSeconds(context.Arguments.Seconds ?? DefaultSeconds), stop);
        Progress.Write(string.Create(CultureInfo.InvariantCulture, $"{http:N0} requests/s; the age of live figures"));
        var age = new LiveAge(servers, address, stored, CommonSettings.Partitions);
        await age.RunAsync(stop);
        Progress.Write("segments");
        var segments = new SegmentDelay(servers, CommonSettings.Partitions);
        await segments.RunAsync(stop);
        if (await servers.ScalarAsync<long>("select count(*) from messaging.parked", stop) is > 0 and var parked)
            throw new BenchFailedException($"{parked:N0} messages were parked");
        var details = after.PerTransaction(before, counted);
        details["seconds"] = elapsed.TotalSeconds;
        details["published_after_seconds"] = published.TotalSeconds;
        details["counted"] = counted;
        details["duplicates"] = expected.Duplicates - warm.Duplicates;
        details["late"] = expected.Late - warm.Late;
        details["http_p50_ms"] = answered.P50Ms;
        details["http_p99_ms"] = answered.P99Ms;
        details["live_age_worst_ms_by_second"] = age.Seen.WorstMsBySecond;
        return new RunFigures
        {
            Value = counted / elapsed.TotalSeconds,
            Floor = floor,
            Beside = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["http_per_s"] = http,
                ["live_age_p50_ms"] = age.Seen.P50Ms,
                ["live_age_ms"] = age.Seen.P99Ms,
                ["stored_age_p50_ms"] = age.Stored.P50Ms,
                ["stored_age_p99_ms"] = age.Stored.P99Ms,
                ["segment_p50_ms"] = segments.Latency.P50Ms,
                ["segment_p99_ms"] = segments.Latency.P99Ms,
                ["remembered_visitors"] = remembered,
                ["service_resident_mb"] = after.ServiceFigures.WorkingSetBytes / 1e6,
            },
            Details = details,
        };
    }

    // What is planned ends a moment ago.
    static DateTimeOffset Begin() => DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddHours(-2).ToUnixTimeMilliseconds());

    static List<EventBatch>[] Batches(PlannedEvents plan, int from, int to, DateTimeOffset begin)
    {
        var text = new EventText(plan, begin);
        var type = Encoding.ASCII.GetBytes(MessageCatalog.Contracts.Of(typeof(ActivityRecorded)).Name);
        var batches = new List<EventBatch>[plan.Lanes];
        Parallel.For(0, plan.Lanes, lane => batches[lane] = EventBatch.Of(plan, from, to, lane, text, type, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
        return batches;
    }

    static List<EventBatch>[] Some(List<EventBatch>[] batches, double share) => [.. batches.Select(lane => lane[..(int)(lane.Count * share)])];
}
