using Microsoft.Extensions.Hosting;
using Orchestrator.Benchmarks.Floors;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Postings;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Benchmarks.Transfers;
using Orchestrator.Ledger;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>The ledger alone: transfers between two accounts over Kafka, one hot account, reads beside a million accounts, and millions of events.</summary>
sealed class LedgerScenario : IScenario
{
    const int DefaultSeconds = 20;
    const int Accounts = 20_000;
    const int WarmUp = 20_000;
    const int Unfinished = 1_000;
    const int FloorTransfers = 20_000;
    const double HotShare = 0.5;
    const int ManyEvents = 5_000_000;
    const int ManyAccounts = 1_000_000;
    const int ReadsPerSecond = 1_000;
    const int ReadSeconds = 10;
    const double LagRate = 3_000;
    const int LagSeconds = 15;
    const double EventsEach = 3;

    static readonly TimeSpan CatchUpBound = TimeSpan.FromMinutes(3);

    public string Name => "ledger";

    public string Summary => "transfers in the ledger alone, uniform keys and with a hot account; reads beside 1,000,000 accounts; cost at 5,000,000 events";

    public string Unit => "transfers/s, uniform keys";

    public double? Must => 3_000;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) => CommonSettings.Of(new()
    {
        ["seconds"] = arguments.Seconds ?? DefaultSeconds,
        ["warm_up_transfers"] = WarmUp,
        ["unfinished_per_partition"] = Unfinished,
        ["accounts"] = Accounts,
        ["hot_share"] = HotShare,
        ["many_events"] = ManyEvents,
        ["many_accounts"] = ManyAccounts,
        ["lag_rate_per_second"] = LagRate,
        ["reads_per_second"] = ReadsPerSecond,
        ["floor"] = $"the rows of {FloorTransfers} transfers in units of up to 500 messages, {RowFloor.Connections} connections",
    });

    public async Task<RunFigures> RunAsync(RunContext context)
    {
        await using var stage = await TransferStage.StartAsync(Accounts, context);
        var uniform = await LoadAsync(stage, new LedgerFlow(stage.Accounts), 0, context);
        var hot = await LoadAsync(stage, new LedgerFlow(stage.Accounts, HotShare), uniform.Load.Submitted, context);
        var lag = await LagAsync(stage, uniform.Load.Submitted + hot.Load.Submitted, context);
        var submitted = uniform.Load.Submitted + hot.Load.Submitted + lag.Load.Load.Submitted;
        var few = await stage.Servers.ScalarAsync<long>(StoredPostings.CountEvents, context.Stop);
        await StoredPostings.FillEventsAsync(stage.Servers, ManyEvents, context.Stop);
        var many = await LoadAsync(stage, new LedgerFlow(stage.Accounts), submitted, context);
        await StoredPostings.FillAccountsAsync(stage.Servers, ManyAccounts, context.Stop);
        var service = new Uri(stage.Service.Ready[TransfersService.Api]);
        await new ProjectionLag(service).CatchUpAsync(CatchUpBound, context.Stop);
        await BalanceReads.RunAsync(service, ManyAccounts, ReadsPerSecond, TimeSpan.FromSeconds(ReadSeconds), context.Stop);
        var reads = await BalanceReads.RunAsync(service, ManyAccounts, ReadsPerSecond, TimeSpan.FromSeconds(ReadSeconds), context.Stop);
        await stage.StopServiceAsync();

        var figures = uniform.Figures(await FloorAsync(stage, context.Stop));
        return figures with
        {
            Details = new Dictionary<string, object?>(figures.Details, StringComparer.Ordinal)
            {
                ["hot_account_per_s"] = hot.Load.CompletedPerSecond,
                ["projection_lag_s"] = lag.Lag.WorstEvents / (EventsEach * LagRate),
                ["projection_lag_events"] = lag.Lag.WorstEvents,
                ["projection_catch_up_s"] = Math.Round(lag.CatchUp.TotalSeconds, 1),
                ["projection_lag_samples"] = lag.Lag.Samples,
                ["projection_lag_rate_per_s"] = lag.Load.Load.CompletedPerSecond,
                ["projection_lag_p99_ms"] = lag.Load.Load.Latency.P99Ms,
                ["balance_p50_ms"] = reads.P50Ms,
                ["balance_p99_ms"] = reads.P99Ms,
                ["balance_p999_ms"] = reads.P999Ms,
                ["balance_reads"] = reads.Count,
                ["events_at_first"] = few,
                ["many_events_per_s"] = many.Load.CompletedPerSecond,
                ["many_events_cost"] = many.Figures().Details,
                ["events_at_the_end"] = await stage.Servers.ScalarAsync<long>(StoredPostings.CountEvents, context.Stop),
            },
        };
    }

    static Task<MeasuredLoad> LoadAsync(TransferStage stage, LedgerFlow flow, long firstSequence, RunContext context)
    {
        var plan = new LoadPlan
        {
            Partitions = CommonSettings.Partitions,
            UnfinishedPerPartition = Unfinished,
            WarmUp = WarmUp,
            Measure = TimeSpan.FromSeconds(context.Arguments.Seconds ?? DefaultSeconds),
        };
        return MeasuredLoad.RunAsync(stage.Servers, stage.Service, flow, plan, context, firstSequence);
    }

    // At the rate that must be reached, in an open loop: how far projections fall behind.
    static async Task<(MeasuredLoad Load, ProjectionLag Lag, TimeSpan CatchUp)> LagAsync(TransferStage stage, long firstSequence, RunContext context)
    {
        var plan = new LoadPlan
        {
            Partitions = CommonSettings.Partitions,
            Rate = LagRate,
            LingerMs = 5,
            WarmUp = (int)LagRate,
            WarmUpTime = TimeSpan.FromSeconds(2),
            Measure = TimeSpan.FromSeconds(LagSeconds),
        };
        var lag = new ProjectionLag(new Uri(stage.Service.Ready[TransfersService.Api]));
        // What the loads before have left is another question, and answered beside it.
        var caughtUp = await lag.CatchUpAsync(CatchUpBound, context.Stop);
        using var sampling = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        var samples = lag.SampleAsync(sampling.Token);
        var load = await MeasuredLoad.RunAsync(stage.Servers, stage.Service, new LedgerFlow(stage.Accounts), plan, context, firstSequence);
        await sampling.CancelAsync();
        await samples;
        return (load, lag, caughtUp);
    }

    static Task<double> FloorAsync(TransferStage stage, CancellationToken stop)
    {
        var flow = new LedgerFlow(stage.Accounts);
        var transfers = Enumerable.Range(0, FloorTransfers).Select(i => flow.Submit(i, i % CommonSettings.Partitions, DateTimeOffset.UtcNow));
        return RowFloor.MeasureAsync(
            stage.Servers, (HostApplicationBuilder host) => host.Services.AddLedger(), schema: "", stage.Accounts.All.Select(TransferAccounts.Opening),
            [.. transfers], answered: null, stop);
    }
}
