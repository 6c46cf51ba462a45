using System.Diagnostics;
using System.Globalization;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Benchmarks.Transfers;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>Whether it stays as it is: cost against the number of stored sagas, and memory over time.</summary>
sealed class SoakScenario : IScenario
{
    const int DefaultSeconds = 600;
    const int RateSeconds = 20;
    const int Accounts = 50_000;
    const int Unfinished = 1_000;
    const int Few = 10_000;
    const int Many = 1_000_000;
    const double GeneratorLingerMs = 20;

    public string Name => "soak";

    public string Summary => "transfers at half the rate for 10 minutes: memory over time; and the rate at 10,000 and at 1,000,000 stored sagas";

    public string Unit => "rate at 1,000,000 stored sagas to that at 10,000";

    public int DefaultRuns => 1;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) => CommonSettings.Of(new()
    {
        ["seconds"] = arguments.Seconds ?? DefaultSeconds,
        ["rate_seconds"] = RateSeconds,
        ["accounts"] = Accounts,
        ["few_stored_sagas"] = Few,
        ["many_stored_sagas"] = Many,
        ["generator_linger_ms"] = GeneratorLingerMs,
        ["rate"] = arguments.Rate is { } rate ? $"{rate}/s" : "half of the rate at many stored sagas",
    });

    public async Task<RunFigures> RunAsync(RunContext context)
    {
        await using var stage = await TransferStage.StartAsync(Accounts, context);
        var few = await RateAsync(stage, Few, firstSequence: 0, context);
        await StoredTransfers.FillAsync(stage.Servers, Many, context.Stop);
        var many = await RateAsync(stage, warmUp: Few, few.Load.Submitted, context);
        var rate = context.Arguments.Rate ?? many.Load.CompletedPerSecond / 2;
        var memory = await MemoryAsync(stage, rate, few.Load.Submitted + many.Load.Submitted, context);

        var (fewCost, manyCost) = (few.Figures().Details, many.Figures().Details);
        return new RunFigures
        {
            Value = many.Load.CompletedPerSecond / few.Load.CompletedPerSecond,
            P50Ms = memory.Load.Load.Latency.P50Ms,
            P99Ms = memory.Load.Load.Latency.P99Ms,
            P999Ms = memory.Load.Load.Latency.P999Ms,
            Details = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["few_completed_per_second"] = few.Load.CompletedPerSecond,
                ["many_completed_per_second"] = many.Load.CompletedPerSecond,
                ["few_cost"] = fewCost,
                ["many_cost"] = manyCost,
                ["stored_sagas_at_the_end"] = await stage.Servers.ScalarAsync<long>(StoredTransfers.Count, context.Stop),
                ["rate_per_second"] = rate,
                ["soak_completed_per_second"] = memory.Load.Load.CompletedPerSecond,
                ["soak_cost"] = memory.Load.Figures().Details,
                ["memory"] = memory.Trend.Details(),
            },
        };
    }

    static Task<MeasuredLoad> RateAsync(TransferStage stage, int warmUp, long firstSequence, RunContext context)
    {
        var plan = new LoadPlan
        {
            Partitions = CommonSettings.Partitions,
            UnfinishedPerPartition = Unfinished,
            WarmUp = warmUp,
            WarmUpTime = TimeSpan.Zero,
            Measure = TimeSpan.FromSeconds(RateSeconds),
        };
        return MeasuredLoad.RunAsync(stage.Servers, stage.Service, new TransferFlow(stage.Accounts), plan, context, firstSequence);
    }

    static async Task<(MeasuredLoad Load, MemoryTrend Trend)> MemoryAsync(TransferStage stage, double rate, long firstSequence, RunContext context)
    {
        Progress.Write(string.Create(CultureInfo.InvariantCulture, $"soaking at {rate:N0}/s"));
        var plan = new LoadPlan
        {
            Partitions = CommonSettings.Partitions,
            Rate = rate,
            LingerMs = GeneratorLingerMs,
            WarmUp = (int)(rate * 10),
            Measure = TimeSpan.FromSeconds(context.Arguments.Seconds ?? DefaultSeconds),
        };
        var trend = new MemoryTrend();
        using var sampling = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        var samples = trend.SampleAsync(stage.Service, sampling.Token);
        var load = await MeasuredLoad.RunAsync(stage.Servers, stage.Service, new TransferFlow(stage.Accounts), plan, context, firstSequence);
        await sampling.CancelAsync();
        await samples;
        return (load, trend);
    }
}
