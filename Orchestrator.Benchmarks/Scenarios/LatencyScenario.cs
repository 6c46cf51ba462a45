using Orchestrator.Benchmarks.Bare;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Benchmarks.Transfers;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>How long one transfer takes at an ordinary rate, beside what its parts take alone.</summary>
sealed class LatencyScenario : IScenario
{
    const int DefaultSeconds = 30;
    const double DefaultRate = 200;
    const int Accounts = 5_000;
    const int BareSeconds = 4;

    // The runtime compiles hot code for the last time when it has run often enough, and at this rate that takes its time.
    const int WarmUpSeconds = 60;

    /// <summary>
    /// One behind the other from submission to the announced end: transactions, decisions, three commands of the ledger, its reply, saga-events.
    /// </summary>
    const int Hops = 7;

    /// <summary>The decision, two steps of the saga and three of the ledger: each is committed before it is published.</summary>
    const int Commits = 6;

    public string Name => "latency";

    public string Summary => "transfers at 200/s, open loop: submitted to completed, beside bare Kafka and PostgreSQL of the same run";

    public string Unit => "ms, p99";

    public bool LessIsBetter => true;

    public double? Must => 80;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) => CommonSettings.Of(new()
    {
        ["seconds"] = arguments.Seconds ?? DefaultSeconds,
        ["rate_per_second"] = arguments.Rate ?? DefaultRate,
        ["loop"] = "open: each transfer counts from when it was due",
        ["warm_up_seconds"] = WarmUpSeconds,
        ["accounts"] = Accounts,
        ["kafka_hops_in_the_flow"] = Hops,
        ["commits_in_the_flow"] = Commits,
        ["floor"] = "p99 of as many hops and commits one behind the other, with nothing else running through the service",
    });

    public async Task<RunFigures> RunAsync(RunContext context)
    {
        await using var stage = await TransferStage.StartAsync(Accounts, context);
        var rate = context.Arguments.Rate ?? DefaultRate;
        var plan = new LoadPlan
        {
            Partitions = CommonSettings.Partitions,
            Rate = rate,
            LingerMs = 0,
            WarmUp = (int)(rate * WarmUpSeconds),
            Measure = TimeSpan.FromSeconds(context.Arguments.Seconds ?? DefaultSeconds),
        };
        var load = await MeasuredLoad.RunAsync(stage.Servers, stage.Service, new TransferFlow(stage.Accounts), plan, context);

        Progress.Write("bare hops and commits");
        using var parts = await BareParts.StartAsync(stage.Servers.Kafka, stage.Servers.Database, context.Stop);
        var duration = TimeSpan.FromSeconds(BareSeconds);
        var pingPong = parts.PingPong(duration, context.Stop);
        var commit = parts.Commit(duration, context.Stop);
        var chain = parts.Chain(Hops, Commits, duration, context.Stop);

        var figures = load.Figures(chain.P99Ms);
        return figures with
        {
            Value = load.Load.Latency.P99Ms,
            Details = new Dictionary<string, object?>(figures.Details, StringComparer.Ordinal)
            {
                ["completed_per_second"] = load.Load.CompletedPerSecond,
                ["worst_ms_by_second"] = load.Load.Latency.WorstMsBySecond,
                ["ping_pong_p50_ms"] = pingPong.P50Ms,
                ["ping_pong_p99_ms"] = pingPong.P99Ms,
                ["commit_p50_ms"] = commit.P50Ms,
                ["commit_p99_ms"] = commit.P99Ms,
                ["chain_p50_ms"] = chain.P50Ms,
                ["chain_p99_ms"] = chain.P99Ms,
            },
        };
    }
}
