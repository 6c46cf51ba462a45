using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Messaging.Schemas.Registry;

namespace Orchestrator.Api.Registry;

/// <summary>A schema as clients of registries send it.</summary>
sealed record SchemaRequest
{
    /// <summary>The schema, as text whatever its language.</summary>
    public string? Schema { get; set; }

    /// <summary>Its language; Avro when nothing is said.</summary>
    public string? SchemaType { get; set; }

    /// <summary>What it speaks of.</summary>
    public IReadOnlyList<ReferenceView>? References { get; set; }

    /// <summary>What else is said about it.</summary>
    public JsonElement? Metadata { get; set; }

    /// <summary>Rules that clients apply.</summary>
    public JsonElement? RuleSet { get; set; }

    /// <summary>The number that it should have.</summary>
    public int? Id { get; set; }

    /// <summary>The version that it should be.</summary>
    public int? Version { get; set; }

    /// <summary>What is not known here.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    /// <summary>The schema.</summary>
    /// <exception cref="RegistryException">It is none.</exception>
    public SentSchema Read()
    {
        if (string.IsNullOrWhiteSpace(Schema))
            throw Refusals.InvalidSchema("Empty schema");
        // Who brings numbers of another registry along would be given others.
        if (Id is > 0 || Version is > 0)
            throw Refusals.NotPermitted("Subject is not in import mode: ids and versions are given here");
        return new SentSchema(
            SchemaTypes.Parse(SchemaType) ?? throw Refusals.InvalidSchema($"Invalid schema type {SchemaType}: {string.Join(", ", SchemaTypes.All)}"),
            Schema, [.. References?.Select(r => r.Read()) ?? []], Object(Metadata, "metadata"), Object(RuleSet, "ruleSet"));
    }

    static string? Object(JsonElement? given, string name) => given switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.Object } o => o.GetRawText(),
        _ => throw new RegistryException(422, $"{name} is a JSON object"),
    };
}

/// <summary>A schema speaks of another.</summary>
sealed record ReferenceView(string? Name, string? Subject, int? Version)
{
    /// <summary>The reference.</summary>
    /// <exception cref="RegistryException">Something of it is missing.</exception>
    public SchemaReference Read() => string.IsNullOrEmpty(Name) || string.IsNullOrEmpty(Subject) || Version is not (> 0 or SchemaReference.Latest)
        ? throw Refusals.InvalidSchema("Invalid schema: a reference has a name, a subject and a version")
        : new SchemaReference(Name, Subject, Version.Value);

    /// <summary>References as they are answered; null when there are none.</summary>
    public static IReadOnlyList<ReferenceView>? Of(SentSchema schema) =>
        schema.References.Count == 0 ? null : [.. schema.References.Select(r => new ReferenceView(r.Name, r.Subject, r.Version))];
}

/// <summary>A version of a subject, or a schema without one. Avro is not named, as clients expect it.</summary>
sealed record SchemaView(
    string? Subject, int? Version, int? Id, Guid Guid, string? SchemaType, IReadOnlyList<ReferenceView>? References, JsonElement? Metadata, JsonElement? RuleSet, string Schema, bool? Deleted,
    int? MaxId = null)
{
    /// <summary>A version.</summary>
    public static SchemaView Of(SubjectVersion version) => Of(version.Stored) with
    {
        Subject = version.Subject, Version = version.Version, Id = version.Stored.Id, Deleted = version.IsDeleted ? true : null,
    };

    /// <summary>A schema, whose number the asker knows.</summary>
    public static SchemaView Of(StoredSchema stored)
    {
        var schema = stored.Schema;
        var type = SchemaTypes.Name(schema.Format);
        return new SchemaView(null, null, null, stored.Guid, type is "AVRO" ? null : type, ReferenceView.Of(schema), Object(schema.Metadata), Object(schema.RuleSet), schema.Text, null);
    }

    static JsonElement? Object(string? json) => json is null ? null : JsonElement.Parse(json);
}

/// <summary>Where a schema is registered.</summary>
sealed record PlaceView(string Subject, int Version);

/// <summary>What is asked of a subject's next version, when it is said.</summary>
sealed record ConfigRequest
{
    /// <summary>What is asked.</summary>
    public string? Compatibility { get; set; }

    /// <summary>What is not known here.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>What is asked of a subject's next version. Clients look for it under either name: the one when they ask, the other when they have said it.</summary>
sealed record ConfigView(string CompatibilityLevel, string? Compatibility = null);

/// <summary>Whether a subject may be written to.</summary>
sealed record ModeView(string Mode);

/// <summary>Whether a schema could be registered, and why not.</summary>
sealed record CompatibilityView([property: JsonPropertyName("is_compatible")] bool IsCompatible, IReadOnlyList<string>? Messages);

/// <summary>What a registry refuses.</summary>
sealed record RefusalView([property: JsonPropertyName("error_code")] int ErrorCode, string Message);

/// <summary>The JSON of registries.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SchemaRequest))]
[JsonSerializable(typeof(ConfigRequest))]
[JsonSerializable(typeof(SchemaView))]
[JsonSerializable(typeof(IReadOnlyList<SchemaView>))]
[JsonSerializable(typeof(IReadOnlyList<PlaceView>))]
[JsonSerializable(typeof(ConfigView))]
[JsonSerializable(typeof(ModeView))]
[JsonSerializable(typeof(CompatibilityView))]
[JsonSerializable(typeof(RefusalView))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<int>))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(Dictionary<string, string>))]
sealed partial class RegistryJson : JsonSerializerContext;
