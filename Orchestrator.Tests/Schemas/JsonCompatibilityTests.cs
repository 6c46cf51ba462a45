using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility;

namespace Orchestrator.Tests.Schemas;

/// <summary>Changes of JSON Schemas, under the content model of our contracts: writers write what they name, readers pass over the rest.</summary>
public sealed class JsonCompatibilityTests
{
    const string A = """{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""";

    /// <summary>What changes, before, after, codes backward, codes forward.</summary>
    public static TheoryData<string, string, string, string, string> Changes => new()
    {
        { "nothing", A, A, "", "" },
        { "words only", A, """{"title":"A","description":"b","type":"object","properties":{"a":{"type":"string","description":"c"}},"required":["a"]}""", "", "" },
        { "optional property added", A, """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a"]}""", "", "" },
        { "optional property removed", """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a"]}""", A, "", "" },
        { "required property added", A, """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a","b"]}""", "required_property_added", "" },
        { "required property removed", """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a","b"]}""", A, "", "required_property_added" },
        { "required property with a default added", A, """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer","default":1}},"required":["a","b"]}""", "", "" },
        { "property made required", """{"type":"object","properties":{"a":{"type":"string"}}}""", A, "property_made_required", "" },
        { "property made optional", A, """{"type":"object","properties":{"a":{"type":"string"}}}""", "", "property_made_required" },
        { "property renamed", A, """{"type":"object","properties":{"b":{"type":"string"}},"required":["b"]}""", "required_property_added", "required_property_added" },
        { "optional property comes back as another type", """{"properties":{"a":{"type":"string"}}}""", """{"properties":{"a":{"type":"integer"}}}""", "type_changed", "type_changed" },
        { "integer widened to number", """{"type":"integer"}""", """{"type":"number"}""", "", "type_narrowed" },
        { "null allowed", """{"type":"string"}""", """{"type":["string","null"]}""", "", "type_narrowed" },
        { "null forbidden", """{"type":["string","null"]}""", """{"type":"string"}""", "type_narrowed", "" },
        { "type given up", """{"type":"string"}""", "{}", "", "type_narrowed" },
        { "everything to nothing", """{"type":"string"}""", "false", "type_narrowed", "" },
        { "everything to anything", """{"type":"string"}""", "true", "", "type_narrowed" },
        { "enum value added", """{"enum":["a","b"]}""", """{"enum":["a","b","c"]}""", "", "enum_value_removed" },
        { "enum value removed", """{"enum":["a","b"]}""", """{"enum":["a"]}""", "enum_value_removed", "" },
        { "enum put in order", """{"enum":["a","b"]}""", """{"enum":["b","a"]}""", "", "" },
        { "enum over a text", """{"type":"string"}""", """{"type":"string","enum":["a"]}""", "enum_added", "" },
        { "null among the values", """{"enum":["a"]}""", """{"enum":["a",null]}""", "", "enum_value_removed" },
        { "const changed", """{"const":1}""", """{"const":2}""", "enum_value_removed", "enum_value_removed" },
        { "longer text allowed", """{"type":"string","maxLength":10}""", """{"type":"string","maxLength":20}""", "", "max_length_decreased" },
        { "length bounded", """{"type":"string"}""", """{"type":"string","maxLength":20}""", "max_length_added", "" },
        { "least length raised", """{"type":"string","minLength":1}""", """{"type":"string","minLength":2}""", "min_length_increased", "" },
        { "least length of nothing said", """{"type":"string"}""", """{"type":"string","minLength":0}""", "", "" },
        { "pattern added", """{"type":"string"}""", """{"type":"string","pattern":"^a"}""", "pattern_added", "" },
        { "pattern changed", """{"type":"string","pattern":"^a"}""", """{"type":"string","pattern":"^b"}""", "pattern_changed", "pattern_changed" },
        { "format added", """{"type":"string"}""", """{"type":"string","format":"uuid"}""", "format_added", "" },
        { "format changed", """{"type":"string","format":"date"}""", """{"type":"string","format":"date-time"}""", "format_changed", "format_changed" },
        { "maximum raised", """{"type":"integer","maximum":10}""", """{"type":"integer","maximum":11}""", "", "maximum_decreased" },
        { "minimum added", """{"type":"integer"}""", """{"type":"integer","minimum":0}""", "minimum_added", "" },
        { "exclusive bounds narrowed", """{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":9}""", """{"type":"number","exclusiveMinimum":1,"exclusiveMaximum":8}""",
            "exclusive_maximum_decreased exclusive_minimum_increased", "" },
        { "multiple of a divisor", """{"type":"integer","multipleOf":10}""", """{"type":"integer","multipleOf":5}""", "", "multiple_of_changed" },
        { "multiple introduced", """{"type":"integer"}""", """{"type":"integer","multipleOf":5}""", "multiple_of_added", "" },
        { "items changed", """{"type":"array","items":{"type":"string"}}""", """{"type":"array","items":{"type":"integer"}}""", "type_changed", "type_changed" },
        { "fewer items allowed", """{"type":"array","maxItems":10}""", """{"type":"array","maxItems":5}""", "max_items_decreased", "" },
        { "items made unique", """{"type":"array"}""", """{"type":"array","uniqueItems":true}""", "unique_items_added", "" },
        { "tuple's place changed", """{"type":"array","prefixItems":[{"type":"string"}]}""", """{"type":"array","prefixItems":[{"type":"integer"}]}""", "type_changed", "type_changed" },
        { "model closed, nothing more is written", A, """{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""", "", "" },
        { "property removed from a closed model", """{"properties":{"a":{},"b":{}},"additionalProperties":false}""", """{"properties":{"a":{}},"additionalProperties":false}""",
            "property_removed_from_closed_model", "" },
        { "property added to an open model", """{"type":"object","additionalProperties":true}""", """{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":true}""",
            "property_added_to_open_model", "" },
        { "open model closed", """{"type":"object","additionalProperties":true}""", """{"type":"object","additionalProperties":false}""", "additional_properties_removed", "" },
        { "values of a map changed", """{"type":"object","additionalProperties":{"type":"string"}}""", """{"type":"object","additionalProperties":{"type":"integer"}}""", "type_changed", "type_changed" },
        { "values of a map narrowed from anything", """{"type":"object","additionalProperties":true}""", """{"type":"object","additionalProperties":{"type":"string"}}""", "additional_properties_narrowed", "" },
        { "map gets a named key", """{"type":"object","additionalProperties":{"type":"string"}}""", """{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}}""", "", "" },
        { "alternative added", """{"anyOf":[{"type":"string"},{"type":"null"}]}""", """{"anyOf":[{"type":"string"},{"type":"null"},{"type":"integer"}]}""", "", "no_alternative_reads" },
        { "alternative removed", """{"oneOf":[{"type":"string"},{"type":"null"}]}""", """{"oneOf":[{"type":"string"}]}""", "no_alternative_reads", "" },
        { "alternatives said as types", """{"anyOf":[{"type":"string"},{"type":"null"}]}""", """{"type":["string","null"]}""", "", "no_alternative_reads" },
        { "part added to allOf", """{"allOf":[{"type":"string"}]}""", """{"allOf":[{"type":"string"},{"maxLength":3}]}""", "max_length_added", "" },
        { "reference in the place of what it names", """{"properties":{"a":{"type":"string"}}}""", """{"properties":{"a":{"$ref":"#/$defs/text"}},"$defs":{"text":{"type":"string"}}}""", "", "" },
        { "schema that refers to itself", """{"type":"object","properties":{"next":{"$ref":"#"}}}""", """{"type":"object","properties":{"next":{"$ref":"#"},"a":{"type":"string"}}}""", "", "" },
        { "word that is not compared", """{"type":"object"}""", """{"type":"object","patternProperties":{"^a":{"type":"string"}}}""", "keyword_not_compared", "" },
        { "word that is not compared and stays", """{"type":"object","not":{"required":["b"]}}""", """{"type":"object","not":{"required":["b"]}}""", "", "" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Change_of_a_json_schema_is_judged_in_every_mode(string change, string older, string newer, string backward, string forward)
    {
        Assert.NotEmpty(change);
        CompatibilityTable.Check(SchemaFormat.Json, older, newer, backward, forward);
    }

    [Fact]
    public void Incompatibility_when_it_is_deep_says_where() => Assert.Equal(
        "#/properties/a~1b/items/properties/c",
        Assert.Single(SchemaCompatibility.Reads(
            SchemaFormat.Json,
            """{"properties":{"a/b":{"items":{"properties":{"c":{"type":"string"}}}}}}""",
            """{"properties":{"a/b":{"type":"array","items":{"type":"object","properties":{"c":{"type":"integer"}}}}}}""")).Path);

    [Theory]
    [InlineData("{", "not_json")]
    [InlineData("[]", "bad_schema")]
    [InlineData("""{"type":"text"}""", "unknown_type")]
    [InlineData("""{"$ref":"#/nowhere"}""", "missing_reference")]
    [InlineData("""{"$ref":"https://example.com/a"}""", "foreign_reference")]
    [InlineData("""{"$ref":"#"}""", "endless_reference")]
    public void Text_when_it_is_no_schema_is_refused_by_name(string text, string code) =>
        Assert.Equal(code, Assert.Throws<SchemaException>(() => SchemaCompatibility.Reads(SchemaFormat.Json, text, A)).Code);
}
