namespace Orchestrator.Messaging.Schemas.Registry;

/// <summary>A schema as it is sent to a registry.</summary>
/// <param name="Format">Its language.</param>
/// <param name="Text">The schema.</param>
/// <param name="References">The schemas that it speaks of.</param>
/// <param name="Metadata">What else is said about it, a JSON object; null when nothing is.</param>
/// <param name="RuleSet">Rules that clients apply, a JSON object; null when there are none.</param>
public sealed record SentSchema(SchemaFormat Format, string Text, IReadOnlyList<SchemaReference> References, string? Metadata = null, string? RuleSet = null)
{
    /// <summary>A schema that stands alone.</summary>
    public static SentSchema Of(SchemaFormat format, string text) => new(format, text, []);
}

/// <summary>A schema speaks of another.</summary>
/// <param name="Name">By which name: a type's in Avro, an address in JSON Schema, an imported file's in Protobuf.</param>
/// <param name="Subject">Under which subject that one is registered.</param>
/// <param name="Version">As which version; -1 for the latest when it is sent, never when it is stored.</param>
public sealed record SchemaReference(string Name, string Subject, int Version)
{
    /// <summary>The version that stands for the latest.</summary>
    public const int Latest = -1;
}

/// <summary>A schema that is stored.</summary>
/// <param name="Id">Its number, for ever and under whichever subject.</param>
/// <param name="Guid">A name that it has in every registry of this kind, for it follows from the contents.</param>
/// <param name="Schema">What it says.</param>
public sealed record StoredSchema(int Id, Guid Guid, SentSchema Schema);

/// <summary>A version of a subject.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Version">Its number, from 1.</param>
/// <param name="IsDeleted">Whether it was deleted softly.</param>
/// <param name="Stored">The schema.</param>
public sealed record SubjectVersion(string Subject, int Version, bool IsDeleted, StoredSchema Stored);

/// <summary>Which of what is deleted softly counts.</summary>
public enum DeletedVersions
{
    /// <summary>None of it.</summary>
    Hidden,

    /// <summary>All of it, beside what is not deleted.</summary>
    Shown,

    /// <summary>All of it, and nothing else.</summary>
    Only,
}

/// <summary>The names that registries give to formats.</summary>
public static class SchemaTypes
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = ["JSON", "PROTOBUF", "AVRO"];

    /// <summary>The name of a format.</summary>
    public static string Name(SchemaFormat format) => format switch
    {
        SchemaFormat.Json => "JSON",
        SchemaFormat.Avro => "AVRO",
        SchemaFormat.Protobuf => "PROTOBUF",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, message: null),
    };

    /// <summary>The format of a name; Avro when nothing is said, null when there is no such.</summary>
    public static SchemaFormat? Parse(string? name) => name switch
    {
        null or "" or "AVRO" => SchemaFormat.Avro,
        "JSON" => SchemaFormat.Json,
        "PROTOBUF" => SchemaFormat.Protobuf,
        _ => null,
    };
}
