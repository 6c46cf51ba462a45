using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility;
using Orchestrator.Messaging.Schemas.Compatibility.Protobuf;

namespace Orchestrator.Tests.Schemas;

/// <summary>Changes of proto3 files, by "Updating A Message Type" of the language guide.</summary>
public sealed class ProtobufCompatibilityTests
{
    static string P(string members, string more = "") => $"syntax = \"proto3\"; package p; message M {{ {members} }} {more}";

    /// <summary>What changes, before, after, codes backward, codes forward.</summary>
    public static TheoryData<string, string, string, string, string> Changes => new()
    {
        { "nothing", P("string a = 1;"), P("string a = 1;"), "", "" },
        { "comments and options", P("string a = 1;"), P("/* a */ option deprecated = true; string a = 1 [deprecated = true]; // a\n"), "", "" },
        { "field added", P("string a = 1;"), P("string a = 1; int64 b = 2;"), "", "" },
        { "field removed and reserved", P("string a = 1; int64 b = 2;"), P("string a = 1; reserved 2; reserved \"b\";"), "", "" },
        { "field renamed", P("string a = 1;"), P("string b = 1;"), "", "" },
        { "field renumbered", P("string a = 1;"), P("string a = 2;"), "field_number_changed", "field_number_changed" },
        { "fields change places", P("string a = 1; string b = 2;"), P("string b = 1; string a = 2;"), "field_number_changed field_number_changed", "field_number_changed field_number_changed" },
        { "presence told", P("string a = 1;"), P("optional string a = 1;"), "", "" },
        { "int32 to int64", P("int32 a = 1;"), P("int64 a = 1;"), "", "" },
        { "int64 to uint32", P("int64 a = 1;"), P("uint32 a = 1;"), "", "" },
        { "bool to int32", P("bool a = 1;"), P("int32 a = 1;"), "", "" },
        { "sint32 to sint64", P("sint32 a = 1;"), P("sint64 a = 1;"), "", "" },
        { "int32 to sint32", P("int32 a = 1;"), P("sint32 a = 1;"), "type_changed", "type_changed" },
        { "fixed32 to sfixed32", P("fixed32 a = 1;"), P("sfixed32 a = 1;"), "", "" },
        { "fixed64 to sfixed64", P("fixed64 a = 1;"), P("sfixed64 a = 1;"), "", "" },
        { "fixed32 to fixed64", P("fixed32 a = 1;"), P("fixed64 a = 1;"), "type_changed", "type_changed" },
        { "int32 to fixed32", P("int32 a = 1;"), P("fixed32 a = 1;"), "type_changed", "type_changed" },
        { "float to double", P("float a = 1;"), P("double a = 1;"), "type_changed", "type_changed" },
        { "string to bytes", P("string a = 1;"), P("bytes a = 1;"), "", "" },
        { "string to int32", P("string a = 1;"), P("int32 a = 1;"), "type_changed", "type_changed" },
        { "message to bytes", P("N a = 1;", "message N { string b = 1; }"), P("bytes a = 1;"), "", "type_changed" },
        { "enum to int32", P("E a = 1;", "enum E { Z = 0; }"), P("int32 a = 1;"), "", "" },
        { "enum to string", P("E a = 1;", "enum E { Z = 0; }"), P("string a = 1;"), "type_changed", "type_changed" },
        { "text made a list", P("string a = 1;"), P("repeated string a = 1;"), "", "" },
        { "message made a list", P("N a = 1;", "message N { string b = 1; }"), P("repeated N a = 1;", "message N { string b = 1; }"), "", "" },
        { "number made a list", P("int32 a = 1;"), P("repeated int32 a = 1;"), "", "repeated_made_singular" },
        { "list of enums made one", P("repeated E a = 1;", "enum E { Z = 0; }"), P("E a = 1;", "enum E { Z = 0; }"), "repeated_made_singular", "" },
        { "map to the list of its entries", P("map<string, int64> a = 1;"), P("repeated N a = 1;", "message N { string key = 1; int64 value = 2; }"), "", "" },
        { "map to a list of others", P("map<string, int64> a = 1;"), P("repeated N a = 1;", "message N { string key = 1; }"), "map_changed", "map_changed" },
        { "map to a text", P("map<string, int64> a = 1;"), P("string a = 1;"), "map_changed", "map_changed" },
        { "values of a map widened", P("map<string, int32> a = 1;"), P("map<string, int64> a = 1;"), "", "" },
        { "values of a map changed", P("map<string, int32> a = 1;"), P("map<string, string> a = 1;"), "type_changed", "type_changed" },
        { "keys of a map changed", P("map<string, int32> a = 1;"), P("map<int32, int32> a = 1;"), "type_changed", "type_changed" },
        { "enum value added", P("E a = 1;", "enum E { Z = 0; }"), P("E a = 1;", "enum E { Z = 0; Y = 1; }"), "", "" },
        { "enum value removed", P("E a = 1;", "enum E { Z = 0; Y = 1; }"), P("E a = 1;", "enum E { reserved 1; Z = 0; }"), "", "" },
        { "enum value renumbered", P("E a = 1;", "enum E { Z = 0; Y = 1; }"), P("E a = 1;", "enum E { Z = 0; Y = 2; }"), "enum_number_changed", "enum_number_changed" },
        { "one field into a new oneof", P("string a = 1; string b = 2;"), P("oneof o { string a = 1; } string b = 2;"), "", "" },
        { "two fields into a new oneof", P("string a = 1; string b = 2;"), P("oneof o { string a = 1; string b = 2; }"), "fields_moved_into_oneof", "" },
        { "field into a oneof that is there", P("oneof o { string a = 1; } string b = 2;"), P("oneof o { string a = 1; string b = 2; }"), "fields_moved_into_oneof", "" },
        { "two oneofs made one", P("oneof o { string a = 1; } oneof q { string b = 2; }"), P("oneof o { string a = 1; string b = 2; }"), "fields_moved_into_oneof", "" },
        { "field added to a oneof", P("oneof o { string a = 1; }"), P("oneof o { string a = 1; string b = 2; }"), "", "oneof_field_removed" },
        { "field removed from a oneof", P("oneof o { string a = 1; string b = 2; }"), P("oneof o { string a = 1; }"), "oneof_field_removed", "" },
        { "oneof renamed", P("oneof o { string a = 1; string b = 2; }"), P("oneof q { string a = 1; string b = 2; }"), "", "" },
        { "nested message changed", P("message N { int32 b = 1; } N a = 1;"), P("message N { string b = 1; } N a = 1;"), "type_changed", "type_changed" },
        { "nested message moved out and renamed", P("message N { int32 b = 1; } N a = 1;"), P("O a = 1;", "message O { int32 b = 1; }"), "", "" },
        { "message removed", P("string a = 1;"), "syntax = \"proto3\"; message O { string a = 1; }", "message_removed", "message_removed" },
        { "package changed", P("string a = 1;"), "syntax = \"proto3\"; package q; message M { string a = 1; }", "", "" },
        { "well-known type kept", P("google.protobuf.Timestamp a = 1;"), P(".google.protobuf.Timestamp a = 1;"), "", "" },
        { "well-known type changed", P("google.protobuf.Timestamp a = 1;"), P("google.protobuf.Duration a = 1;"), "type_changed", "type_changed" },
        { "message that holds itself", P("M a = 1;"), P("M a = 1; string b = 2;"), "", "" },
        { "full name in the place of the short one", P("N a = 1;", "message N { string b = 1; }"), P("p.N a = 1;", "message N { string b = 1; }"), "", "" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Change_of_a_proto_file_is_judged_in_every_mode(string change, string older, string newer, string backward, string forward)
    {
        Assert.NotEmpty(change);
        CompatibilityTable.Check(SchemaFormat.Protobuf, older, newer, backward, forward);
    }

    [Theory]
    [InlineData("string a = 1;", "string a = 1; string b = 2;", "")]
    [InlineData("string a = 1; string b = 2;", "string a = 1;", "removed_without_reserving")]
    [InlineData("string a = 1; string b = 2;", "string a = 1; reserved 2;", "")]
    [InlineData("string a = 1; reserved 2;", "string a = 1; string c = 2;", "number_used_again")]
    [InlineData("string a = 1; reserved 2, 5 to 7;", "string a = 1; reserved 2, 5;", "reservation_forgotten")]
    [InlineData("string a = 1; reserved 2, 5;", "string a = 1; reserved 2 to 5;", "")]
    [InlineData("string a = 1; reserved 2, 3;", "string a = 1; reserved 2 to max;", "")]
    public void Number_when_it_was_used_once_is_kept_from_being_used_again(string older, string newer, string codes) =>
        Assert.Equal(codes, string.Join(' ', ProtobufEvolution.Compare(P(newer), P(older)).Select(w => w.Code)));

    [Fact]
    public void Incompatibility_when_it_is_deep_says_where() => Assert.Equal(
        "M.a.b{}",
        Assert.Single(SchemaCompatibility.Reads(
            SchemaFormat.Protobuf,
            P("repeated N a = 1;", "message N { map<string, int32> b = 1; }"), P("repeated N a = 1;", "message N { map<string, string> b = 1; }"))).Path);

    [Theory]
    [InlineData("message M { string a = 1; }", "bad_proto")]
    [InlineData("syntax = \"proto2\"; message M { }", "not_proto3")]
    [InlineData("syntax = \"proto3\";", "bad_proto")]
    [InlineData("syntax = \"proto3\"; service S { }", "not_supported")]
    [InlineData("syntax = \"proto3\"; import \"other.proto\"; message M { }", "foreign_import")]
    [InlineData("syntax = \"proto3\"; message M { required string a = 1; }", "not_supported")]
    [InlineData("syntax = \"proto3\"; message M { string a = 0; }", "bad_field_number")]
    [InlineData("syntax = \"proto3\"; message M { string a = 19500; }", "bad_field_number")]
    [InlineData("syntax = \"proto3\"; message M { string a = 1; string b = 1; }", "repeated_field_number")]
    [InlineData("syntax = \"proto3\"; message M { string a = 1; string a = 2; }", "repeated_field")]
    [InlineData("syntax = \"proto3\"; message M { reserved 1; string a = 1; }", "reserved_used")]
    [InlineData("syntax = \"proto3\"; message M { reserved \"a\"; string a = 1; }", "reserved_used")]
    [InlineData("syntax = \"proto3\"; message M { N a = 1; }", "unknown_type")]
    [InlineData("syntax = \"proto3\"; message M { map<double, string> a = 1; }", "bad_proto")]
    [InlineData("syntax = \"proto3\"; message M { oneof o { repeated string a = 1; } }", "bad_proto")]
    [InlineData("syntax = \"proto3\"; message M { } enum E { A = 1; }", "no_zero_value")]
    [InlineData("syntax = \"proto3\"; message M { } message M { }", "repeated_name")]
    [InlineData("syntax = \"proto3\"; message M { string a = 1 }", "bad_proto")]
    [InlineData("syntax = \"proto3\"; message M { string a = 1;", "bad_proto")]
    [InlineData("syntax = \"proto3\"; /* message M { }", "bad_proto")]
    public void Text_when_it_is_no_schema_is_refused_by_name(string text, string code) =>
        Assert.Equal(code, Assert.Throws<SchemaException>(() => SchemaCompatibility.Reads(SchemaFormat.Protobuf, text, P("string a = 1;"))).Code);
}
