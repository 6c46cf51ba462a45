using System.Diagnostics;
using System.Globalization;
using Orchestrator.Benchmarks.Handbook;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>
/// What a decision costs: features, the score of 200 trees, and fifty rules over features and message, on one core, with memory full of 100,000 keys and a month of their
/// events. Each payment is taken alone, as if the next one were not known yet.
/// </summary>
sealed class DecisionEngineScenario : IScenario
{
    const int FillEvents = DecisionStream.Remembered + 200_000;
    const int DefaultSeconds = 5;
    const int Measured = 200_000;

    public string Name => "decision-engine";

    public string Summary => "features, the score of 200 trees and fifty rules for a transaction, on one core, with 100,000 keys in memory";

    public string Unit => "microseconds a transaction";

    public bool LessIsBetter => true;

    public double? Must => 6;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) => new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["processors"] = Environment.ProcessorCount,
        ["seconds"] = arguments.Seconds ?? DefaultSeconds,
        ["keys"] = DecisionStream.Keys,
        ["events_in_memory"] = FillEvents,
        ["features"] = FeaturePlan.Standard.Schema.Length,
        ["inputs"] = ModelInputs.Standard.Count,
        ["trees"] = 200,
        ["leaves"] = 8,
        ["rules"] = FiftyRules.Count,
        ["list_entries"] = FiftyRules.Entries,
    };

    public Task<RunFigures> RunAsync(RunContext context)
    {
        var work = new DecisionWork();
        var began = Stopwatch.GetTimestamp();
        work.Fill(FillEvents, context.Stop);
        Progress.Write($"memory filled in {Stopwatch.GetElapsedTime(began).TotalSeconds:N1} s");

        var seconds = (context.Arguments.Seconds ?? DefaultSeconds) / 3.0;
        // The runtime compiles what runs often once more, in the background.
        _ = Parts(work, seconds / 2, context.Stop);
        var (features, model, rules) = Parts(work, seconds, context.Stop);
        var matched = work.Matched;
        var all = Mean(work, seconds * 2, out var checksum, out var count, context.Stop);
        matched = work.Matched - matched;
        var (p50, p99, p999) = Percentiles(work);
        var allocated = Allocated(work);
        var report = work.Engine.Report();
        return Task.FromResult(new RunFigures
        {
            Value = all,
            P50Ms = p50 / 1000,
            P99Ms = p99 / 1000,
            P999Ms = p999 / 1000,
            Details = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["features_ns"] = features,
                ["model_ns"] = model,
                ["rules_ns"] = rules,
                ["p50_us"] = p50,
                ["p99_us"] = p99,
                ["p999_us"] = p999,
                ["must_p999_us"] = 50,
                ["allocated_bytes_per_transaction"] = allocated,
                ["matched_rules_per_transaction"] = (double)matched / count,
                ["keys"] = report.Kinds.Sum(k => k.Keys),
                ["engine_mb"] = report.Kinds.Sum(k => k.Bytes) / 1e6,
                ["checksum"] = checksum.ToString("E3", CultureInfo.InvariantCulture),
            },
        });
    }

    // Part after part over the same payments. The generator's time is no part of it.
    static (double Features, double Model, double Rules) Parts(DecisionWork work, double seconds, CancellationToken stop)
    {
        long features = 0, model = 0, rules = 0, count = 0;
        while (features + model + rules < seconds * Stopwatch.Frequency)
        {
            stop.ThrowIfCancellationRequested();
            work.Draw();
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < DecisionWork.Batch; i++)
                work.Features(i);
            var observed = Stopwatch.GetTimestamp();
            for (var i = 0; i < DecisionWork.Batch; i++)
                work.Model(i);
            var scored = Stopwatch.GetTimestamp();
            for (var i = 0; i < DecisionWork.Batch; i++)
                work.Rules(i);
            var ended = Stopwatch.GetTimestamp();
            (features, model, rules, count) = (features + observed - began, model + scored - observed, rules + ended - scored, count + DecisionWork.Batch);
        }
        double Nanoseconds(long ticks) => ticks * 1e9 / Stopwatch.Frequency / count;
        return (Nanoseconds(features), Nanoseconds(model), Nanoseconds(rules));
    }

    static double Mean(DecisionWork work, double seconds, out double checksum, out long count, CancellationToken stop)
    {
        long ticks = 0;
        (checksum, count) = (0, 0);
        while (ticks < seconds * Stopwatch.Frequency)
        {
            stop.ThrowIfCancellationRequested();
            work.Draw();
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < DecisionWork.Batch; i++)
                checksum += work.Decide(i).Score;
            ticks += Stopwatch.GetTimestamp() - began;
            count += DecisionWork.Batch;
        }
        return ticks * 1e6 / Stopwatch.Frequency / count;
    }

    static (double P50, double P99, double P999) Percentiles(DecisionWork work)
    {
        var ticks = new long[Measured];
        for (var i = 0; i < ticks.Length; i++)
        {
            if (i % DecisionWork.Batch == 0)
                work.Draw();
            var began = Stopwatch.GetTimestamp();
            work.Decide(i % DecisionWork.Batch);
            ticks[i] = Stopwatch.GetTimestamp() - began;
        }
        Array.Sort(ticks);
        double At(double share) => ticks[(int)(ticks.Length * share)] * 1e6 / Stopwatch.Frequency;
        return (At(0.5), At(0.99), At(0.999));
    }

    // Keys of which windows are still filling grow now and then; all else costs nothing.
    static double Allocated(DecisionWork work)
    {
        var allocated = 0L;
        for (var i = 0; i < Measured; i++)
        {
            if (i % DecisionWork.Batch == 0)
                work.Draw();
            var before = GC.GetAllocatedBytesForCurrentThread();
            work.Decide(i % DecisionWork.Batch);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        return (double)allocated / Measured;
    }
}
