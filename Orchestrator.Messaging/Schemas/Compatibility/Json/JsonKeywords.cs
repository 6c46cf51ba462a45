using System.Text.Json.Nodes;

namespace Orchestrator.Messaging.Schemas.Compatibility.Json;

/// <summary>The words of JSON Schema: those that are compared, those that only describe, and the rest, about which nothing is guessed.</summary>
static class JsonKeywords
{
    static readonly HashSet<string> Compared = new(StringComparer.Ordinal)
    {
        "type", "enum", "const", "maxLength", "minLength", "pattern", "format", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "multipleOf", "items",
        "prefixItems", "maxItems", "minItems", "uniqueItems", "properties", "required", "additionalProperties", "maxProperties", "minProperties", "allOf", "anyOf", "oneOf",
    };

    static readonly HashSet<string> Descriptions = new(StringComparer.Ordinal)
    {
        "$schema", "$id", "$ref", "$defs", "definitions", "$comment", "$anchor", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly",
    };

    /// <summary>A reader's word that is not understood here must be the writer's word too.</summary>
    public static void CompareOthers(JsonObject reader, JsonObject writer, string path, JsonSchemaReading reading)
    {
        foreach (var (keyword, value) in reader)
        {
            if (Compared.Contains(keyword) || IsDescription(keyword))
                continue;
            if (!writer.TryGetPropertyValue(keyword, out var written) || !JsonNode.DeepEquals(value, written))
                reading.Add("keyword_not_compared", $"{path}/{keyword}", "what it refuses is not known here, so it must stay as it is");
        }
    }

    /// <summary>Whether a word says nothing about which documents are taken.</summary>
    public static bool IsDescription(string keyword) => Descriptions.Contains(keyword) || keyword.StartsWith("x-", StringComparison.Ordinal);
}
