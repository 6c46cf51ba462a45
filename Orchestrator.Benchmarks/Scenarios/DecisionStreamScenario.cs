using Orchestrator.Benchmarks.Decisions;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Benchmarks.Transfers;
using Orchestrator.Contracts;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>Decisions on stream lanes: how much later than from a bare relay they come, and how many a second there can be.</summary>
sealed class DecisionStreamScenario : IScenario
{
    const int DefaultSeconds = 10;
    const double DefaultRate = 2_000;
    const int Accounts = 50_000;
    const int Unfinished = 2_000;

    static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(8);

    public string Name => "decision-stream";

    public string Summary => "fraud decisions on stream lanes: latency at 2,000/s, open loop, beside a bare relay of the same run; then decisions a second at saturation";

    public string Unit => "decisions/s at saturation";

    public int DefaultRuns => 1;

    public double? Must => 30_000;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) => CommonSettings.Of(new()
    {
        ["seconds"] = arguments.Seconds ?? DefaultSeconds,
        ["rate_per_second"] = arguments.Rate ?? DefaultRate,
        ["warm_up_seconds"] = WarmUpTime.TotalSeconds,
        ["accounts"] = Accounts,
        ["unfinished_per_partition"] = Unfinished,
        ["relay"] = "reads and sends on as it is, with the same consumer, producer and settings, in a process of its own",
        ["added"] = "a percentile of decisions less that of the relay, which runs before and after them; the better one counts",
    });

    public async Task<RunFigures> RunAsync(RunContext context)
    {
        string[] topics = [Topics.Transactions, Topics.Labels, Topics.ActivityFeatures, Topics.Decisions, Topics.Transactions + Topics.ParkedSuffix, Topics.Labels + Topics.ParkedSuffix, RelayService.Input, RelayService.Output];
        await using var servers = await BenchServers.StartAsync(topics, CommonSettings.Partitions, context);
        var accounts = new TransferAccounts(Accounts, CommonSettings.Partitions);
        var relays = new List<LoadFigures> { await RelayAsync(servers, accounts, 0, context) };

        await using var service = await servers.StartServiceAsync(DecisionService.Role, context.Stop);
        var flow = new DecisionFlow(accounts, CommonSettings.Partitions, Topics.Transactions, Topics.Decisions);
        Progress.Write("decisions");
        var steady = await MeasuredLoad.RunAsync(servers, service, flow, OpenLoop(context), context);
        // Before and after, for a machine has better and worse moments; the better of the two is what counts.
        relays.Add(await RelayAsync(servers, accounts, relays[0].Submitted, context));
        Progress.Write("saturation");
        var saturated = await MeasuredLoad.RunAsync(servers, service, flow, Saturation(context), context, steady.Load.Submitted);
        return Figures(relays, steady, saturated);
    }

    static async Task<LoadFigures> RelayAsync(BenchServers servers, TransferAccounts accounts, long firstSequence, RunContext context)
    {
        Progress.Write("bare relay");
        await using var relay = await servers.StartServiceAsync(RelayService.Role, context.Stop);
        var load = await MeasuredLoad.RunAsync(
            servers, relay, new DecisionFlow(accounts, CommonSettings.Partitions, RelayService.Input, RelayService.Output), OpenLoop(context), context, firstSequence);
        return load.Load;
    }

    static RunFigures Figures(IReadOnlyList<LoadFigures> relays, MeasuredLoad steady, MeasuredLoad saturated)
    {
        var figures = saturated.Figures();
        var slices = saturated.After.ServiceFigures.Snapshots;
        var (relayP50, relayP99, relayP999) = (relays.Min(r => r.Latency.P50Ms), relays.Min(r => r.Latency.P99Ms), relays.Min(r => r.Latency.P999Ms));
        return figures with
        {
            P50Ms = steady.Load.Latency.P50Ms,
            P99Ms = steady.Load.Latency.P99Ms,
            P999Ms = steady.Load.Latency.P999Ms,
            Beside = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["added_p50_ms"] = steady.Load.Latency.P50Ms - relayP50,
                ["added_p99_ms"] = steady.Load.Latency.P99Ms - relayP99,
                ["added_p999_ms"] = steady.Load.Latency.P999Ms - relayP999,
                ["relay_p50_ms"] = relayP50,
                ["relay_p99_ms"] = relayP99,
                ["relay_p999_ms"] = relayP999,
            },
            Details = new Dictionary<string, object?>(figures.Details, StringComparer.Ordinal)
            {
                ["steady_per_second"] = steady.Load.CompletedPerSecond,
                ["steady_worst_ms_by_second"] = steady.Load.Latency.WorstMsBySecond,
                ["relay_worst_ms_by_second"] = relays.Select(r => r.Latency.WorstMsBySecond),
                ["snapshot_slices"] = slices.Slices,
                ["snapshot_slice_mean_ms"] = slices.Seconds * 1e3 / Math.Max(1, slices.Slices),
                ["snapshot_slice_longest_ms"] = slices.LongestSeconds * 1e3,
            },
        };
    }

    static LoadPlan OpenLoop(RunContext context) => new()
    {
        Partitions = CommonSettings.Partitions,
        Rate = context.Arguments.Rate ?? DefaultRate,
        LingerMs = 0,
        WarmUp = (int)((context.Arguments.Rate ?? DefaultRate) * WarmUpTime.TotalSeconds),
        WarmUpTime = WarmUpTime,
        Measure = TimeSpan.FromSeconds(context.Arguments.Seconds ?? DefaultSeconds),
    };

    static LoadPlan Saturation(RunContext context) => new()
    {
        Partitions = CommonSettings.Partitions,
        UnfinishedPerPartition = Unfinished,
        WarmUp = 0,
        WarmUpTime = WarmUpTime,
        Measure = TimeSpan.FromSeconds(context.Arguments.Seconds ?? DefaultSeconds),
    };
}
