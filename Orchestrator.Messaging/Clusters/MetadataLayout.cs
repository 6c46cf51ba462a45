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
}
