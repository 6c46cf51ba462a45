using System.Text;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Tests.Wire;

/// <summary>Writers and readers of different versions: what both know is understood, what only one knows does no harm, what would be misunderstood is refused.</summary>
public sealed class FormatEvolutionTests
{
    const string Name = "test.order.v1";

    static readonly MessageCodec Order = Codec("""{"name":"id","type":"string"},{"name":"amount","type":"long"},{"name":"kind","type":{"type":"enum","name":"Kind","symbols":["a","b"]}}""",
        "string id = 1; int64 amount = 2; Kind kind = 3;");

    static readonly MessageCodec Newer = Codec(
        """
        {"name":"id","type":"string"},{"name":"amount","type":"long"},{"name":"kind","type":{"type":"enum","name":"Kind","symbols":["a","b","c"]}},
        {"name":"note","type":["null","string"],"default":null},{"name":"tags","type":["null",{"type":"map","values":"string"}],"default":null}
        """,
        "string id = 1; int64 amount = 2; Kind kind = 3; optional string note = 4; optional Tags tags = 5;",
        "message Tags { map<string, string> entries = 1; }", kinds: " KIND_C = 3;");

    [Theory]
    [InlineData(SchemaFormat.Avro)]
    [InlineData(SchemaFormat.Protobuf)]
    public void Message_of_an_older_writer_is_read_with_the_newer_schema(SchemaFormat format)
    {
        var body = Order.Write(format, 1, """{"id":"1","amount":5,"kind":"b"}"""u8.ToArray());

        Assert.Equal("""{"id":"1","amount":5,"kind":"b"}""", Read(Newer, format, Order.Text(format), body));
    }

    [Theory]
    [InlineData(SchemaFormat.Avro)]
    [InlineData(SchemaFormat.Protobuf)]
    public void Message_of_a_newer_writer_is_read_without_what_is_not_known(SchemaFormat format)
    {
        var body = Newer.Write(format, 1, """{"id":"1","amount":5,"kind":"b","note":"n","tags":{"x":"y"}}"""u8.ToArray());

        Assert.Equal("""{"id":"1","amount":5,"kind":"b"}""", Read(Order, format, Newer.Text(format), body));
    }

    [Theory]
    [InlineData(SchemaFormat.Avro)]
    [InlineData(SchemaFormat.Protobuf)]
    public void Named_value_that_is_newer_is_refused_when_it_comes(SchemaFormat format)
    {
        var body = Newer.Write(format, 1, """{"id":"1","amount":5,"kind":"c"}"""u8.ToArray());

        Assert.Equal(BadMessageCodes.WrongShape, Assert.Throws<BadMessageException>(() => Read(Order, format, Newer.Text(format), body)).Code);
    }

    [Fact]
    public void Avro_of_a_narrower_type_in_another_order_and_out_of_a_union_is_widened()
    {
        var writer = Avro("""{"name":"amount","type":["null","int"],"default":null},{"name":"more","type":{"type":"array","items":["null","double",{"type":"map","values":"bytes"}]}},{"name":"kind","type":{"type":"enum","name":"Kind","symbols":["b","a"]}},{"name":"id","type":"bytes"}""");
        var body = new BinaryOutput();
        ConfluentFrame.Write(body, 1);
        foreach (var value in new[] { 1L, 5, 3, 0 }) // the amount's branch, the amount, three of a list, null
            body.ZigZag(value);
        body.ZigZag(1);
        body.Double(1.5);
        foreach (var value in new[] { 2L, -1, 4, 1 }) // a map in a block with its length: "k" and two bytes
            body.ZigZag(value);
        body.Bytes("k"u8);
        body.ZigZag(2);
        body.Bytes([7, 8]);
        foreach (var value in new[] { 0L, 0, 0, 1 }) // ends of map and list, the kind's index, the id's length
            body.ZigZag(value);
        body.Bytes("1"u8);

        Assert.Equal("""{"amount":5,"kind":"b","id":"1"}""", Read(Order, SchemaFormat.Avro, writer, body.ToArray()));
    }

    [Theory]
    [InlineData("""{"name":"id","type":"string"},{"name":"amount","type":"long"}""", "kind is not written")]
    [InlineData("""{"name":"id","type":"string"},{"name":"amount","type":"string"},{"name":"kind","type":{"type":"enum","name":"Kind","symbols":["a"]}}""", "string is not read as long")]
    [InlineData("""{"name":"id","type":"string"},{"name":"amount","type":{"type":"long","logicalType":"timestamp-micros"}},{"name":"kind","type":{"type":"enum","name":"Kind","symbols":["a"]}}""", "timestamp-micros is not read as long")]
    public void Avro_that_would_be_misunderstood_is_refused(string fields, string why)
    {
        var body = new byte[40];

        var fault = Assert.Throws<BadMessageException>(() => Read(Order, SchemaFormat.Avro, Avro(fields), body));

        Assert.Equal(BadMessageCodes.SchemaNotRead, fault.Code);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("string id = 1; Kind kind = 3;", "Order.amount is not written")]
    [InlineData("string id = 1; string amount = 2; Kind kind = 3;", "type_changed")]
    [InlineData("string id = 1; int64 kind = 2; Kind amount = 3;", "field_number_changed")]
    public void Protobuf_that_would_be_misunderstood_is_refused(string fields, string why)
    {
        var fault = Assert.Throws<BadMessageException>(() => Read(Order, SchemaFormat.Protobuf, Proto(fields, "", ""), [0, 0, 0, 0, 1, 0]));

        Assert.Equal(BadMessageCodes.SchemaNotRead, fault.Code);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Body_that_a_newer_version_has_stored_is_not_published_without_what_it_says_more()
    {
        var refused = Assert.Throws<SchemaException>(() => Order.Write(SchemaFormat.Avro, 1, """{"id":"1","amount":5,"kind":"b","note":"n"}"""u8.ToArray()));

        Assert.Equal("body_not_of_schema", refused.Code);
        Assert.Contains("note", refused.Detail, StringComparison.Ordinal);
    }

    static string Read(MessageCodec reader, SchemaFormat format, string writer, byte[] body) => Encoding.UTF8.GetString(new RegisteredSchema(1, format, writer).ToJson(reader, body));

    static MessageCodec Codec(string fields, string proto, string more = "", string kinds = "") => new(Name, Avro(fields), Proto(proto, more, kinds));

    static string Avro(string fields) => $$"""{"type":"record","name":"Order","namespace":"test.order.v1","fields":[{{fields}}]}""";

    static string Proto(string fields, string more, string kinds) =>
        $"syntax = \"proto3\"; package test.order.v1; message Order {{ {fields} }} enum Kind {{ KIND_UNSPECIFIED = 0; KIND_A = 1; KIND_B = 2;{kinds} }} {more}";
}
