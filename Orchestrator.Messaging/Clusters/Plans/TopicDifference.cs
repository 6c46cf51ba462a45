namespace Orchestrator.Messaging.Clusters.Plans;

/// <summary>Where a topic is not as planned, and what can be done about it.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="What">A setting by Kafka's name, or <c>topic</c>, <c>partitions</c>, <c>replication</c>.</param>
/// <param name="Actual">What is; null when there is nothing.</param>
/// <param name="Planned">What should be.</param>
/// <param name="Change">Whether it can be changed without harm.</param>
/// <param name="Leave">The name of the leave that it takes; null for a change that takes none, or that none allows.</param>
/// <param name="Why">What the difference or its change does.</param>
public sealed record TopicDifference(string Topic, string What, string? Actual, string Planned, TopicChange Change, string? Leave, string Why);

/// <summary>How a difference can be mended.</summary>
public enum TopicChange
{
    /// <summary>At once: nothing is lost by it.</summary>
    Safe,

    /// <summary>By whoever says by name that they want its consequences.</summary>
    NeedsLeave,

    /// <summary>Not from here.</summary>
    ByHand,
}
