using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Messaging.Schemas.Compatibility.Json;

/// <summary>A whole JSON Schema, with what its references point at.</summary>
sealed class JsonSchemaRoot(JsonNode node)
{
    const int MaxReferences = 64;

    /// <summary>The schema.</summary>
    public JsonNode Node { get; } = node;

    /// <summary>Reads one.</summary>
    public static JsonSchemaRoot Parse(string text)
    {
        try
        {
            return new JsonSchemaRoot(JsonNode.Parse(text) ?? throw new SchemaException("bad_schema", "the text is null"));
        }
        catch (JsonException e)
        {
            throw new SchemaException("not_json", e.Message);
        }
    }

    /// <summary>What a schema stands for: itself, or what it refers to.</summary>
    public JsonNode? Resolve(JsonNode? schema)
    {
        for (var i = 0; schema is JsonObject { } o && o["$ref"] is JsonValue reference; i++)
        {
            if (i == MaxReferences)
                throw new SchemaException("endless_reference", $"{reference} leads to more than {MaxReferences} others");
            schema = Find(reference.GetValue<string>());
        }
        return schema;
    }

    /// <summary>A schema with its <c>allOf</c> folded in, as far as the parts do not say the same word in different ways.</summary>
    public JsonObject Merged(JsonObject schema)
    {
        if (schema["allOf"] is not JsonArray parts)
            return schema;
        var merged = schema.DeepClone().AsObject();
        merged.Remove("allOf");
        foreach (var part in parts)
        {
            if (Resolve(part) is JsonObject o)
                Fold(Merged(o), merged);
        }
        return merged;
    }

    static void Fold(JsonObject part, JsonObject into)
    {
        foreach (var (keyword, value) in part)
        {
            if (!into.TryGetPropertyValue(keyword, out var there))
                into[keyword] = value?.DeepClone();
            else if (there is JsonObject names && value is JsonObject more && keyword is "properties")
                Fold(more, names);
            else if (there is JsonArray required && value is JsonArray also && keyword is "required")
                Add(also, required);
            // What is written fits both, so the first of the two says enough.
        }
    }

    static void Add(JsonArray names, JsonArray into)
    {
        foreach (var name in names)
        {
            if (!into.Any(n => JsonNode.DeepEquals(n, name)))
                into.Add(name?.DeepClone());
        }
    }

    JsonNode Find(string reference)
    {
        if (reference is not ("#" or ['#', '/', ..]))
            throw new SchemaException("foreign_reference", $"{reference} is not in the document; only #/... is followed");
        JsonNode? at = Node;
        foreach (var step in reference.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            at = at switch
            {
                JsonObject o => o[name],
                JsonArray a when int.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out var i) && i >= 0 && i < a.Count => a[i],
                _ => null,
            };
        }
        return at ?? throw new SchemaException("missing_reference", $"{reference} leads nowhere");
    }
}
