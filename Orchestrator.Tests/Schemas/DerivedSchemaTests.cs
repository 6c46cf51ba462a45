using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility.Protobuf;
using Orchestrator.Messaging.Schemas.Derived;

namespace Orchestrator.Tests.Schemas;

/// <summary>What Avro and Protobuf say of a message, and how fields keep their numbers.</summary>
public sealed class DerivedSchemaTests
{
    static MessageContract Submitted => Contract("orchestrator.transaction.submitted.v1");

    [Theory]
    [InlineData("orchestrator.transaction.submitted.v1", "transactionId", """{"type":"string","logicalType":"uuid"}""", null)]
    [InlineData("orchestrator.transaction.submitted.v1", "amountMinor", "\"long\"", null)]
    [InlineData("orchestrator.transaction.submitted.v1", "occurredAt", """{"type":"long","logicalType":"timestamp-micros"}""", null)]
    [InlineData("orchestrator.transaction.submitted.v1", "latitude", """["null","double"]""", "null")]
    [InlineData("orchestrator.transaction.submitted.v1", "metadata", """["null",{"type":"map","values":"string"}]""", "null")]
    [InlineData("orchestrator.fraud.assessed.v1", "features", """["null","bytes"]""", "null")]
    [InlineData("orchestrator.fraud.assessed.v1", "degraded", """["null",{"type":"array","items":"string"}]""", "null")]
    [InlineData("orchestrator.account.freeze.v1", "reply", "\"boolean\"", "false")]
    [InlineData("orchestrator.ledger.event-recorded.v1", "lane", """["null","int"]""", "null")]
    public void Field_when_said_in_avro_has_its_type_and_default(string contract, string field, string type, string? value)
    {
        var declared = JsonNode.Parse(AvroSchemas.Text(Contract(contract)))!["fields"]!.AsArray().Single(f => f!["name"]!.GetValue<string>() == field)!.AsObject();

        Assert.Equal(type, declared["type"]!.ToJsonString());
        Assert.Equal(value, declared.TryGetPropertyValue("default", out var found) ? found?.ToJsonString() ?? "null" : null);
    }

    [Theory]
    [InlineData("orchestrator.transaction.submitted.v1", "string transaction_id = 1;")]
    [InlineData("orchestrator.transaction.submitted.v1", "int64 amount_minor = 4;")]
    [InlineData("orchestrator.transaction.submitted.v1", "google.protobuf.Timestamp occurred_at = 7;")]
    [InlineData("orchestrator.transaction.submitted.v1", "optional double latitude = 13;")]
    [InlineData("orchestrator.transaction.submitted.v1", "optional TransactionSubmittedMetadataMap metadata = 15;")]
    [InlineData("orchestrator.transaction.submitted.v1", "TRANSACTION_KIND_UNSPECIFIED = 0;")]
    [InlineData("orchestrator.transaction.submitted.v1", "TRANSACTION_KIND_CASH_OUT = 3;")]
    [InlineData("orchestrator.fraud.assessed.v1", "repeated FraudReason reasons = 5;")]
    [InlineData("orchestrator.fraud.assessed.v1", "optional bytes features = 15;")]
    [InlineData("orchestrator.account.freeze.v1", "optional bool reply =")]
    public void Field_when_said_in_protobuf_has_its_type_and_number(string contract, string line) =>
        Assert.Contains(line, ProtobufSchemas.Text(Contract(contract), []), StringComparison.Ordinal);

    [Fact]
    public void Fields_when_said_in_protobuf_have_the_json_names_that_they_came_from() => Assert.All(ContractCatalog.All, contract =>
        Assert.Equal(
            ShapeReader.Of(contract).Fields.Select(f => f.Name).Order(StringComparer.Ordinal),
            ProtobufParser.Parse(ProtobufSchemas.Text(contract, [])).Messages[0].Fields.Select(f => JsonName(f.Name)).Order(StringComparer.Ordinal)));

    [Fact]
    public void Number_when_a_field_is_new_is_the_next_that_was_never_used()
    {
        var before = Without(ProtobufSchemas.Text(Submitted, []), " merchant_id = ", " latitude = ");

        var now = ProtobufParser.Parse(ProtobufSchemas.Text(Submitted, [before])).Messages[0];

        Assert.Equal((17, 18, 9, 16), (Number(now, "merchant_id"), Number(now, "latitude"), Number(now, "terminal_id"), Number(now, "capture")));
    }

    [Fact]
    public void Number_when_a_field_is_gone_stays_reserved_for_ever()
    {
        var before = ProtobufSchemas.Text(Submitted, []).Replace("  string currency = 5;\n", "  string currency = 5;\n  string legacy = 40;\n  reserved 30 to 32;\n  reserved \"older\";\n", StringComparison.Ordinal);

        var first = ProtobufSchemas.Text(Submitted, [before]);
        var second = ProtobufSchemas.Text(Submitted, [before, Without(first, " capture = ")]);

        Assert.Contains("  reserved 30 to 32, 40;\n  reserved \"older\", \"legacy\";\n", first, StringComparison.Ordinal);
        Assert.Contains("  reserved 30 to 32, 40;\n  reserved \"older\", \"legacy\";\n", second, StringComparison.Ordinal);
        Assert.Equal(41, Number(ProtobufParser.Parse(second).Messages[0], "capture"));
        Assert.Empty(ProtobufEvolution.Compare(first, before));
    }

    [Fact]
    public void Number_when_a_field_comes_back_is_another()
    {
        var before = ProtobufSchemas.Text(Submitted, []).Replace("optional string channel = 10;", "reserved 10; reserved \"channel\";", StringComparison.Ordinal);

        var now = ProtobufSchemas.Text(Submitted, [before]);

        Assert.Equal(17, Number(ProtobufParser.Parse(now).Messages[0], "channel"));
        Assert.Contains("  reserved 10;\n", now, StringComparison.Ordinal);
        Assert.DoesNotContain("\"channel\"", now, StringComparison.Ordinal);
    }

    [Fact]
    public void Number_when_a_named_value_is_new_is_the_next()
    {
        var before = Without(ProtobufSchemas.Text(Submitted, []), " TRANSACTION_KIND_CARD = ").Replace("TRANSACTION_KIND_PAYMENT = 4;", "TRANSACTION_KIND_PAYMENT = 4;\n TRANSACTION_KIND_GONE = 7;", StringComparison.Ordinal);

        var now = ProtobufParser.Parse(ProtobufSchemas.Text(Submitted, [before])).Enum("TransactionKind")!;

        Assert.Equal(8, now.Values.Single(v => v.Key == "TRANSACTION_KIND_CARD").Value);
        Assert.True(now.Reserved.Holds(7));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Schemas_when_derived_twice_are_the_same(string name)
    {
        var contract = Contract(name);
        var first = DerivedSchemas.Of(contract, []);

        Assert.Equal(first, DerivedSchemas.Of(contract, [first.Protobuf]));
    }

    public static TheoryData<string> Names => [.. ContractCatalog.All.Select(c => c.Name)];

    static MessageContract Contract(string name) => ContractCatalog.All.Single(c => c.Name == name);

    static int Number(ProtobufMessage message, string field) => message.Fields.Single(f => f.Name == field).Number;

    static string Without(string text, params string[] words) => string.Join('\n', text.Split('\n').Where(l => !words.Any(w => l.Contains(w, StringComparison.Ordinal))));

    // As Protobuf's JSON mapping has it.
    static string JsonName(string name) => JsonNamingPolicy.CamelCase.ConvertName(string.Concat(name.Split('_').Select((w, i) => i == 0 ? w : char.ToUpperInvariant(w[0]) + w[1..])));
}
