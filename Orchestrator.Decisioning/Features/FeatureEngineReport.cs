namespace Orchestrator.Decisioning.Features;

/// <summary>What an engine holds and what has happened to it.</summary>
/// <param name="WatermarkMs">Events before this are too late to be counted, Unix milliseconds; the least possible before the first event.</param>
/// <param name="Kinds">By kind of key, those that the vector needs.</param>
public sealed record FeatureEngineReport(long WatermarkMs, IReadOnlyList<KeyKindReport> Kinds)
{
    /// <summary>What the lane remembers to have brought to keys that lanes share; null when it shares none.</summary>
    public SharedEventsReport? Shared { get; init; }
}

/// <summary>What a lane remembers to have brought to keys that lanes share.</summary>
/// <param name="Events">How many events.</param>
/// <param name="Bytes">What they take, about.</param>
/// <param name="Overflowed">How many left before their time since the engine began: after a restart the shared keys do not know those.</param>
public sealed record SharedEventsReport(int Events, long Bytes, long Overflowed);

/// <summary>One kind of key.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Keys">How many are in memory.</param>
/// <param name="Bytes">What they take, about.</param>
/// <param name="Counts">What has happened.</param>
public sealed record KeyKindReport(KeyKind Kind, int Keys, long Bytes, KeyCounts Counts);

/// <summary>What has happened to the keys of a kind since the engine began; part of a snapshot.</summary>
public sealed record KeyCounts
{
    /// <summary>Events that were counted.</summary>
    public long Events { get; internal set; }

    /// <summary>Of those, how many came late and were counted at their place.</summary>
    public long Late { get; internal set; }

    /// <summary>Events that came too late and were not counted.</summary>
    public long TooLate { get; internal set; }

    /// <summary>Events that had come before.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Events that a key with too many of them has dropped early.</summary>
    public long Truncated { get; internal set; }

    /// <summary>Keys that left memory.</summary>
    public long Evicted { get; internal set; }

    /// <summary>Keys that the store gave back.</summary>
    public long Returned { get; internal set; }

    /// <summary>Keys whose bytes the store gave back in a form that cannot be read; they begin anew.</summary>
    public long Unreadable { get; internal set; }

    /// <summary>Labels that found their event.</summary>
    public long Labels { get; internal set; }

    /// <summary>Labels whose event is not remembered.</summary>
    public long LabelsUnmatched { get; internal set; }
}
