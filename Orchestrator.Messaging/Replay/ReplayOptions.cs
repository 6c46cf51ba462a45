using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messaging.Replay;

/// <summary>How replays are worked on; section <c>Replays</c>. Validated at start.</summary>
public sealed class ReplayOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Replays";

    /// <summary>How often a process looks whether one waits, milliseconds. Default 1,000.</summary>
    [Range(20, 60_000)]
    public int PollMs { get; init; } = 1_000;

    /// <summary>How long a lease lasts, milliseconds: what a dead process leaves is gone on with after it. A quarter of it is how long a copy may take to
    /// reach the broker before the run is begun anew. Default 60,000.</summary>
    [Range(1_000, 600_000)]
    public int LeaseMs { get; init; } = 60_000;

    /// <summary>How often it is written down how far a replay is, milliseconds. Default 500.</summary>
    [Range(10, 10_000)]
    public int CheckpointMs { get; init; } = 500;

    /// <summary>How many replays may wait, run and be paused; more are refused. Default 20.</summary>
    [Range(1, 1_000)]
    public int MostOpen { get; init; } = 20;

    /// <summary>How many messages that were read wait in memory, a partition. Default 256.</summary>
    [Range(1, 10_000)]
    public int AheadMessages { get; init; } = 256;

    /// <summary>How many bytes that were read wait in memory, all partitions together, beyond one message of each. Default 16 MiB.</summary>
    [Range(1 << 16, 1 << 30)]
    public int AheadBytes { get; init; } = 16 << 20;

    /// <summary>How many copies may wait for the broker's acknowledgement, and how many events are folded in one transaction. Default 1,000.</summary>
    [Range(1, 10_000)]
    public int MaxUnderWay { get; init; } = 1_000;

    /// <summary>How many days a replay that has ended is remembered. Who asked for it, and why, is kept on. Default 400.</summary>
    [Range(8, 3_650)]
    public int KeptDays { get; init; } = 400;

    internal TimeSpan Lease => TimeSpan.FromMilliseconds(LeaseMs);

    internal TimeSpan Checkpoint => TimeSpan.FromMilliseconds(CheckpointMs);
}
