using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avro;
using Avro.Generic;
using Avro.IO;
using CsCheck;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.History;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Tests.Wire;

/// <summary>Whatever a record can hold comes back the same from every format, and the official implementation of Avro takes our bytes for what they are.</summary>
public sealed class FormatRoundTripTests
{
    const int Samples = 30;
    const int FrameBytes = 5;

    public static TheoryData<string> Names => [.. ContractCatalog.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Message_by_way_of_avro_and_protobuf_is_the_same(string name)
    {
        var (contract, codec, schemas) = Codec(name);
        AnyMessage.Of(contract).Sample(
            json =>
            {
                var ofAvro = schemas.Avro.ToJson(codec, codec.Write(SchemaFormat.Avro, 1, json));
                Assert.Equal(Text(json), Text(AnyMessage.Canonical(contract, ofAvro)));
                var ofProtobuf = schemas.Protobuf.ToJson(codec, codec.Write(SchemaFormat.Protobuf, 2, ofAvro));
                Assert.Equal(Text(json), Text(AnyMessage.Canonical(contract, ofProtobuf)));
                var again = schemas.Avro.ToJson(codec, codec.Write(SchemaFormat.Avro, 1, ofProtobuf));
                Assert.Equal(Text(json), Text(AnyMessage.Canonical(contract, again)));
            },
            iter: Samples);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Avro_when_the_official_implementation_reads_and_writes_it_again_is_the_same_bytes(string name)
    {
        var (contract, codec, _) = Codec(name);
        // Without the meanings of numbers, which it would make its own types of.
        var schema = Schema.Parse(WithoutMeanings(JsonNode.Parse(codec.Text(SchemaFormat.Avro))!)!.ToJsonString());
        var (reader, writer) = (new GenericDatumReader<GenericRecord>(schema, schema), new GenericDatumWriter<GenericRecord>(schema));
        AnyMessage.Of(contract).Sample(
            json =>
            {
                var ours = codec.Write(SchemaFormat.Avro, 1, json)[FrameBytes..];
                using var input = new MemoryStream(ours);
                var record = reader.Read(reuse: null!, new BinaryDecoder(input));
                Assert.Equal(ours.Length, input.Position);
                using var output = new MemoryStream();
                writer.Write(record, new BinaryEncoder(output));
                Assert.Equal(ours, output.ToArray());
            },
            iter: Samples,
            threads: 1);
    }

    [Fact]
    public void Avro_when_the_official_implementation_reads_it_has_the_values()
    {
        var (contract, codec, _) = Codec("orchestrator.transaction.submitted.v1");
        var schema = Schema.Parse(codec.Text(SchemaFormat.Avro));
        var body = codec.Write(SchemaFormat.Avro, 1, Encoding.UTF8.GetBytes(SchemaHistory.Committed.Of(contract.Name)[^1].Example))[FrameBytes..];

        using var input = new MemoryStream(body);
        var record = new GenericDatumReader<GenericRecord>(schema, schema).Read(reuse: null!, new BinaryDecoder(input));

        Assert.Equal(Guid.Parse("018f4e2b-7000-7000-8000-000000000001"), record["transactionId"]);
        Assert.Equal(1250L, record["amountMinor"]);
        Assert.Equal(new DateTime(2026, 1, 15, 12, 0, 0, DateTimeKind.Utc), record["occurredAt"]);
        Assert.Equal("transfer", ((GenericEnum)record["kind"]).Value);
        Assert.Equal(12.5, record["latitude"]);
        Assert.Equal("order", Assert.Single(((IDictionary<string, object>)record["metadata"]).Keys));
    }

    static JsonNode? WithoutMeanings(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject o:
                o.Remove("logicalType");
                foreach (var value in o.Select(p => p.Value).ToList())
                    WithoutMeanings(value);
                break;
            case JsonArray items:
                foreach (var item in items)
                    WithoutMeanings(item);
                break;
        }
        return node;
    }

    static (MessageContract Contract, MessageCodec Codec, (RegisteredSchema Avro, RegisteredSchema Protobuf) Schemas) Codec(string name)
    {
        var codec = new MessageCodecs().Of(name);
        Assert.True(MessageCatalog.Contracts.TryFind(name, out var contract));
        return (contract, codec, (new(1, SchemaFormat.Avro, codec.Text(SchemaFormat.Avro)), new(2, SchemaFormat.Protobuf, codec.Text(SchemaFormat.Protobuf))));
    }

    static string Text(byte[] json) => Encoding.UTF8.GetString(json);
}
