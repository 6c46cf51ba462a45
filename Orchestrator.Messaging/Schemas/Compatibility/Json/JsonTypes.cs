using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Messaging.Schemas.Compatibility.Json;

/// <summary>The <c>type</c> of two schemas.</summary>
static class JsonTypes
{
    static readonly string[] All = ["null", "boolean", "integer", "number", "string", "array", "object"];

    /// <summary>Every type that is written must be taken; an integer is a number.</summary>
    /// <returns>The types that are both written and taken.</returns>
    public static HashSet<string> Compare(JsonObject reader, JsonObject writer, string path, JsonSchemaReading reading)
    {
        var (taken, written) = (Of(reader) ?? [.. All], Of(writer) ?? OfValues(writer) ?? [.. All]);
        var both = written.Where(t => taken.Contains(t) || (t is "integer" && taken.Contains("number"))).ToHashSet(StringComparer.Ordinal);
        var missing = written.Where(t => !both.Contains(t) && !(t is "number" && written.Contains("integer") && taken.Contains("number"))).ToList();
        if (missing.Count > 0)
        {
            reading.Add(
                both.Count == 0 && !(written.Contains("number") && taken.Contains("integer")) ? "type_changed" : "type_narrowed", path,
                $"{string.Join(", ", missing)} is written, {string.Join(", ", taken.Order(StringComparer.Ordinal))} is taken");
        }
        return both;
    }

    static HashSet<string>? Of(JsonObject schema) => schema["type"] switch
    {
        JsonArray several => several.Select(t => Known(t?.GetValue<string>() ?? "null, which is no text,")).ToHashSet(StringComparer.Ordinal),
        JsonValue one => new HashSet<string>(StringComparer.Ordinal) { Known(one.GetValue<string>()) },
        _ => null,
    };

    static HashSet<string>? OfValues(JsonObject schema) => JsonValues.Values(schema)?.Select(OfValue).ToHashSet(StringComparer.Ordinal);

    static string OfValue(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => decimal.IsInteger(JsonValues.Number(value)) ? "integer" : "number",
        JsonValueKind.String => "string",
        JsonValueKind.Array => "array",
        _ => "object",
    };

    static string Known(string type) => All.Contains(type) ? type : throw new SchemaException("unknown_type", $"{type} is no type of JSON Schema");
}
