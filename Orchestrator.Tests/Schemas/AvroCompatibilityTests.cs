using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility;

namespace Orchestrator.Tests.Schemas;

/// <summary>Changes of Avro schemas, by the specification's schema resolution.</summary>
public sealed class AvroCompatibilityTests
{
    const string A = """{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":"int"}]}""";

    static string R(string fields) => $$"""{"type":"record","name":"R","namespace":"n","fields":[{{fields}}]}""";

    static readonly string WithB = R("""{"name":"a","type":"int"},{"name":"b","type":"int"}""");

    /// <summary>What changes, before, after, codes backward, codes forward.</summary>
    public static TheoryData<string, string, string, string, string> Changes => new()
    {
        { "nothing", A, A, "", "" },
        { "words only", A, """{"type":"record","name":"R","namespace":"n","doc":"r","fields":[{"name":"a","type":"int","doc":"a"}]}""", "", "" },
        { "field with a default added", A, R("""{"name":"a","type":"int"},{"name":"b","type":"string","default":""}"""), "", "" },
        { "field without a default added", A, R("""{"name":"a","type":"int"},{"name":"b","type":"string"}"""), "field_without_default", "" },
        { "field with a default removed", R("""{"name":"a","type":"int"},{"name":"b","type":"string","default":""}"""), A, "", "" },
        { "field without a default removed", R("""{"name":"a","type":"int"},{"name":"b","type":"string"}"""), A, "", "field_without_default" },
        { "default added", A, R("""{"name":"a","type":"int","default":7}"""), "", "" },
        { "optional field added", A, R("""{"name":"a","type":"int"},{"name":"b","type":["null","string"],"default":null}"""), "", "" },
        { "fields put in order", R("""{"name":"a","type":"int"},{"name":"b","type":"int"}"""), R("""{"name":"b","type":"int"},{"name":"a","type":"int"}"""), "", "" },
        { "field renamed", A, R("""{"name":"b","type":"int"}"""), "field_without_default", "field_without_default" },
        { "field renamed with an alias", A, R("""{"name":"b","type":"int","aliases":["a"]}"""), "", "field_without_default" },
        { "int widened to long", "\"int\"", "\"long\"", "", "type_changed" },
        { "int widened to float", "\"int\"", "\"float\"", "", "type_changed" },
        { "int widened to double", "\"int\"", "\"double\"", "", "type_changed" },
        { "long widened to float", "\"long\"", "\"float\"", "", "type_changed" },
        { "long widened to double", "\"long\"", "\"double\"", "", "type_changed" },
        { "float widened to double", "\"float\"", "\"double\"", "", "type_changed" },
        { "text to bytes", "\"string\"", "\"bytes\"", "", "" },
        { "int to text", "\"int\"", "\"string\"", "type_changed", "type_changed" },
        { "boolean to int", "\"boolean\"", "\"int\"", "type_changed", "type_changed" },
        { "record renamed", A, """{"type":"record","name":"S","namespace":"n","fields":[{"name":"a","type":"int"}]}""", "name_changed", "name_changed" },
        { "record renamed with an alias", A, """{"type":"record","name":"S","namespace":"n","aliases":["R"],"fields":[{"name":"a","type":"int"}]}""", "", "name_changed" },
        { "namespace changed", A, """{"type":"record","name":"R","namespace":"m","fields":[{"name":"a","type":"int"}]}""", "", "" },
        { "symbol added", """{"type":"enum","name":"E","symbols":["A"]}""", """{"type":"enum","name":"E","symbols":["A","B"]}""", "", "enum_symbol_missing" },
        { "symbol removed", """{"type":"enum","name":"E","symbols":["A","B"]}""", """{"type":"enum","name":"E","symbols":["A"]}""", "enum_symbol_missing", "" },
        { "symbol added where there is a default", """{"type":"enum","name":"E","symbols":["A"],"default":"A"}""", """{"type":"enum","name":"E","symbols":["A","B"],"default":"A"}""", "", "" },
        { "symbols put in order", """{"type":"enum","name":"E","symbols":["A","B"]}""", """{"type":"enum","name":"E","symbols":["B","A"]}""", "", "" },
        { "fixed made larger", """{"type":"fixed","name":"F","size":8}""", """{"type":"fixed","name":"F","size":16}""", "fixed_size_changed", "fixed_size_changed" },
        { "fixed renamed", """{"type":"fixed","name":"F","size":8}""", """{"type":"fixed","name":"G","size":8}""", "name_changed", "name_changed" },
        { "items widened", """{"type":"array","items":"int"}""", """{"type":"array","items":"long"}""", "", "type_changed" },
        { "values widened", """{"type":"map","values":"int"}""", """{"type":"map","values":"long"}""", "", "type_changed" },
        { "array to map", """{"type":"array","items":"int"}""", """{"type":"map","values":"int"}""", "type_changed", "type_changed" },
        { "type made a union", "\"int\"", """["null","int"]""", "", "union_branch_not_read" },
        { "type made a union of a wider type", "\"int\"", """["null","long"]""", "", "union_branch_not_read union_branch_not_read" },
        { "branch added", """["null","int"]""", """["null","int","string"]""", "", "union_branch_missing" },
        { "branch removed", """["null","int","string"]""", """["null","int"]""", "union_branch_missing", "" },
        { "branches put in order", """["null","int"]""", """["int","null"]""", "", "" },
        { "record in a union changed", $"""["null",{A}]""", $"""["null",{WithB}]""", "field_without_default", "" },
        { "logical type added", "\"long\"", """{"type":"long","logicalType":"timestamp-micros"}""", "", "" },
        { "logical type changed", """{"type":"long","logicalType":"timestamp-millis"}""", """{"type":"long","logicalType":"timestamp-micros"}""", "logical_type_changed", "logical_type_changed" },
        { "scale of a decimal changed", """{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}""", """{"type":"bytes","logicalType":"decimal","precision":9,"scale":3}""", "decimal_changed", "decimal_changed" },
        { "record that holds itself", R("""{"name":"next","type":["null","R"],"default":null}"""), R("""{"name":"next","type":["null","n.R"],"default":null},{"name":"b","type":"int","default":0}"""), "", "" },
        { "nested field without a default added", R("""{"name":"x","type":{"type":"record","name":"X","fields":[]}}"""), R("""{"name":"x","type":{"type":"record","name":"X","fields":[{"name":"b","type":"int"}]}}"""), "field_without_default", "" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Change_of_an_avro_schema_is_judged_in_every_mode(string change, string older, string newer, string backward, string forward)
    {
        Assert.NotEmpty(change);
        CompatibilityTable.Check(SchemaFormat.Avro, older, newer, backward, forward);
    }

    [Fact]
    public void Incompatibility_when_it_is_deep_says_where() => Assert.Equal(
        "R.x[].b",
        Assert.Single(SchemaCompatibility.Reads(
            SchemaFormat.Avro,
            R("""{"name":"x","type":{"type":"array","items":{"type":"record","name":"X","fields":[{"name":"b","type":"int"}]}}}"""),
            R("""{"name":"x","type":{"type":"array","items":{"type":"record","name":"X","fields":[]}}}"""))).Path);

    [Theory]
    [InlineData("{", "not_json")]
    [InlineData("7", "bad_schema")]
    [InlineData("\"text\"", "unknown_type")]
    [InlineData("{}", "bad_schema")]
    [InlineData("""{"type":"record","name":"R"}""", "bad_schema")]
    [InlineData("""{"type":"record","name":"R-1","fields":[]}""", "bad_name")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}""", "repeated_field")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"x"}]}""", "bad_default")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":["int","null"],"default":null}]}""", "bad_default")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A","A"]}""", "repeated_symbol")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A"],"default":"B"}""", "bad_default")]
    [InlineData("""["int","int"]""", "repeated_branch")]
    [InlineData("""["int",["null"]]""", "union_in_union")]
    [InlineData("""[{"type":"enum","name":"E","symbols":["A"]},{"type":"fixed","name":"E","size":1}]""", "repeated_name")]
    public void Text_when_it_is_no_schema_is_refused_by_name(string text, string code) =>
        Assert.Equal(code, Assert.Throws<SchemaException>(() => SchemaCompatibility.Reads(SchemaFormat.Avro, text, A)).Code);
}
