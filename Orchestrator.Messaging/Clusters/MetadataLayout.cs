using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Orchestrator.Messaging.Clusters;

/// <summary>Reads rd_kafka_metadata_t, whose layout is part of librdkafka's stable interface.</summary>
internal static class MetadataLayout
{
    internal static Dictionary<string, int> TopicPartitions(nint metadata)
    {
        var answer = Marshal.PtrToStructure<Answer>(metadata);
        var topics = new Dictionary<string, int>(answer.TopicCount, StringComparer.Ordinal);
        for (var index = 0; index < answer.TopicCount; index++)
        {
            var topic = Marshal.PtrToStructure<Topic>(answer.Topics + (index * Marshal.SizeOf<Topic>()));
            if (topic.Error == ErrorCode.NoError)
            {
                topics[Marshal.PtrToStringUTF8(topic.Name)!] = topic.PartitionCount;
            }
        }

        return topics;
    }

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
