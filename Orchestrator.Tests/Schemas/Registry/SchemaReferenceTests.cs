using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility;

namespace Orchestrator.Tests.Schemas.Registry;

/// <summary>Schemas that speak of others, in each language.</summary>
public sealed class SchemaReferenceTests
{
    static readonly ReferencedSchema AvroMoney = new("reg.Money", """{ "type": "record", "name": "Money", "namespace": "reg", "fields": [ { "name": "minor", "type": "long" } ] }""");

    static readonly ReferencedSchema AvroMoneyAsText = AvroMoney with { Text = AvroMoney.Text.Replace("long", "string", StringComparison.Ordinal) };

    const string AvroPayment = """{ "type": "record", "name": "Payment", "namespace": "reg", "fields": [ { "name": "amount", "type": "reg.Money" } ] }""";

    static readonly ReferencedSchema JsonMoney = new(
        "money.json", """{ "type": "object", "properties": { "minor": { "$ref": "#/$defs/minor" } }, "required": [ "minor" ], "$defs": { "minor": { "type": "integer" } } }""");

    static readonly ReferencedSchema JsonMoneyAsText = JsonMoney with { Text = JsonMoney.Text.Replace("integer", "string", StringComparison.Ordinal) };

    const string JsonPayment = """{ "type": "object", "properties": { "amount": { "$ref": "money.json" }, "fee": { "$ref": "money.json#/$defs/minor" } } }""";

    static readonly ReferencedSchema Currency = new("reg/currency.proto", "syntax = \"proto3\"; package reg.types; enum Currency { NONE = 0; EUR = 1; }");

    static readonly ReferencedSchema ProtobufMoney = new(
        "reg/money.proto", "syntax = \"proto3\"; package reg.types; import \"reg/currency.proto\"; message Money { int64 minor = 1; Currency currency = 2; }");

    static readonly ReferencedSchema ProtobufMoneyAsText = ProtobufMoney with { Text = ProtobufMoney.Text.Replace("int64", "string", StringComparison.Ordinal) };

    const string ProtobufPayment = "syntax = \"proto3\"; package reg; import public \"reg/money.proto\"; message Payment { types.Money amount = 1; repeated reg.types.Currency taken = 2; }";

    [Fact]
    public void Avro_when_a_type_is_of_another_schema_is_compared_with_it() =>
        Compare(SchemaFormat.Avro, AvroPayment, [AvroMoney], [AvroMoneyAsText], "type_changed", "unknown_type");

    [Fact]
    public void Json_when_a_type_is_of_another_schema_is_compared_with_it() =>
        Compare(SchemaFormat.Json, JsonPayment, [JsonMoney], [JsonMoneyAsText], "type_changed", "foreign_reference");

    [Fact]
    public void Protobuf_when_a_type_is_of_another_file_is_compared_with_it() =>
        Compare(SchemaFormat.Protobuf, ProtobufPayment, [Currency, ProtobufMoney], [Currency, ProtobufMoneyAsText], "type_changed", "foreign_import");

    static void Compare(SchemaFormat format, string text, IReadOnlyList<ReferencedSchema> references, IReadOnlyList<ReferencedSchema> changed, string found, string alone)
    {
        var (schema, other) = (new SchemaDocument(text, references), new SchemaDocument(text, changed));
        SchemaCompatibility.Validate(format, schema);
        Assert.Empty(SchemaCompatibility.Reads(format, schema, schema));
        Assert.All(SchemaCompatibility.Check(format, CompatibilityMode.Full, other, [schema]), change => Assert.Equal(found, change.What.Code));
        Assert.NotEmpty(SchemaCompatibility.Check(format, CompatibilityMode.Full, other, [schema]));
        Assert.Equal(alone, Assert.Throws<SchemaException>(() => SchemaCompatibility.Validate(format, SchemaDocument.Of(text))).Code);
    }
}
