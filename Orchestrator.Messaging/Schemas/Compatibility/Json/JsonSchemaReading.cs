using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Messaging.Schemas.Compatibility.Json;

/// <summary>
/// Whether a reader with one JSON Schema takes every document that a writer with another may write. The content model is ours, and every word of it is kept by
/// the code: a writer writes the properties that its schema names and no others, unless it says <c>additionalProperties</c>; a reader passes over what its
/// schema does not name, unless it says <c>"additionalProperties": false</c>. So an optional property may come and go, and may not come back as something else.
/// </summary>
sealed class JsonSchemaReading
{
    const int MaxDepth = 64;

    readonly JsonSchemaRoot _reader;
    readonly JsonSchemaRoot _writer;
    readonly HashSet<(JsonNode, JsonNode)> _seen;
    readonly ComparisonSteps _steps;
    readonly List<Incompatibility> _found = [];
    int _depth;

    JsonSchemaReading(JsonSchemaRoot reader, JsonSchemaRoot writer, HashSet<(JsonNode, JsonNode)> seen, ComparisonSteps steps) =>
        (_reader, _writer, _seen, _steps) = (reader, writer, seen, steps);

    /// <summary>What keeps the reader from reading.</summary>
    public static IReadOnlyList<Incompatibility> Compare(string reader, string writer)
    {
        var (readers, writers) = (JsonSchemaRoot.Parse(reader), JsonSchemaRoot.Parse(writer));
        var reading = new JsonSchemaReading(readers, writers, [], new ComparisonSteps());
        reading.Compare(readers.Node, writers.Node, "#");
        return reading._found;
    }

    /// <summary>Adds what is wrong.</summary>
    public void Add(string code, string path, string detail) => _found.Add(new Incompatibility(code, path, detail));

    /// <summary>Compares two schemas that stand in the same place.</summary>
    public void Compare(JsonNode? readerNode, JsonNode? writerNode, string path)
    {
        _steps.Take();
        var (reader, writer) = (_reader.Resolve(readerNode), _writer.Resolve(writerNode));
        if (reader is JsonObject && writer is JsonObject && !_seen.Add((reader, writer)))
            return;
        if (++_depth > MaxDepth)
            throw new SchemaException("too_deep", $"more than {MaxDepth} levels at {path}");
        var (taken, written) = (AsObject(reader), AsObject(writer));
        if (written is null || taken is { Count: 0 })
        {
            // Nothing is ever written, or everything is taken.
        }
        else if (taken is null)
            Add("type_narrowed", path, "the reader takes nothing here");
        else
            CompareObjects(taken, _writer.Merged(written), path);
        _depth--;
    }

    void CompareObjects(JsonObject reader, JsonObject writer, string path)
    {
        if (Alternatives(writer) is { } written)
        {
            for (var i = 0; i < written.Count; i++)
                Compare(reader, With(writer, _writer.Resolve(written[i])), $"{path}/{AlternativesKeyword(writer)}/{i}");
            return;
        }
        if (reader["allOf"] is JsonArray all)
        {
            for (var i = 0; i < all.Count; i++)
                Compare(all[i], writer, $"{path}/allOf/{i}");
            reader = Without(reader, "allOf");
        }
        if (Alternatives(reader) is { } taken)
        {
            if (!taken.Any(one => Takes(With(reader, _reader.Resolve(one)), writer)))
                Add("no_alternative_reads", path, $"none of the reader's {taken.Count} alternatives takes what is written");
            return;
        }
        var types = JsonTypes.Compare(reader, writer, path, this);
        JsonValues.CompareEnums(reader, writer, path, this);
        if (types.Contains("string"))
            JsonValues.CompareTexts(reader, writer, path, this);
        if (types.Contains("integer") || types.Contains("number"))
            JsonValues.CompareNumbers(reader, writer, path, this);
        if (types.Contains("array"))
            JsonStructures.CompareArrays(reader, writer, path, this);
        if (types.Contains("object"))
            JsonStructures.CompareObjects(reader, writer, path, this);
        JsonKeywords.CompareOthers(reader, writer, path, this);
    }

    // Tried aside: what one alternative lacks is no fault while another takes it.
    bool Takes(JsonNode? reader, JsonObject writer)
    {
        if (reader is null)
            return false;
        _steps.Take(_seen.Count + ComparisonSteps.Alternative);
        var trial = new JsonSchemaReading(_reader, _writer, [.. _seen], _steps) { _depth = _depth };
        trial.Compare(reader, writer, "#");
        return trial._found.Count == 0;
    }

    static string AlternativesKeyword(JsonObject schema) => schema["anyOf"] is JsonArray ? "anyOf" : "oneOf";

    static JsonArray? Alternatives(JsonObject schema) => schema[AlternativesKeyword(schema)] as JsonArray;

    // The schema with one of its alternatives in the place of all; null where that one takes nothing.
    static JsonNode? With(JsonObject schema, JsonNode? alternative)
    {
        if (AsObject(alternative) is not { } chosen)
            return JsonValue.Create(false);
        var rest = Without(schema, AlternativesKeyword(schema));
        foreach (var (keyword, value) in chosen)
        {
            if (!rest.ContainsKey(keyword))
                rest[keyword] = value?.DeepClone();
            else if (!JsonNode.DeepEquals(rest[keyword], value))
                return new JsonObject { ["allOf"] = new JsonArray(Without(schema, AlternativesKeyword(schema)), chosen.DeepClone()) };
        }
        return rest;
    }

    static JsonObject Without(JsonObject schema, string keyword)
    {
        var copy = schema.DeepClone().AsObject();
        copy.Remove(keyword);
        return copy;
    }

    // true is the schema without words; false is none.
    static JsonObject? AsObject(JsonNode? node) => node switch
    {
        null => [],
        JsonObject o => o,
        JsonValue v when v.GetValueKind() is JsonValueKind.True => [],
        JsonValue v when v.GetValueKind() is JsonValueKind.False => null,
        _ => throw new SchemaException("bad_schema", $"{node.GetPath()} is neither an object nor true or false"),
    };
}
