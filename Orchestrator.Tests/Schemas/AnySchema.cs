using System.Text.Json.Nodes;
using CsCheck;
using Orchestrator.Messaging.Schemas;

namespace Orchestrator.Tests.Schemas;

/// <summary>Schemas drawn at random, small enough that two of them often have something to do with each other.</summary>
static class AnySchema
{
    static readonly Gen<string> Name = AnyOf("a", "b", "c");

    static readonly Gen<JsonNode> JsonLeaf = Gen.OneOf(
        AnyOf("string", "integer", "number", "boolean").Select(t => (JsonNode)new JsonObject { ["type"] = t }),
        AnyOf("string", "integer").Select(t => (JsonNode)new JsonObject { ["type"] = new JsonArray(t, "null") }),
        Gen.Int[1, 3].Select(n => (JsonNode)new JsonObject { ["type"] = "string", ["maxLength"] = n }),
        Gen.Int[1, 3].Select(n => (JsonNode)new JsonObject { ["enum"] = new JsonArray([.. Enumerable.Range(0, n).Select(i => (JsonNode)$"v{i}")]) }));

    static readonly Gen<string> Scalar = AnyOf("string", "bytes", "int32", "int64", "sint32", "bool", "fixed32", "E");

    static readonly Gen<string> AvroScalar = AnyOf("\"string\"", "\"int\"", "\"long\"", "\"double\"", """["null","int"]""", """["null","string"]""", """{"type":"array","items":"int"}""");

    /// <summary>A schema in a format.</summary>
    public static Gen<string> Of(SchemaFormat format) => format switch
    {
        SchemaFormat.Json => Json(2).Select(n => n.ToJsonString()),
        SchemaFormat.Avro => Avro,
        _ => Protobuf,
    };

    static Gen<string> AnyOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static Gen<JsonNode> Json(int depth) => depth == 0
        ? JsonLeaf
        : Gen.OneOf(
            JsonLeaf,
            Json(depth - 1).Select(items => (JsonNode)new JsonObject { ["type"] = "array", ["items"] = items.DeepClone() }),
            Json(depth - 1).Array[1, 2].Select(some => (JsonNode)new JsonObject { ["anyOf"] = new JsonArray([.. some.Select(s => s.DeepClone())]) }),
            Gen.Select(Gen.Select(Name, Json(depth - 1), Gen.Bool).Array[0, 3], Gen.Int[0, 3]).Select((fields, additional) => (JsonNode)Object(fields, additional)));

    static JsonObject Object((string Name, JsonNode Schema, bool IsRequired)[] fields, int additional)
    {
        var named = fields.DistinctBy(f => f.Name).ToList();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(named.Select(f => KeyValuePair.Create(f.Name, (JsonNode?)f.Schema.DeepClone()))),
            ["required"] = new JsonArray([.. named.Where(f => f.IsRequired).Select(f => (JsonNode)f.Name)]),
        };
        if (additional > 0)
            schema["additionalProperties"] = additional switch { 1 => false, 2 => true, _ => new JsonObject { ["type"] = "string" } };
        return schema;
    }

    static Gen<string> Avro => Gen.Select(Name, AvroScalar, Gen.Bool).Array[0, 3].Select(fields =>
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + string.Join(',', fields.DistinctBy(f => f.Item1).Select(f => AvroField(f.Item1, f.Item2, f.Item3))) + "]}");

    static string AvroField(string name, string type, bool hasDefault) =>
        $$"""{"name":"{{name}}","type":{{type}}{{(hasDefault && type is ['[', ..] ? ",\"default\":null" : "")}}}""";

    static Gen<string> Protobuf => Gen.Select(Name, Gen.Int[1, 4], Scalar, Gen.Int[0, 3]).Array[0, 3].Select(fields =>
        "syntax = \"proto3\"; message M { " + string.Concat(fields.DistinctBy(f => f.Item1).DistinctBy(f => f.Item2).Select(f => f.Item4 switch
        {
            0 => $"optional {f.Item3} {f.Item1} = {f.Item2}; ",
            1 => $"repeated {f.Item3} {f.Item1} = {f.Item2}; ",
            2 => $"oneof o{f.Item1} {{ {f.Item3} {f.Item1} = {f.Item2}; }} ",
            _ => $"map<string, {f.Item3}> {f.Item1} = {f.Item2}; ",
        })) + "} enum E { Z = 0; }");
}
