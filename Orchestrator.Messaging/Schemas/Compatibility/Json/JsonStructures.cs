using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Messaging.Schemas.Compatibility.Json;

/// <summary>What two schemas say about objects and arrays.</summary>
static class JsonStructures
{
    /// <summary>Items, and how many there may be.</summary>
    public static void CompareArrays(JsonObject reader, JsonObject writer, string path, JsonSchemaReading reading)
    {
        JsonValues.Most(reader, writer, "maxItems", "max_items", path, reading);
        JsonValues.Least(reader, writer, "minItems", "min_items", path, reading);
        if (IsTrue(reader["uniqueItems"]) && !IsTrue(writer["uniqueItems"]))
            reading.Add("unique_items_added", path, "an item may be written twice and is taken once");
        var (taken, written) = (Places(reader), Places(writer));
        for (var i = 0; i < Math.Max(taken.Count, written.Count); i++)
        {
            var where = i < taken.Count ? $"{path}/prefixItems/{i}" : $"{path}/items";
            reading.Compare(i < taken.Count ? taken[i] : reader["items"], i < written.Count ? written[i] : writer["items"], where);
        }
        reading.Compare(reader["items"], writer["items"], $"{path}/items");
    }

    /// <summary>Properties, named and others.</summary>
    public static void CompareObjects(JsonObject reader, JsonObject writer, string path, JsonSchemaReading reading)
    {
        JsonValues.Most(reader, writer, "maxProperties", "max_properties", path, reading);
        JsonValues.Least(reader, writer, "minProperties", "min_properties", path, reading);
        var (taken, written) = (Properties(reader), Properties(writer));
        foreach (var (name, schema) in written)
            CompareWritten(name, schema, taken, reader, path, reading);
        foreach (var (name, schema) in taken)
        {
            if (!written.ContainsKey(name))
                CompareTaken(name, schema, writer, path, reading);
        }
        CompareAdditional(reader, writer, path, reading);
        CompareRequired(reader, writer, taken, written, path, reading);
    }

    static void CompareWritten(string name, JsonNode? schema, JsonObject taken, JsonObject reader, string path, JsonSchemaReading reading)
    {
        if (taken.TryGetPropertyValue(name, out var known))
            reading.Compare(known, schema, $"{path}/properties/{Escape(name)}");
        else if (IsFalse(reader["additionalProperties"]))
            reading.Add("property_removed_from_closed_model", $"{path}/properties/{Escape(name)}", "it is written, and the reader takes no property that it does not know");
        else if (reader["additionalProperties"] is JsonObject others)
            reading.Compare(others, schema, $"{path}/additionalProperties");
    }

    // The writer has no such property; only if it writes others than it names may one of this name come.
    static void CompareTaken(string name, JsonNode? schema, JsonObject writer, string path, JsonSchemaReading reading)
    {
        var where = $"{path}/properties/{Escape(name)}";
        if (IsTrue(writer["additionalProperties"]) && !IsAnything(schema))
            reading.Add("property_added_to_open_model", where, "anything may have been written under this name");
        else if (writer["additionalProperties"] is JsonObject others)
            reading.Compare(schema, others, where);
    }

    static void CompareAdditional(JsonObject reader, JsonObject writer, string path, JsonSchemaReading reading)
    {
        if (writer["additionalProperties"] is not { } written || IsFalse(written))
            return;
        var where = $"{path}/additionalProperties";
        if (IsFalse(reader["additionalProperties"]))
            reading.Add("additional_properties_removed", where, "others than the named ones are written, none is taken");
        else if (reader["additionalProperties"] is JsonObject taken)
        {
            if (IsTrue(written) && !IsAnything(taken))
                reading.Add("additional_properties_narrowed", where, "anything is written, not everything is taken");
            else
                reading.Compare(taken, written, where);
        }
    }

    static void CompareRequired(JsonObject reader, JsonObject writer, JsonObject taken, JsonObject written, string path, JsonSchemaReading reading)
    {
        var always = Names(writer["required"]);
        foreach (var name in Names(reader["required"]).Where(n => !always.Contains(n)))
        {
            var where = $"{path}/properties/{Escape(name)}";
            // A reader that knows what to take instead is not stopped.
            if (taken[name] is JsonObject known && known.ContainsKey("default"))
                continue;
            if (written.ContainsKey(name))
                reading.Add("property_made_required", where, "it may be left out by the writer, and the reader needs it");
            else
                reading.Add("required_property_added", where, "the writer does not know it, and the reader needs it");
        }
    }

    static HashSet<string> Names(JsonNode? required) => required is JsonArray names ? names.Select(n => n?.GetValue<string>() ?? throw new SchemaException("bad_schema", "null is no name of a property")).ToHashSet(StringComparer.Ordinal) : [];

    static JsonObject Properties(JsonObject schema) => schema["properties"] as JsonObject ?? [];

    static JsonArray Places(JsonObject schema) => schema["prefixItems"] as JsonArray ?? [];

    static bool IsTrue(JsonNode? node) => node?.GetValueKind() is JsonValueKind.True || node is JsonObject { Count: 0 };

    static bool IsFalse(JsonNode? node) => node?.GetValueKind() is JsonValueKind.False;

    static bool IsAnything(JsonNode? node) => node is null || IsTrue(node);

    static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
