using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messaging.Embedded;

/// <summary>Where a <see cref="PrivatePostgres"/> lives and how it is set.</summary>
public sealed record PrivatePostgresOptions
{
    /// <summary>The directory that holds the cluster, its password and its log. Made when it is missing.</summary>
    [Required]
    public string Directory { get; init; } = Path.Combine(".data", "postgres");

    /// <summary>The TCP port on 127.0.0.1; null takes a free one.</summary>
    [Range(1, 65_535)]
    public int? Port { get; init; }

    /// <summary>Where initdb and postgres are; null looks in the usual places.</summary>
    public string? Binaries { get; init; }

    /// <summary>How long a start may take, recovery after a crash included.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StartWithin { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>PostgreSQL's page cache in MB; null takes an eighth of the memory, 128 to 1,024.</summary>
    [Range(16, 65_536)]
    public int? SharedBuffersMegabytes { get; init; }

    /// <summary>
    /// How much of its log a new server makes in advance, in MB, so that no transaction waits while a segment is made: some seconds and as much
    /// disk, once. What has been written is used again from the first checkpoint on. Default 0.
    /// </summary>
    [Range(0, 4_096)]
    public int LogAheadMegabytes { get; init; }

    /// <summary>More server settings, over those that this product chooses.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    internal void Validate() => Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
}
