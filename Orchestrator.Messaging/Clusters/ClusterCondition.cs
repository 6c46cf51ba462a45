namespace Orchestrator.Messaging.Clusters;

/// <summary>How a cluster does, as far as its metadata say.</summary>
/// <param name="Brokers">How many brokers it names.</param>
/// <param name="Topics">How each topic does that was asked about and exists.</param>
public sealed record ClusterCondition(int Brokers, IReadOnlyList<TopicCondition> Topics);

/// <summary>How a topic does.</summary>
/// <param name="Topic">Its actual name.</param>
/// <param name="Partitions">How many partitions it has.</param>
/// <param name="Offline">How many of them have no leader, so that nothing can be written or read.</param>
/// <param name="UnderReplicated">How many have fewer replicas in sync than they should.</param>
public sealed record TopicCondition(string Topic, int Partitions, int Offline, int UnderReplicated);
