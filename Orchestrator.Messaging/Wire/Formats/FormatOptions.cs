using System.ComponentModel.DataAnnotations;
using Confluent.SchemaRegistry;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>
/// In which format messages are published, topic by topic. Section <c>Messaging:Formats</c>; validated at start. What is read may be in any format, whatever is said here.
/// </summary>
public sealed class FormatOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Messaging:Formats";

    const string Prefix = "schema.registry.";
    const string RequestTimeout = Prefix + "request.timeout.ms";
    const string RequestTimeoutMs = "5000";

    /// <summary>
    /// Where the schema registry is: <c>Url</c>, and any property of Confluent's client by its own name, with or without <c>schema.registry.</c> in front, for instance
    /// <c>basic.auth.user.info</c>. Needed where a topic is in Avro or Protobuf, or may hold such messages.
    /// </summary>
    public Dictionary<string, string> SchemaRegistry { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Formats by the topics' default names: <c>json</c>, <c>avro</c> or <c>protobuf</c>. JSON for those that are not named.</summary>
    public Dictionary<string, string> Topics { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Under which subjects the registry keeps schemas. Default <see cref="SubjectNaming.Record"/>.</summary>
    [EnumDataType(typeof(SubjectNaming))]
    public SubjectNaming Subjects { get; set; } = SubjectNaming.Record;

    /// <summary>Whether a schema of ours that the registry does not know is registered when the service starts. Off where <c>orchestrator schemas register</c> does that. Default on.</summary>
    public bool Register { get; set; } = true;

    /// <summary>How many schemas of writers are kept in memory. Default 1,000.</summary>
    [Range(10, 100_000)]
    public int CachedSchemas { get; set; } = 1_000;

    /// <summary>The registry's address; null when none is configured.</summary>
    internal string? Url => ClientProperties().GetValueOrDefault(Prefix + "url") is { Length: > 0 } url ? url : null;

    /// <summary>How often the client asks; null when nothing is said, or no number.</summary>
    internal int? Retries => int.TryParse(ClientProperties().GetValueOrDefault(Prefix + "max.retries"), System.Globalization.CultureInfo.InvariantCulture, out var retries) ? retries : null;

    /// <summary>A client of the registry.</summary>
    /// <exception cref="ArgumentException">A property that it does not have.</exception>
    internal ISchemaRegistryClient CreateClient()
    {
        var config = new SchemaRegistryConfig();
        foreach (var (name, value) in ClientProperties())
            config.Set(name, value);
        return new CachedSchemaRegistryClient(config);
    }

    Dictionary<string, string> ClientProperties()
    {
        var properties = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [RequestTimeout] = RequestTimeoutMs };
        foreach (var (name, value) in SchemaRegistry)
            properties[name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? name.ToLowerInvariant() : Prefix + name.ToLowerInvariant()] = value;
        return properties;
    }
}
