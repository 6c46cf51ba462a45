using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Activity.Segments;

/// <summary>How segments are kept. Section <c>Activity:Segments</c>.</summary>
public sealed class SegmentsOptions
{
    /// <summary>Where it is configured.</summary>
    public const string Section = "Activity:Segments";

    /// <summary>How often it is asked whether a definition has changed, in milliseconds. Default 250.</summary>
    [Range(10, 1_000)]
    public int PollMs { get; set; } = 250;

    /// <summary>How long a lane that says facts by customer rests after a unit of work, in milliseconds: under load several small units become one. Default 5.</summary>
    [Range(0, 1_000)]
    public int FactsRestMs { get; set; } = 5;

    /// <summary>How long a lane that keeps segments rests after a unit of work, in milliseconds. Default 5.</summary>
    [Range(0, 1_000)]
    public int RestMs { get; set; } = 5;

    /// <summary>How many accounts a lane remembers the owners of. Default 10,000.</summary>
    [Range(2, 10_000_000)]
    public int AccountsInMemory { get; set; } = 10_000;

    /// <summary>How many customers a lane remembers. Default 2,000.</summary>
    [Range(2, 1_000_000)]
    public int CustomersInMemory { get; set; } = 2_000;

    /// <summary>How long what has happened on an account waits for its owner to be known, in days. Default 30.</summary>
    [Range(1, 3_650)]
    public int WaitingDays { get; set; } = 30;

    /// <summary>How many customers a second are told to look at their segments again, after a definition has changed. Default 2,000.</summary>
    [Range(1, 1_000_000)]
    public int BackfillPerSecond { get; set; } = 2_000;

    /// <summary>How long after the last of them it is asked who was missed, in milliseconds. Default 2,000.</summary>
    [Range(0, 600_000)]
    public int BackfillSettleMs { get; set; } = 2_000;
}
