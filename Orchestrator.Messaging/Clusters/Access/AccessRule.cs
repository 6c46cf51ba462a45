namespace Orchestrator.Messaging.Clusters.Access;

/// <summary>One thing that has to be allowed.</summary>
/// <param name="Resource">What it is about: <c>topic</c>, <c>group</c>, <c>transactional-id</c> or <c>cluster</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsPrefix">Whether the name is what names begin with.</param>
/// <param name="Operation">Kafka's name of the operation: <c>Read</c>, <c>Write</c>, <c>Describe</c>, ...</param>
public sealed record AccessRule(string Resource, string Name, bool IsPrefix, string Operation)
{
    /// <summary>The cluster's own name in rules.</summary>
    public const string ClusterName = "kafka-cluster";
}
