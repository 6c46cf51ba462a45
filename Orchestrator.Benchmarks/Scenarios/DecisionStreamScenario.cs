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
    const int DefaultSeconds = 12;
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
        ["added"] = "a percentile of decisions less that of the relay",
    });

    public async Task<RunFigures> RunAsync(RunContext context)
    {
        string[] topics = [Topics.Transactions, Topics.Decisions, Topics.Transactions + Topics.ParkedSuffix, RelayService.Input, RelayService.Output];
        await using var servers = await BenchServers.StartAsync(topics, CommonSettings.Partitions, context);
        var accounts = new TransferAccounts(Accounts, CommonSettings.Partitions);
        var relay = await RelayAsync(servers, accounts, context);

        await using var service = await servers.StartServiceAsync(DecisionService.Role, context.Stop);
        var flow = new DecisionFlow(accounts, CommonSettings.Partitions, Topics.Transactions, Topics.Decisions);
        Progress.Write("decisions");
        var steady = await MeasuredLoad.RunAsync(servers, service, flow, OpenLoop(context), context);
        Progress.Write("saturation");
        var saturated = await MeasuredLoad.RunAsync(servers, service, flow, Saturation(context), context, steady.Load.Submitted);
        return Figures(relay.Load, steady, saturated);
    }

    static async Task<MeasuredLoad> RelayAsync(BenchServers servers, TransferAccounts accounts, RunContext context)
    {
        Progress.Write("bare relay");
        await using var relay = await servers.StartServiceAsync(RelayService.Role, context.Stop);
        return await MeasuredLoad.RunAsync(
            servers, relay, new DecisionFlow(accounts, CommonSettings.Partitions, RelayService.Input, RelayService.Output), OpenLoop(context), context);
    }

    static RunFigures Figures(LoadFigures relay, MeasuredLoad steady, MeasuredLoad saturated)
    {
        var figures = saturated.Figures();
        var slices = saturated.After.ServiceFigures.Snapshots;
        return figures with
        {
            P50Ms = steady.Load.Latency.P50Ms,
            P99Ms = steady.Load.Latency.P99Ms,
            P999Ms = steady.Load.Latency.P999Ms,
            Beside = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["added_p50_ms"] = steady.Load.Latency.P50Ms - relay.Latency.P50Ms,
                ["added_p99_ms"] = steady.Load.Latency.P99Ms - relay.Latency.P99Ms,
                ["added_p999_ms"] = steady.Load.Latency.P999Ms - relay.Latency.P999Ms,
                ["relay_p50_ms"] = relay.Latency.P50Ms,
                ["relay_p99_ms"] = relay.Latency.P99Ms,
                ["relay_p999_ms"] = relay.Latency.P999Ms,
            },
            Details = new Dictionary<string, object?>(figures.Details, StringComparer.Ordinal)
            {
                ["steady_per_second"] = steady.Load.CompletedPerSecond,
                ["steady_worst_ms_by_second"] = steady.Load.Latency.WorstMsBySecond,
                ["relay_worst_ms_by_second"] = relay.Latency.WorstMsBySecond,
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
