using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility;
using Orchestrator.Messaging.Schemas.Registry;

namespace Orchestrator.Tests.Schemas.Registry;

/// <summary>What makes a schema the same as another, and what is none at all.</summary>
public sealed class CanonicalSchemaTests
{
    const int Cases = 300;

    static readonly Gen<string> Word = Gen.OneOf(
        Gen.Int[0, 13].Select(i => new[] { "type", "name", "fields", "items", "symbols", "$ref", "anyOf", "enum", "required", "properties", "default", "size", "aliases", "values" }[i]),
        Gen.String[0, 3]);

    static readonly Gen<JsonNode?> Leaf = Gen.OneOf(
        Gen.Const((JsonNode?)null), Gen.Bool.Select(b => (JsonNode?)b), Gen.Int.Select(i => (JsonNode?)i), Word.Select(t => (JsonNode?)t),
        Gen.Int[0, 4].Select(i => (JsonNode?)new[] { "record", "object", "array", "string", "#/properties" }[i]));

    [Theory]
    [InlineData(SchemaFormat.Json)]
    [InlineData(SchemaFormat.Avro)]
    [InlineData(SchemaFormat.Protobuf)]
    public void Schema_when_only_blanks_between_its_words_differ_is_the_same(SchemaFormat format) => Gen.Select(AnySchema.Of(format), Gen.Int[0, 3]).Sample(
        (text, blanks) =>
        {
            var spread = Spread(text, blanks);
            var (one, other) = (CanonicalSchema.Of(SentSchema.Of(format, text), normalize: false), CanonicalSchema.Of(SentSchema.Of(format, spread), normalize: false));
            Assert.Equal((Convert.ToHexString(one.Fingerprint), one.Guid), (Convert.ToHexString(other.Fingerprint), other.Guid));
        },
        iter: Cases);

    [Theory]
    [InlineData(SchemaFormat.Json)]
    [InlineData(SchemaFormat.Avro)]
    public void Schema_when_its_words_come_in_another_order_is_another_and_the_same_once_it_is_normalised(SchemaFormat format) => AnySchema.Of(format).Sample(
        text =>
        {
            var turned = Turned(JsonNode.Parse(text))!.ToJsonString();
            var (one, other) = (CanonicalSchema.Of(SentSchema.Of(format, text), normalize: false), CanonicalSchema.Of(SentSchema.Of(format, turned), normalize: false));
            Assert.Equal(one.Normal, other.Normal);
            Assert.Equal(string.Equals(one.Schema.Text, other.Schema.Text, StringComparison.Ordinal), one.Fingerprint.SequenceEqual(other.Fingerprint));
            Assert.Equal(CanonicalSchema.Of(SentSchema.Of(format, text), normalize: true).Fingerprint, CanonicalSchema.Of(SentSchema.Of(format, turned), normalize: true).Fingerprint);
        },
        iter: Cases);

    [Fact]
    public void Schema_when_anything_that_belongs_to_it_differs_is_another()
    {
        var schema = new SentSchema(SchemaFormat.Json, "{}", [new SchemaReference("a", "s", 1)], "{\"properties\":{}}", null);
        SentSchema[] all =
        [
            schema, schema with { Format = SchemaFormat.Avro }, schema with { Text = "true" }, schema with { References = [] }, schema with { References = [new SchemaReference("as", "", 1)] },
            schema with { References = [new SchemaReference("a", "s", 2)] }, schema with { Metadata = null }, schema with { Metadata = null, RuleSet = "{\"properties\":{}}" }, schema with { RuleSet = "{}" },
        ];

        Assert.Equal(all.Length, all.Select(s => CanonicalSchema.Of(s, normalize: false).Guid).Distinct().Count());
        Assert.Equal(CanonicalSchema.Of(schema, normalize: false).Guid, CanonicalSchema.Of(schema with { Metadata = "{ \"properties\": { } }" }, normalize: false).Guid);
        Assert.Equal(8, CanonicalSchema.Of(schema, normalize: false).Guid.Version);
    }

    [Theory]
    [InlineData(SchemaFormat.Json)]
    [InlineData(SchemaFormat.Avro)]
    [InlineData(SchemaFormat.Protobuf)]
    public void Text_when_it_is_any_at_all_is_a_schema_or_refused_by_name(SchemaFormat format) => (format is SchemaFormat.Protobuf ? Proto : Node(3).Select(n => n?.ToJsonString() ?? "null")).Sample(
        text =>
        {
            try
            {
                SchemaCompatibility.Validate(format, SchemaDocument.Of(CanonicalSchema.Of(SentSchema.Of(format, text), normalize: false).Schema.Text));
            }
            catch (SchemaException e)
            {
                Assert.Matches("^[a-z_]+$", e.Code);
            }
        },
        iter: Cases * 4);

    [Theory]
    [InlineData("""{ "a": 1, "a": 2 }""")]
    [InlineData("""{ "a": "\ud800" }""")]
    [InlineData("""{ "a": """)]
    public void Text_when_it_is_no_json_that_means_one_thing_is_refused(string text) =>
        Assert.Equal("not_json", Assert.Throws<SchemaException>(() => CanonicalSchema.Of(SentSchema.Of(SchemaFormat.Json, text), normalize: true)).Code);

    [Fact]
    public void Schema_when_it_would_be_compared_for_ever_is_refused()
    {
        var text = "{\"type\":\"string\"}";
        for (var depth = 0; depth < 12; depth++)
            text = $$"""{ "anyOf": [ { "type": "object", "properties": { "a": {{text}}, "b": { "const": 1 } } }, { "type": "object", "properties": { "a": {{text}}, "b": { "const": 2 } } } ] }""";

        Assert.Equal("too_complex", Assert.Throws<SchemaException>(() => SchemaCompatibility.Validate(SchemaFormat.Json, SchemaDocument.Of(text))).Code);
    }

    static Gen<JsonNode?> Node(int depth) => depth == 0
        ? Leaf
        : Gen.OneOf(
            Leaf,
            Node(depth - 1).Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())])),
            Gen.Select(Word, Node(depth - 1)).Array[0, 4].Select(fields => (JsonNode?)new JsonObject(fields.DistinctBy(f => f.Item1).Select(f => KeyValuePair.Create(f.Item1, f.Item2?.DeepClone())))));

    static readonly Gen<string> Proto = Gen.Int[0, 19].Array[0, 24].Select(words => "syntax = \"proto3\"; message M { " + string.Join(' ', words.Select(i => new[]
    {
        "message", "enum", "M", "a", "=", "1", ";", "{", "}", "repeated", "map", "<", ">", "string", "reserved", "\"a\"", "oneof", "to", "[", "import",
    }[i])));

    static string Spread(string text, int blanks)
    {
        var (spread, within) = (new StringBuilder(), false);
        foreach (var c in text)
        {
            within ^= c == '"';
            spread.Append(c);
            if (!within && c is ',' or '{' or ';' or ':')
                spread.Append(' ', blanks).Append('\n');
        }
        return spread.ToString();
    }

    static JsonNode? Turned(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Reverse().Select(p => KeyValuePair.Create(p.Key, Turned(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Turned)]),
        _ => node?.DeepClone(),
    };
}
