using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Orchestrator.Messaging.Clusters;

/// <summary>Reads of rd_kafka_metadata_t, beside <see cref="MetadataLayout"/>, how partitions do.</summary>
internal static class MetadataPartitions
{
    internal static ClusterCondition Condition(nint metadata, IReadOnlyCollection<string> topics)
    {
        var answer = Marshal.PtrToStructure<Answer>(metadata);
        var named = topics.ToHashSet(StringComparer.Ordinal);
        var conditions = new List<TopicCondition>();
        for (var index = 0; index < answer.TopicCount; index++)
        {
            var topic = Marshal.PtrToStructure<Topic>(answer.Topics + (index * Marshal.SizeOf<Topic>()));
            if (topic.Error == ErrorCode.NoError && Marshal.PtrToStringUTF8(topic.Name) is { } name && named.Contains(name))
                conditions.Add(Of(name, topic));
        }
        return new ClusterCondition(answer.BrokerCount, conditions);
    }

    static TopicCondition Of(string name, Topic topic)
    {
        var (offline, lagging) = (0, 0);
        for (var index = 0; index < topic.PartitionCount; index++)
        {
            var partition = Marshal.PtrToStructure<Partition>(topic.Partitions + (index * Marshal.SizeOf<Partition>()));
            if (partition.Leader < 0 || partition.Error == ErrorCode.LeaderNotAvailable)
                offline++;
            if (partition.InSyncCount < partition.ReplicaCount)
                lagging++;
        }
        return new TopicCondition(name, topic.PartitionCount, offline, lagging);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Answer
    {
        public int BrokerCount;
        public nint Brokers;
        public int TopicCount;
        public nint Topics;
        public int OriginBrokerId;
        public nint OriginBrokerName;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Topic
    {
        public nint Name;
        public int PartitionCount;
        public nint Partitions;
        public ErrorCode Error;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Partition
    {
        public int Id;
        public ErrorCode Error;
        public int Leader;
        public int ReplicaCount;
        public nint Replicas;
        public int InSyncCount;
        public nint InSync;
    }
}

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
