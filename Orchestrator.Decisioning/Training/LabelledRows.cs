using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Training;

/// <summary>Vectors of past transactions with their labels, in the order of time.</summary>
public sealed class LabelledRows
{
    readonly List<float[]> _vectors = [];
    readonly List<LabelledEvent> _events = [];

    LabelledRows(FeatureSchema schema) => Schema = schema;

    /// <summary>What the vectors mean.</summary>
    public FeatureSchema Schema { get; }

    /// <summary>How many rows.</summary>
    public int Count => _events.Count;

    /// <summary>How many of them are frauds.</summary>
    public int Frauds => _events.Count(e => e.IsFraud);

    /// <summary>The vector of a row.</summary>
    public ReadOnlySpan<float> Vector(int row) => _vectors[row];

    /// <summary>The transaction of a row.</summary>
    public LabelledEvent this[int row] => _events[row];

    /// <summary>Those rows for which <paramref name="which"/> is true.</summary>
    public LabelledRows Where(Func<LabelledEvent, bool> which)
    {
        var chosen = new LabelledRows(Schema);
        for (var i = 0; i < Count; i++)
        {
            if (which(_events[i]))
                chosen.Add(_vectors[i], _events[i]);
        }
        return chosen;
    }

    /// <summary>
    /// Plays history through the live engine, as it would have come: a label is told when the transaction is as old as the plan's delay, no sooner. So what a model
    /// learns from is what it will see.
    /// </summary>
    /// <param name="history">In the order of time.</param>
    /// <param name="plan">What is computed.</param>
    /// <param name="keep">Of which transactions the vectors are wanted: all others only make history.</param>
    /// <param name="options">The engine's bounds.</param>
    public static LabelledRows Replay(IEnumerable<LabelledEvent> history, FeaturePlan plan, Func<FeatureEvent, bool> keep, FeatureEngineOptions? options = null)
    {
        var engine = new FeatureEngine(plan, options);
        var rows = new LabelledRows(plan.Schema);
        var untold = new Queue<FeatureEvent>();
        var delayMs = (long)plan.LabelDelay.TotalMilliseconds;
        var vector = new float[plan.Schema.Length];
        foreach (var past in history)
        {
            while (untold.TryPeek(out var fraud) && fraud.AtMs <= past.Event.AtMs - delayMs)
                engine.Label(untold.Dequeue(), isFraud: true);
            engine.Observe(past.Event, [], vector);
            if (past.IsFraud)
                untold.Enqueue(past.Event);
            if (keep(past.Event))
                rows.Add(vector.ToArray(), past);
        }
        return rows;
    }

    void Add(float[] vector, LabelledEvent labelled)
    {
        _vectors.Add(vector);
        _events.Add(labelled);
    }
}
