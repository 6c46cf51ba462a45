using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.History;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Tests.Wire;

/// <summary>What is wrong with a frame, or behind it, is a fault of the message and has a name, as what is wrong with JSON has.</summary>
public sealed class BadFrameTests
{
    const string Name = "orchestrator.alert.raised.v1";

    readonly SchemasInMemory _schemas = new();
    readonly int _avro;
    readonly int _protobuf;

    public BadFrameTests()
    {
        (_avro, _protobuf) = (_schemas.Add(SchemaFormat.Avro, Version.Avro), _schemas.Add(SchemaFormat.Protobuf, Version.Protobuf));
    }

    static SchemaVersion Version => SchemaHistory.Committed.Of(Name)[^1];

    [Theory]
    [InlineData(SchemaFormat.Avro)]
    [InlineData(SchemaFormat.Protobuf)]
    [InlineData(SchemaFormat.Json)]
    public void Body_in_any_format_is_taken_whatever_is_configured(SchemaFormat format)
    {
        var read = Read(format is SchemaFormat.Json ? Json : Good(format));

        Assert.Null(read.Fault);
        Assert.Equal(Read(Json).Body, read.Body, (a, b) => Text(a) == Text(b));
        Assert.NotNull(read.Body);
    }

    [Fact]
    public void Json_behind_a_frame_is_taken() =>
        Assert.Null(Read([.. Frame(_schemas.Add(SchemaFormat.Json, Version.Json)), .. Json]).Fault);

    [Theory]
    [InlineData("00", BadMessageCodes.ShortFrame)]
    [InlineData("000000", BadMessageCodes.ShortFrame)]
    [InlineData("0000000063", BadMessageCodes.UnknownSchema)]
    [InlineData("00ffffffff", BadMessageCodes.UnknownSchema)]
    [InlineData("0000000001", BadMessageCodes.NotAvro)]
    [InlineData("0000000001ffffffffffffffffffff", BadMessageCodes.NotAvro)]
    [InlineData("0000000002", BadMessageCodes.WrongIndexes)]
    [InlineData("000000000202", BadMessageCodes.WrongIndexes)]
    [InlineData("00000000020202", BadMessageCodes.WrongIndexes)]
    [InlineData("000000000201", BadMessageCodes.WrongIndexes)]
    [InlineData("00000000020009", BadMessageCodes.NotProtobuf)]
    [InlineData("0000000002000f", BadMessageCodes.NotProtobuf)]
    [InlineData("00000000020008" + "01", BadMessageCodes.NotProtobuf)]
    [InlineData("0000000002000a7f61", BadMessageCodes.NotProtobuf)]
    public void Bad_frame_is_refused_by_name(string hex, string code) => Assert.Equal(code, Read(Convert.FromHexString(hex)).Fault?.Code);

    [Theory]
    [InlineData(SchemaFormat.Avro)]
    [InlineData(SchemaFormat.Protobuf)]
    public void Schema_of_another_message_is_refused_by_name(SchemaFormat format)
    {
        var other = SchemaHistory.Committed.Of("orchestrator.case.opened.v1")[^1];
        var id = _schemas.Add(format, other[format]);

        Assert.Equal(BadMessageCodes.WrongSchema, Read([.. Frame(id), .. Good(format)[5..]]).Fault?.Code);
    }

    [Theory]
    [InlineData(SchemaFormat.Avro, """{"type":"record","name":"AlertRaised","namespace":"orchestrator.alert.raised.v1","fields":[]}""")]
    [InlineData(SchemaFormat.Avro, "no schema at all")]
    [InlineData(SchemaFormat.Protobuf, "syntax = \"proto2\";")]
    public void Schema_that_cannot_be_read_with_ours_is_refused_by_name(SchemaFormat format, string text) =>
        Assert.Equal(BadMessageCodes.SchemaNotRead, Read([.. Frame(_schemas.Add(format, text)), 0]).Fault?.Code);

    [Fact]
    public void Bytes_behind_the_message_are_refused_by_name() => Assert.Equal(BadMessageCodes.NotAvro, Read([.. Good(SchemaFormat.Avro), 0]).Fault?.Code);

    [Fact]
    public void Avro_without_a_frame_is_refused_by_name() =>
        Assert.Equal(BadMessageCodes.NotFramed, Read(Good(SchemaFormat.Avro)[5..], CloudEventHeaders.Avro).Fault?.Code);

    [Fact]
    public void Frame_where_no_registry_is_configured_says_what_to_configure()
    {
        var fault = new LaneMessageReader(MessageCatalog.Contracts).Read(Raw(Good(SchemaFormat.Avro), contentType: null), new MessageOrigin("alerts", 0), default).Fault!;

        Assert.Equal(BadMessageCodes.NoRegistry, fault.Code);
        Assert.Contains("Messaging:Formats:SchemaRegistry:Url", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void List_of_nothings_without_end_that_nobody_reads_is_passed_over()
    {
        // A thousand million nulls take six bytes.
        const string more = "\"fields\": [{\"name\":\"x\",\"type\":{\"type\":\"array\",\"items\":\"null\"}},";
        var id = _schemas.Add(SchemaFormat.Avro, Version.Avro.Replace("\"fields\": [", more, StringComparison.Ordinal));

        Assert.Null(Read([.. Frame(id), 0x80, 0xa8, 0xd6, 0xb9, 0x07, 0x00, .. Good(SchemaFormat.Avro)[5..]]).Fault);
    }

    [Fact]
    public void List_that_unfolds_without_end_is_refused()
    {
        // Where a list of texts is expected, one of empty texts: a byte each, and three in JSON, four million times.
        var body = Good(SchemaFormat.Protobuf);

        Assert.Equal(BadMessageCodes.TooLarge, Read([.. body, .. Enumerable.Repeat<byte>(0x2a, 1_000_001)]).Fault?.Code);
    }

    [Fact]
    public void Any_bytes_behind_a_frame_are_read_or_refused_and_nothing_else() =>
        Gen.Select(AnyMessage.AnyOf(SchemaFormat.Avro, SchemaFormat.Protobuf), Gen.Int[0, 200], Gen.Byte, Gen.Byte.Array[0, 6]).Sample((format, at, value, more) =>
        {
            var body = Good(format);
            body[5 + (at % (body.Length - 5))] = value;
            var read = Read([.. body, .. more]);
            return read.Fault is not null || read.Body is not null;
        });

    [Fact]
    public void Json_is_told_from_the_others_without_an_allocation()
    {
        var formats = _schemas.Formats(topics: (Contracts.Topics.Alerts, SchemaFormat.Avro));
        var reader = new LaneMessageReader(MessageCatalog.Contracts, formats);
        var json = Json;
        for (var warm = 0; warm < 2; warm++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var n = 0; n < 1_000; n++)
                Assert.True(formats.IsReady(json) && formats.IsJson(Contracts.Topics.Transactions) && reader.PrepareAsync(json, default).IsCompleted);
            Assert.True(warm == 0 || GC.GetAllocatedBytesForCurrentThread() == before);
        }
    }

    static byte[] Json => Encoding.UTF8.GetBytes(Version.Example);

    byte[] Good(SchemaFormat format) =>
        new Orchestrator.Messaging.Wire.Formats.MessageCodec(Name, Version.Avro, Version.Protobuf).Write(format, format is SchemaFormat.Avro ? _avro : _protobuf, Json);

    static byte[] Frame(int id)
    {
        var frame = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), id);
        return frame;
    }

    LaneMessage Read(byte[] body, string? contentType = null) =>
        new LaneMessageReader(MessageCatalog.Contracts, _schemas.Formats()).Read(Raw(body, contentType), new MessageOrigin("alerts", 0), default);

    static RawMessage Raw(byte[] body, string? contentType)
    {
        var headers = new List<KeyValuePair<string, byte[]>> { new(CloudEventHeaders.Id, "1"u8.ToArray()), new(CloudEventHeaders.Type, Encoding.UTF8.GetBytes(Name)) };
        if (contentType is not null)
            headers.Add(new(CloudEventHeaders.ContentType, Encoding.UTF8.GetBytes(contentType)));
        return new RawMessage(Encoding.UTF8.GetBytes(Key), body, headers);
    }

    static string Key => ContractCatalog.All.Single(c => c.Name == Name) is var contract ? contract.Key(System.Text.Json.JsonSerializer.Deserialize(Version.Example, contract.Json)!) : "";

    static string Text(object? body) => System.Text.Json.JsonSerializer.Serialize(body, ContractCatalog.All.Single(c => c.Name == Name).Json);
}
