using System.ComponentModel.DataAnnotations;
using Orchestrator.Activity.Funnels;

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

    /// <summary>How long a known customer's session goes on, in milliseconds of event time, before it is observed again. Default 1,000.</summary>
    [Range(0, 3_600_000)]
    public int ObserveEveryMs { get; set; } = 1_000;

    /// <summary>How long a lane works on after a snapshot of what it remembers before it takes the next, seconds. Default 60.</summary>
    [Range(1, 3_600)]
    public int SnapshotSeconds { get; set; } = 60;

    /// <summary>After how many messages a lane takes a snapshot whatever the time: so many are gone through again after a crash. Default 2,000,000.</summary>
    [Range(1_000, 100_000_000)]
    public int SnapshotMessages { get; set; } = 2_000_000;

    /// <summary>The ways that visitors are followed along; none by default.</summary>
    public IList<FunnelOptions> Funnels { get; } = [];

    /// <summary>What is wrong with the funnels; null when nothing is.</summary>
    internal string? Problem => FunnelPlan.Problem(Funnels);
}
