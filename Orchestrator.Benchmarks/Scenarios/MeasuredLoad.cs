using System.Globalization;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>A load, with what it cost while it was measured.</summary>
sealed record MeasuredLoad(LoadFigures Load, CostSample Before, CostSample After)
{
    /// <summary>Runs a load and checks that nothing was parked.</summary>
    /// <exception cref="BenchFailedException">Messages were parked, or transactions never ended.</exception>
    public static async Task<MeasuredLoad> RunAsync(
        BenchServers servers, ChildProcess service, IFlow flow, LoadPlan plan, RunContext context, long firstSequence = 0)
    {
        CostSample? before = null, after = null;
        using var run = new LoadRun(flow, plan, servers.Kafka) { FirstSequence = firstSequence };
        using var sampling = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        var waits = context.Arguments.Statements ? servers.SampleWaitsAsync(sampling.Token) : null;
        var saying = SayUnfinishedAsync(run, sampling.Token);
        Progress.Write($"warming up with {plan.WarmUp:N0} transactions, {plan.WarmUpTime.TotalSeconds:N0} s at least");
        var load = await run.RunAsync(
            async begins =>
            {
                var sample = await servers.CostAsync(service, context.Stop);
                (before, after) = begins ? (sample, after) : (before, sample);
                Progress.Write(begins ? $"measuring for {plan.Measure.TotalSeconds:N0} s" : "measured; waiting for what is unfinished");
                if (begins)
                    await servers.ResetStatementsAsync(context);
                else
                    await servers.PrintStatementsAsync(context);
            },
            context.Stop);
        await sampling.CancelAsync();
        await saying;
        if (waits is not null)
            Progress.Write(await waits);
        if (await servers.ScalarAsync<long>("select count(*) from messaging.parked", context.Stop) is > 0 and var parked)
            throw new BenchFailedException($"{parked:N0} messages were parked");
        Progress.Write(string.Create(CultureInfo.InvariantCulture, $"{load.CompletedPerSecond:N0} completed/s, {load.OtherEnds:N0} ended otherwise"));
        return new MeasuredLoad(load, before!, after!);
    }

    static async Task SayUnfinishedAsync(LoadRun run, CancellationToken stop)
    {
        using var minutes = new PeriodicTimer(TimeSpan.FromMinutes(1));
        try
        {
            while (await minutes.WaitForNextTickAsync(stop))
                Progress.Write(run.Unfinished());
        }
        catch (OperationCanceledException)
        {
            // the load is over
        }
    }

    /// <summary>As a run's figures.</summary>
    public RunFigures Figures(double? floor = null)
    {
        var details = After.PerTransaction(Before, Load.EndedWhileCounted);
        details["seconds"] = Load.Window.TotalSeconds;
        details["completed"] = Load.Completed;
        details["ended_otherwise"] = Load.OtherEnds;
        details["submitted_in_all"] = Load.Submitted;
        details["completed_in_all"] = Load.AllCompleted;
        details["max_ms"] = Load.Latency.MaxMs;
        return new RunFigures
        {
            Value = Load.CompletedPerSecond,
            Floor = floor,
            P50Ms = Load.Latency.P50Ms,
            P99Ms = Load.Latency.P99Ms,
            P999Ms = Load.Latency.P999Ms,
            Details = details,
        };
    }
}
