namespace Orchestrator.Decisioning.Features;

/// <summary>Some kinds of keys, with one watermark for all of them.</summary>
sealed class KeyPartition
{
    /// <summary>Before every event, and far enough from the end of the numbers to subtract windows from.</summary>
    public const long BeforeAll = long.MinValue / 4;

    readonly KeySpace?[] _spaces = new KeySpace?[KeyKinds.Count];
    readonly long _latenessMs;

    public KeyPartition(FeaturePlan plan, IEnumerable<KeyKind> kinds, FeatureEngineOptions options, IKeyStateStore? store)
    {
        options.Validate();
        Plan = plan;
        Options = options;
        _latenessMs = (long)options.Lateness.TotalMilliseconds;
        foreach (var kind in kinds)
        {
            // Accounts always: duplicates are found there, and an amount is high or not by the account's own.
            if (plan.Keys[(int)kind].IsUsed || kind == KeyKind.Account)
                _spaces[(int)kind] = new KeySpace(plan.Keys[(int)kind], options, store);
        }
    }

    public FeaturePlan Plan { get; }

    public FeatureEngineOptions Options { get; }

    /// <summary>The newest event, or the time at which it was received where that is earlier.</summary>
    public long NewestMs { get; set; } = BeforeAll;

    /// <summary>Events before this are too late.</summary>
    public long WatermarkMs => NewestMs - _latenessMs;

    public ReadOnlySpan<KeySpace?> Spaces => _spaces;

    /// <summary>How far behind the watermark an event can still be looked at; with <see cref="Measure.SecondsSinceLast"/> as long as its key is known.</summary>
    public long KeepMs
    {
        get
        {
            var used = _spaces.OfType<KeySpace>().Where(s => s.Plan.IsUsed).ToList();
            var spanMs = used.Count == 0 ? 0 : used.Max(s => s.Plan.SpanMs);
            return used.Exists(s => s.Plan.Steps.Any(p => p.Measure == Measure.SecondsSinceLast))
                ? Math.Max(spanMs, (long)Options.IdleAfter.TotalMilliseconds)
                : spanMs;
        }
    }

    public void Advance(in FeatureEvent taken)
    {
        var at = taken.ReceivedMs > 0 ? Math.Min(taken.AtMs, taken.ReceivedMs) : taken.AtMs;
        if (at > NewestMs)
            NewestMs = at;
    }

    public FeatureEngineReport Report() => new(
        WatermarkMs,
        [.. _spaces.OfType<KeySpace>().Select(s => new KeyKindReport(s.Plan.Kind, s.Count, s.Bytes, s.Counts with { }))]);
}
