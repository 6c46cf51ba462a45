using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messaging.Configuration;

/// <summary>How lanes run. Section <c>Messaging</c>; validated at start.</summary>
public sealed class MessagingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Messaging";

    /// <summary>How many partitions, and so lanes, each group has. Every topic of a group must have as many. Default 8.</summary>
    [Range(1, 1024)]
    public int Partitions { get; set; } = Contracts.Topics.DefaultPartitions;

    /// <summary>The most messages of one unit of work. Default 500.</summary>
    [Range(1, 10_000)]
    public int MaxBatch { get; set; } = 500;

    /// <summary>How many units of work this process decides at once, over all its lanes. Default 0: twice the number of processors.</summary>
    [Range(0, 1_024)]
    public int MaxConcurrentUnits { get; set; }

    /// <summary>How many transactions this process commits at once, over all its lanes. Default 0: the number of processors.</summary>
    [Range(0, 1_024)]
    public int MaxConcurrentCommits { get; set; }

    /// <summary>How many messages a lane holds in memory before it stops reading; it reads on below half. Default 4,000.</summary>
    [Range(100, 1_000_000)]
    public int LaneBufferMessages { get; set; } = 4_000;

    /// <summary>How many bytes a lane holds in memory before it stops reading. Default 16 MiB.</summary>
    [Range(1 << 20, 1 << 30)]
    public int LaneBufferBytes { get; set; } = 16 << 20;

    /// <summary>How many published messages of a lane may wait for the broker's acknowledgement before it pauses. Default 20,000.</summary>
    [Range(100, 1_000_000)]
    public int MaxUnacknowledged { get; set; } = 20_000;

    /// <summary>How often a member shows that it is alive and looks after its share of lanes, in milliseconds. Default 500.</summary>
    [Range(50, 60_000)]
    public int HeartbeatMs { get; set; } = 500;

    /// <summary>How long a member that is cut off from the database keeps its lanes, in milliseconds. A killed one loses them at once. Default 10,000.</summary>
    [Range(1_000, 600_000)]
    public int LeaseMs { get; set; } = 10_000;

    /// <summary>How often a message that raised an error is tried before it is parked. Default 3.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>The first pause after a transient failure, in milliseconds; it doubles up to <see cref="MaxBackoffMs"/>. Default 50.</summary>
    [Range(1, 60_000)]
    public int BackoffMs { get; set; } = 50;

    /// <summary>The longest pause after a transient failure, in milliseconds. Default 5,000.</summary>
    [Range(1, 600_000)]
    public int MaxBackoffMs { get; set; } = 5_000;

    /// <summary>How long a stop waits for the units of work under way and their acknowledgements, in milliseconds. Default 10,000.</summary>
    [Range(100, 600_000)]
    public int DrainMs { get; set; } = 10_000;

    /// <summary>How long the inbox remembers ids, in days. Default 7.</summary>
    [Range(1, 3_650)]
    public int InboxDays { get; set; } = 7;

    /// <summary>What to do when another Kafka cluster is behind this database, or a stored position is gone from it.</summary>
    public LostPositionPolicy OnLostPosition { get; set; } = LostPositionPolicy.Halt;

    /// <summary>
    /// Once the database was restored to an earlier time than Kafka: that time, the instant of its last transaction (<c>select pg_last_xact_replay_timestamp()</c>). What lanes published
    /// between it and <see cref="RestoredAt"/> is passed over, for the database has forgotten that it did it, and does it again from what others published. With both, or with neither.
    /// </summary>
    public DateTimeOffset? RestoredTo { get; set; }

    /// <summary>Any instant after the last process of the time before the restore had ended, and before the first one was started again.</summary>
    public DateTimeOffset? RestoredAt { get; set; }

    /// <summary>How long a lane pauses after so many transient failures one after the other.</summary>
    internal TimeSpan PauseAfter(int failures) => TimeSpan.FromMilliseconds(Math.Min(MaxBackoffMs, BackoffMs * Math.Pow(2, Math.Min(failures - 1, 16))));

    internal int ConcurrentUnits => MaxConcurrentUnits > 0 ? MaxConcurrentUnits : 2 * Environment.ProcessorCount;

    internal int ConcurrentCommits => MaxConcurrentCommits > 0 ? MaxConcurrentCommits : Environment.ProcessorCount;
}

/// <summary>What to do when stored positions mean nothing any more: a new cluster, or messages deleted before they were read.</summary>
public enum LostPositionPolicy
{
    /// <summary>Do not go on: an operator looks first. The default.</summary>
    Halt,

    /// <summary>Record it, say so loudly, and read what is there from the beginning; the inbox drops what took effect before.</summary>
    Earliest,
}
