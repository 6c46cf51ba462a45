using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Broker;

/// <summary>What a <see cref="KafkaBroker"/> starts with.</summary>
public sealed record BrokerOptions
{
    /// <summary>Where topics, records and positions are kept; null keeps them for the life of the process, in files that have no name.</summary>
    public string? Directory { get; init; }

    /// <summary>The TCP port on 127.0.0.1; null takes a free one.</summary>
    [Range(1, 65_535)]
    public int? Port { get; init; }

    /// <summary>A partition begins a new file when its last one is larger, in bytes. Files are deleted whole. Default 16 MiB.</summary>
    [Range(1 << 16, 1 << 30)]
    public int SegmentBytes { get; init; } = 16 << 20;

    /// <summary>What a partition keeps at least, in bytes; -1 keeps everything. A topic may say otherwise (retention.bytes). Default 64 MiB.</summary>
    public long RetentionBytes { get; init; } = 64 << 20;

    /// <summary>The largest record batch, in bytes. Default 4 MiB.</summary>
    [Range(1 << 16, 64 << 20)]
    public int MaxBatchBytes { get; init; } = 4 << 20;

    /// <summary>The largest request, in bytes; a connection that sends a larger one is closed. Default 64 MiB.</summary>
    [Range(1 << 20, 512 << 20)]
    public int MaxRequestBytes { get; init; } = 64 << 20;

    /// <summary>The most connections at once. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int MaxConnections { get; init; } = 1_000;

    /// <summary>The most partitions of all topics together. Default 20,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxPartitions { get; init; } = 20_000;

    /// <summary>Told of a failure while a request was handled, and which: the client's connection is closed then, and it comes again.</summary>
    public Action<string, Exception>? Failed { get; init; }

    internal void Validate() => Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
}
