using System.Globalization;
using System.Text;
using System.Text.Json;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.History;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Wire;

/// <summary>The bytes themselves: as the specifications have them, and as they were once published.</summary>
public sealed class WireBytesTests
{
    const string Committed = "Orchestrator.Tests/Wire/examples.txt";
    const string Space = "test.bytes.v1";

    [Fact]
    public void Avro_is_framed_and_written_as_its_specification_says()
    {
        var body = Codec().Write(SchemaFormat.Avro, 0x01020304, Encoding.UTF8.GetBytes(Json));

        // 0 and the id; "foo" with its length doubled; 64, -1; 1970-01-01T00:00:00.000001; one block of two, and the end; branch 1, true; branch 0; index 1.
        Assert.Equal("00" + "01020304" + "06666f6f" + "8001" + "01" + "02" + "0402800100" + "0201" + "00" + "02", Convert.ToHexStringLower(body));
    }

    [Fact]
    public void Protobuf_is_framed_and_written_as_its_specification_says()
    {
        var body = Codec().Write(SchemaFormat.Protobuf, 0x01020304, Encoding.UTF8.GetBytes(Json));

        // 0, the id, and one 0 for the first message; 1: "foo"; 2: 64; 3: -1 in ten bytes; 4: 1,000 nanoseconds; 5: packed 1 and 64; 6: true; 8: number 2.
        Assert.Equal("00" + "01020304" + "00" + "0a03666f6f" + "1040" + "18ffffffffffffffffff01" + "220310e807" + "2a020140" + "3001" + "4002", Convert.ToHexStringLower(body));
    }

    [Fact]
    public void Instant_is_cut_to_what_the_format_has_and_never_moved_on()
    {
        // A tenth of a microsecond before 1970, told two hours ahead of UTC.
        var json = Encoding.UTF8.GetBytes(Json.Replace("1970-01-01T00:00:00.000001+00:00", "1970-01-01T01:59:59.9999999+02:00", StringComparison.Ordinal));
        var codec = Codec();

        Assert.Equal("1969-12-31T23:59:59.999999+00:00", At(codec, SchemaFormat.Avro, json));
        Assert.Equal("1969-12-31T23:59:59.9999999+00:00", At(codec, SchemaFormat.Protobuf, json));
    }

    [Fact]
    public void Protobuf_in_another_order_unpacked_repeated_and_with_more_is_read_as_the_official_parsers_do()
    {
        var codec = Codec();
        // Field 9 is unknown, 8 and 2 come twice, the list comes one by one and packed, the instant in two parts.
        var body = Convert.FromHexString("00" + "00000001" + "00" + "4001" + "4a0178" + "2801" + "1001" + "0a03666f6f" + "1840" + "22020801" + "2a020203" + "1040" + "220310e807" + "4002");

        var json = new RegisteredSchema(1, SchemaFormat.Protobuf, Proto).ToJson(codec, body);

        Assert.Equal("""{"text":"foo","whole":64,"less":64,"at":"1970-01-01T00:00:01.000001+00:00","list":[1,2,3],"kind":"b"}""", Encoding.UTF8.GetString(json));
    }

    [Fact]
    public void Bytes_that_were_once_published_are_still_read_and_still_written()
    {
        var lines = File.Exists(Path.Combine(ApprovedText.Root, Committed)) ? ApprovedText.Read(Committed).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
        var known = lines.Where(l => !l.StartsWith('#')).Select(l => l.Split(' ')).ToDictionary(l => (l[0], l[1], l[2]), l => l[3]);
        var codecs = new MessageCodecs();
        var text = new StringBuilder("# The examples of the schema history on the wire: message, version, format, bytes in hexadecimal. Lines are added, and never changed.\n");
        foreach (var (name, version) in SchemaHistory.Committed.Names.SelectMany(n => SchemaHistory.Committed.Of(n).Select(v => (n, v))))
        {
            foreach (var format in new[] { SchemaFormat.Avro, SchemaFormat.Protobuf })
            {
                var key = (name, version.Number.ToString(CultureInfo.InvariantCulture), format is SchemaFormat.Avro ? "avro" : "protobuf");
                var written = Convert.ToHexStringLower(new MessageCodec(name, version.Avro, version.Protobuf).Write(format, version.Number, Encoding.UTF8.GetBytes(version.Example)));
                // Read by today's message with the schema of its own version, as lanes would.
                var bytes = Convert.FromHexString(known.GetValueOrDefault(key, written));
                var json = new RegisteredSchema(version.Number, format, version[format]).ToJson(codecs.Of(name), bytes);
                Assert.True(MessageCatalog.Contracts.Versions.TryFind(name, out var path));
                var example = Encoding.UTF8.GetBytes(version.Example);
                Assert.Equal(JsonSerializer.Serialize(path.Read(example), path.Contract.Json), JsonSerializer.Serialize(path.Read(json), path.Contract.Json));
                text.Append(CultureInfo.InvariantCulture, $"{name} {key.Item2} {key.Item3} {written}\n");
            }
        }
        ApprovedText.Check(Committed, text.ToString());
    }

    const string Json = """{"text":"foo","whole":64,"less":-1,"at":"1970-01-01T00:00:00.000001+00:00","list":[1,64],"maybe":true,"kind":"b"}""";

    const string Avro =
        """
        {"type":"record","name":"Bytes","namespace":"test.bytes.v1","fields":[
          {"name":"text","type":"string"},{"name":"whole","type":"long"},{"name":"less","type":"int"},
          {"name":"at","type":{"type":"long","logicalType":"timestamp-micros"}},{"name":"list","type":{"type":"array","items":"int"}},
          {"name":"maybe","type":["null","boolean"],"default":null},{"name":"nothing","type":["null","string"],"default":null},
          {"name":"kind","type":{"type":"enum","name":"BytesKind","symbols":["a","b"]}}]}
        """;

    const string Proto =
        """
        syntax = "proto3";
        package test.bytes.v1;
        message Bytes {
          string text = 1; int64 whole = 2; int32 less = 3; google.protobuf.Timestamp at = 4; repeated int32 list = 5; optional bool maybe = 6; optional string nothing = 7;
          BytesKind kind = 8;
        }
        enum BytesKind { BYTES_KIND_UNSPECIFIED = 0; BYTES_KIND_A = 1; BYTES_KIND_B = 2; }
        """;

    static MessageCodec Codec() => new(Space, Avro, Proto);

    static string At(MessageCodec codec, SchemaFormat format, byte[] json)
    {
        var body = new RegisteredSchema(1, format, codec.Text(format)).ToJson(codec, codec.Write(format, 1, json));
        return JsonDocument.Parse(body).RootElement.GetProperty("at").GetString()!;
    }
}
