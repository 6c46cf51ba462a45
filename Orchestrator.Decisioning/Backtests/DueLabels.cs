using System.Runtime.InteropServices;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>
/// Labels of transactions that have been seen, until they are known: when they became known in the business, and not before the transaction is as old as the delay of labels.
/// Features hear of none of them sooner.
/// </summary>
/// <param name="plan">Whose delay, and whose windows.</param>
sealed class DueLabels(FeaturePlan plan)
{
    /// <summary>The most that wait: some 300 MB.</summary>
    public const int Most = 2_000_000;

    readonly PriorityQueue<Due, long> _waiting = new();
    readonly long _delayMs = (long)plan.LabelDelay.TotalMilliseconds;
    readonly long _reachMs = (long)WarmUp.Reach(plan).TotalMilliseconds;

    /// <summary>How many wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>How many were told.</summary>
    public long Told { get; private set; }

    /// <summary>Remembers what was said about a transaction.</summary>
    /// <param name="taken">The transaction.</param>
    /// <param name="labels">Its labels, the one that counts first.</param>
    /// <exception cref="BacktestException">Too many wait.</exception>
    public void Add(in FeatureEvent taken, IReadOnlyList<PastLabel> labels)
    {
        // From the one that counts down: what is overruled before it is known is never known. A first word that it is genuine changes nothing, and most labels are that.
        var overruledFromMs = long.MaxValue;
        for (var i = 0; i < labels.Count; i++)
        {
            var knownMs = KnownMs(taken.AtMs, labels[i]);
            if (knownMs >= overruledFromMs || knownMs - taken.AtMs > _reachMs)
                continue;
            overruledFromMs = knownMs;
            if (labels[i].IsFraud || MayOverrule(taken.AtMs, labels, i, knownMs))
                Enqueue(new Due(taken, labels[i].IsFraud), knownMs);
        }
    }

    /// <summary>Tells <paramref name="engine"/> all that is known at a time.</summary>
    public void Tell(long atMs, FeatureEngine engine)
    {
        while (_waiting.TryPeek(out var due, out var knownMs) && knownMs <= atMs)
        {
            _waiting.Dequeue();
            engine.Label(due.Event, due.IsFraud);
            Told++;
        }
    }

    // Rounded up: what becomes known within a millisecond is not known when it begins.
    long KnownMs(long atMs, in PastLabel label)
    {
        var known = (label.EffectiveAt ?? label.LabelledAt).AddTicks(TimeSpan.TicksPerMillisecond - 1).ToUnixTimeMilliseconds();
        return Math.Max(known, atMs + _delayMs);
    }

    // Whether an earlier word, known before, may have said that it was fraud.
    bool MayOverrule(long atMs, IReadOnlyList<PastLabel> labels, int index, long knownMs)
    {
        for (var i = index + 1; i < labels.Count; i++)
        {
            if (labels[i].IsFraud && KnownMs(atMs, labels[i]) < knownMs)
                return true;
        }
        return false;
    }

    void Enqueue(in Due due, long knownMs)
    {
        if (_waiting.Count == Most)
            throw new BacktestException("too_many_labels", $"More than {Most:N0} labels wait to become known; take a shorter time.");
        _waiting.Enqueue(due, knownMs);
    }

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Due(FeatureEvent Event, bool IsFraud);
}
