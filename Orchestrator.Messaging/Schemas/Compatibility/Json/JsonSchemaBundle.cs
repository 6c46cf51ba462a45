using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Messaging.Schemas.Compatibility.Json;

/// <summary>Makes one document of a JSON Schema and of those that it speaks of: they come below its <c>$defs</c>, and what pointed at them points there.</summary>
static class JsonSchemaBundle
{
    // What stands in these is data, and no schema.
    static readonly HashSet<string> Data = new(StringComparer.Ordinal) { "const", "enum", "default", "examples" };

    /// <summary>The text of one document.</summary>
    /// <exception cref="SchemaException">A text is no JSON.</exception>
    public static string Of(SchemaDocument document)
    {
        if (document.References.Count == 0 || Parse(document.Text) is not JsonObject root)
            return document.Text;
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var reference in document.References)
            places.TryAdd(reference.Name, $"#/$defs/reference-{places.Count.ToString(CultureInfo.InvariantCulture)}");
        Point(root, "#", places);
        var definitions = root["$defs"] as JsonObject ?? [];
        foreach (var reference in document.References.DistinctBy(r => r.Name, StringComparer.Ordinal))
        {
            var schema = Parse(reference.Text);
            Point(schema, places[reference.Name], places);
            definitions[places[reference.Name]["#/$defs/".Length..]] = schema;
        }
        root["$defs"] = definitions;
        return root.ToJsonString();
    }

    static void Point(JsonNode? node, string here, Dictionary<string, string> places)
    {
        switch (node)
        {
            case JsonObject o:
                if (o["$ref"] is JsonValue value && value.TryGetValue<string>(out var reference))
                    o["$ref"] = Moved(reference, here, places);
                foreach (var (keyword, inner) in o)
                {
                    if (!Data.Contains(keyword))
                        Point(inner, here, places);
                }
                break;
            case JsonArray items:
                foreach (var item in items)
                    Point(item, here, places);
                break;
        }
    }

    static string Moved(string reference, string here, Dictionary<string, string> places)
    {
        var (name, pointer) = reference.IndexOf('#', StringComparison.Ordinal) is var at and >= 0 ? (reference[..at], reference[(at + 1)..]) : (reference, "");
        if (name.Length == 0)
            return here + pointer;
        return places.TryGetValue(name, out var place) ? place + pointer : reference;
    }

    static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException e)
        {
            throw new SchemaException("not_json", e.Message);
        }
    }
}
