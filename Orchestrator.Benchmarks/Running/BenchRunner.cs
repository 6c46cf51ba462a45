using System.Globalization;
using System.Runtime.InteropServices;
using Orchestrator.Benchmarks.Scenarios;

namespace Orchestrator.Benchmarks.Running;

/// <summary>Runs a scenario as often as asked and prints the result.</summary>
static class BenchRunner
{
    /// <returns>The exit code: 0 when all runs came to their end, whatever their figures.</returns>
    public static async Task<int> RunAsync(IScenario scenario, BenchArguments arguments)
    {
        using var stop = new CancellationTokenSource();
        // Cancelled, so that what was started is stopped and cleared away before this process ends.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            var count = arguments.Runs ?? scenario.DefaultRuns;
            var runs = new List<RunFigures>();
            for (var run = 1; run <= count; run++)
            {
                Progress.Write($"{scenario.Name}: run {run} of {count}");
                var figures = await scenario.RunAsync(new RunContext(arguments, stop.Token));
                runs.Add(figures);
                Progress.Write(string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}: {figures.Value:N1} {scenario.Unit}"));
            }
            var result = ScenarioResult.Of(scenario, arguments, runs);
            await Console.Out.WriteLineAsync(result.Json());
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Progress.Write("stopped");
            return 130;
        }
        catch (BenchFailedException failure)
        {
            Progress.Write($"failed: {failure.Message}");
            return 1;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }
}

/// <summary>What a run is given.</summary>
sealed record RunContext(BenchArguments Arguments, CancellationToken Stop);

/// <summary>The run did not do what it had to: its figures would mean nothing.</summary>
sealed class BenchFailedException(string message) : Exception(message);

/// <summary>Says on stderr how far things are.</summary>
static class Progress
{
    public static void Write(string text) => Console.Error.WriteLine($"[{DateTime.UtcNow:HH:mm:ss}] {text}");
}
