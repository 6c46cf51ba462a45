using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Activity;

/// <summary>How visitors are followed. Section <c>Activity</c>.</summary>
public sealed class ActivityOptions
{
    /// <summary>Where it is configured.</summary>
    public const string Section = "Activity";

    /// <summary>The gap that ends a session, in minutes: an event later than that begins the next. Default 30, as web analytics has it.</summary>
    [Range(1, 24 * 60)]
    public int SessionGapMinutes { get; set; } = 30;

    /// <summary>How late an event may be, against the latest of its lane, and still count, in minutes. Default 10.</summary>
    [Range(0, 24 * 60)]
    public int AllowedLatenessMinutes { get; set; } = 10;

    /// <summary>How many visitors are remembered, over all lanes; who was not there for longest is forgotten first, and new when he comes again. Default 1,000,000.</summary>
    [Range(1_000, 100_000_000)]
    public int MaxVisitors { get; set; } = 1_000_000;

    /// <summary>How often what has changed is stored, in milliseconds. Default 250.</summary>
    [Range(10, 60_000)]
    public int StoreEveryMs { get; set; } = 250;
}
