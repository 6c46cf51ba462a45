using System.Diagnostics;
using System.Globalization;
using Orchestrator.Benchmarks.Handbook;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>What a decision costs: features and the score of 200 trees, on one core, with memory full of 100,000 keys and a month of their events.</summary>
sealed class DecisionEngineScenario : IScenario
{
    const int FillEvents = DecisionStream.Remembered + 200_000;
    const int TrainRows = 40_000;
    const int DefaultSeconds = 5;
    const int Batch = 4_096;

    public string Name => "decision-engine";

    public string Summary => "features and the score of 200 trees for a transaction, on one core, with 100,000 keys in memory";

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
    };

    public Task<RunFigures> RunAsync(RunContext context)
    {
        var plan = FeaturePlan.Standard;
        var scorer = new TreeScorer(Model(plan), plan.Schema);
        var engine = new FeatureEngine(plan);
        var stream = new DecisionStream();
        var vector = new float[plan.Schema.Length];
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < FillEvents; i++)
        {
            context.Stop.ThrowIfCancellationRequested();
            engine.Observe(stream.Next(), [], vector);
        }
        Progress.Write($"memory filled in {Stopwatch.GetElapsedTime(began).TotalSeconds:N1} s");

        var seconds = (context.Arguments.Seconds ?? DefaultSeconds) / 3.0;
        var events = new FeatureEvent[Batch];
        double sum = 0;
        var features = Mean(seconds / 2, events, stream, batch =>
        {
            foreach (ref readonly var e in batch)
                engine.Observe(e, [], vector);
        });
        var both = Mean(seconds * 2, events, stream, batch =>
        {
            foreach (ref readonly var e in batch)
            {
                engine.Observe(e, [], vector);
                sum += scorer.Raw(vector);
            }
        });
        var score = Mean(seconds / 2, events, stream, batch =>
        {
            foreach (ref readonly var e in batch)
                sum += scorer.Raw(vector);
        });
        var (p50, p99, p999) = Percentiles(engine, scorer, stream, vector);
        var allocated = Allocated(engine, scorer, stream, vector);
        var report = engine.Report();
        return Task.FromResult(new RunFigures
        {
            Value = both,
            P50Ms = p50 / 1000,
            P99Ms = p99 / 1000,
            P999Ms = p999 / 1000,
            Details = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["features_us"] = features,
                ["score_of_same_vector_us"] = score,
                ["p50_us"] = p50,
                ["p99_us"] = p99,
                ["p999_us"] = p999,
                ["must_p999_us"] = 50,
                ["allocated_bytes_per_transaction"] = allocated,
                ["keys"] = report.Kinds.Sum(k => k.Keys),
                ["engine_mb"] = report.Kinds.Sum(k => k.Bytes) / 1e6,
                ["checksum"] = sum.ToString("E3", CultureInfo.InvariantCulture),
            },
        });
    }

    /// <summary>Two hundred trees, grown from payments whose outcome can be learnt.</summary>
    internal static TreeModel Model(FeaturePlan plan)
    {
        var rows = LabelledRows.Replay(new DecisionStream().Labelled(TrainRows * 4), plan, e => e.Id > TrainRows * 3);
        return TreeTrainer.Grow(rows, new TrainingOptions { LearningRate = 0.1 }, "measured");
    }

    delegate void Step(ReadOnlySpan<FeatureEvent> batch);

    // The generator's time is no part of it.
    static double Mean(double seconds, FeatureEvent[] events, DecisionStream stream, Step step)
    {
        long ticks = 0, count = 0;
        while (ticks < seconds * Stopwatch.Frequency)
        {
            for (var i = 0; i < events.Length; i++)
                events[i] = stream.Next();
            var began = Stopwatch.GetTimestamp();
            step(events);
            ticks += Stopwatch.GetTimestamp() - began;
            count += events.Length;
        }
        return ticks * 1e6 / Stopwatch.Frequency / count;
    }

    static (double P50, double P99, double P999) Percentiles(FeatureEngine engine, TreeScorer scorer, DecisionStream stream, float[] vector)
    {
        var ticks = new long[200_000];
        for (var i = 0; i < ticks.Length; i++)
        {
            var e = stream.Next();
            var began = Stopwatch.GetTimestamp();
            engine.Observe(e, [], vector);
            _ = scorer.Raw(vector);
            ticks[i] = Stopwatch.GetTimestamp() - began;
        }
        Array.Sort(ticks);
        double At(double share) => ticks[(int)(ticks.Length * share)] * 1e6 / Stopwatch.Frequency;
        return (At(0.5), At(0.99), At(0.999));
    }

    // Keys of which windows are still filling grow now and then; the score and the vector cost nothing.
    static double Allocated(FeatureEngine engine, TreeScorer scorer, DecisionStream stream, float[] vector)
    {
        const int Events = 200_000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Events; i++)
        {
            engine.Observe(stream.Next(), [], vector);
            _ = scorer.Raw(vector);
        }
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Events;
    }
}
