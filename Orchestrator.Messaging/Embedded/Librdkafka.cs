using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Orchestrator.Messaging.Embedded;

/// <summary>
/// The functions of librdkafka that Confluent.Kafka does not surface, called in the very copy of the library that it has loaded itself.
/// </summary>
internal static partial class Librdkafka
{
    const string Library = "librdkafka";

    internal const int ClientIsProducer = 0;
    internal const int ConfigurationAccepted = 0;
    internal const int ErrorTextBytes = 512;

    static Librdkafka() => NativeLibrary.SetDllImportResolver(typeof(Librdkafka).Assembly, Resolve);

    // The same candidates in the same order, looked up as if by Confluent.Kafka's own assembly, end at the same file, which the operating
    // system loads once. librdkafka.so links libsasl2, which a bare machine lacks; the build named after CentOS 8 does without.
    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Library)
        {
            return 0;
        }

        var confluent = typeof(Handle).Assembly;
        foreach (var candidate in Candidates())
        {
            if (NativeLibrary.TryLoad(candidate, confluent, searchPath: null, out var handle))
            {
                return handle;
            }
        }

        throw new DllNotFoundException("librdkafka, the native library of Confluent.Kafka, could not be loaded.");
    }

    static string[] Candidates()
    {
        if (!OperatingSystem.IsLinux())
        {
            return [Library];
        }

        return RuntimeInformation.RuntimeIdentifier.StartsWith("alpine", StringComparison.Ordinal)
            || RuntimeInformation.RuntimeIdentifier.StartsWith("linux-musl", StringComparison.Ordinal)
                ? ["alpine-librdkafka"]
                : [Library, "centos8-librdkafka"];
    }

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
    internal static partial nint ConfigurationNew();

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_destroy")]
    internal static partial void ConfigurationDestroy(nint configuration);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ConfigurationSet(nint configuration, string name, string value, Span<byte> error, nuint errorBytes);

    // Takes the configuration over when it succeeds, and only then.
    [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
    internal static partial nint ClientNew(int kind, nint configuration, Span<byte> error, nuint errorBytes);

    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy")]
    internal static partial void ClientDestroy(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_clusterid")]
    internal static partial nint ClusterId(nint client, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mem_free")]
    internal static partial void MemoryFree(nint client, nint memory);

    [LibraryImport(Library, EntryPoint = "rd_kafka_metadata")]
    internal static partial ErrorCode Metadata(nint client, int allTopics, nint onlyTopic, out nint metadata, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "rd_kafka_metadata_destroy")]
    internal static partial void MetadataDestroy(nint metadata);

    [LibraryImport(Library, EntryPoint = "rd_kafka_query_watermark_offsets", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode QueryWatermarkOffsets(
        nint client, string topic, int partition, out long low, out long high, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_new")]
    internal static partial nint MockClusterNew(nint client, int brokers);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    internal static partial void MockClusterDestroy(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    internal static partial nint MockClusterBootstraps(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_set_controller_id")]
    internal static partial ErrorCode MockSetControllerId(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode MockTopicCreate(nint cluster, string topic, int partitions, int replicationFactor);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_delete", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode MockTopicDelete(nint cluster, string topic);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_partition_delete_records", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode MockPartitionDeleteRecords(nint cluster, string topic, int partition, long beforeOffset);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_down")]
    internal static partial ErrorCode MockBrokerSetDown(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_up")]
    internal static partial ErrorCode MockBrokerSetUp(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_rtt")]
    internal static partial ErrorCode MockBrokerSetRoundTrip(nint cluster, int broker, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_host_port", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void MockBrokerSetHostPort(nint cluster, int broker, string host, int port);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    internal static partial void MockPushRequestErrors(nint cluster, short apiKey, nuint count, ReadOnlySpan<int> errors);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_clear_request_errors")]
    internal static partial void MockClearRequestErrors(nint cluster, short apiKey);
}
