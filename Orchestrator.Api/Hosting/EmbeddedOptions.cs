using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Api.Hosting;

/// <summary>What the service brings along where nobody gives it. Section <c>Embedded</c>.</summary>
public sealed class EmbeddedOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Embedded";

    /// <summary>The embedded broker's port on 127.0.0.1; a free one by default.</summary>
    [Range(1, 65_535)]
    public int? KafkaPort { get; init; }

    /// <summary>The private PostgreSQL's port on 127.0.0.1; a free one by default.</summary>
    [Range(1, 65_535)]
    public int? PostgresPort { get; init; }
}
