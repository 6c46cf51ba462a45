namespace Orchestrator.Messaging.Replay;

/// <summary>The names of why a replay fails.</summary>
public static class ReplayFailures
{
    /// <summary>Retention had deleted messages of the range before they were read.</summary>
    public const string RetentionGap = "retention_gap";

    /// <summary>The topic is not on the cluster.</summary>
    public const string UnknownTopic = "unknown_topic";

    /// <summary>The topic has no such partition.</summary>
    public const string UnknownPartition = "unknown_partition";

    /// <summary>Another cluster is behind the address than the one whose offsets the bounds are.</summary>
    public const string AnotherCluster = "another_cluster";

    /// <summary>Somebody else has written into the replay's topic, or a former owner's message came late: what stands there is not the range any more.</summary>
    public const string TargetDisturbed = "target_disturbed";

    /// <summary>The replay's topic, or what it had in it, is gone.</summary>
    public const string TargetLost = "target_lost";

    /// <summary>No projection of the name is folded here from this topic.</summary>
    public const string UnknownProjection = "unknown_projection";

    /// <summary>A message cannot be folded.</summary>
    public const string CannotFold = "cannot_fold";

    /// <summary>A message is larger than the replay's topic takes.</summary>
    public const string CannotCopy = "cannot_copy";

    /// <summary>It was begun several times without getting on: it may be what ends the processes that work on it.</summary>
    public const string Abandoned = "abandoned";

    /// <summary>Something went wrong in the service.</summary>
    public const string Internal = "internal";
}

/// <summary>A replay cannot be done, for a reason with a name.</summary>
public sealed class ReplayException(string code, string detail, Exception? inner = null) : Exception($"{code}: {detail}", inner)
{
    /// <summary>One of <see cref="ReplayFailures"/>.</summary>
    public string Code { get; } = code;

    /// <summary>What is wrong, for people.</summary>
    public string Detail { get; } = detail;
}

/// <summary>The replay is another process's by now, or has ended: whatever this one still has under way must not take effect.</summary>
internal sealed class ReplayFencedException(Guid id) : Exception($"The replay {id} is not this process's any more");
