using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Messaging.Clusters;

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

    /// <summary>What is wrong with a client property; null when nothing is. A secret is never shown.</summary>
    internal static string? Problem(string name, string value)
    {
        // Those are for Confluent.Kafka itself.
        if (name.StartsWith("dotnet.", StringComparison.Ordinal))
            return null;
        Span<byte> error = stackalloc byte[ErrorTextBytes];
        var configuration = ConfigurationNew();
        try
        {
            if (ConfigurationSet(configuration, name, value, error, (nuint)error.Length) == ConfigurationAccepted)
                return null;
            var end = error.IndexOf((byte)0);
            var text = Secrets.IsSecret(name) ? "its value is not accepted" : System.Text.Encoding.UTF8.GetString(end < 0 ? error : error[..end]);
            return $"unknown_client_property: Kafka:{name} is no property of the client library, or not with this value: {text}";
        }
        finally
        {
            ConfigurationDestroy(configuration);
        }
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

    [LibraryImport(Library, EntryPoint = "rd_kafka_oauthbearer_set_token", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode SetToken(
        nint client, string token, long expiresUnixMs, string principal, nint extensions, nuint extensionsCount, Span<byte> error, nuint errorBytes);

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
}
