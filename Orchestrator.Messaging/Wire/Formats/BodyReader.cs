using System.Buffers;
using System.Text.Json;
using Orchestrator.Messaging.Schemas.Compatibility.Avro;
using Orchestrator.Messaging.Schemas.Compatibility.Protobuf;
using Orchestrator.Messaging.Wire.Formats.Avro;
using Orchestrator.Messaging.Wire.Formats.Protobuf;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>Makes JSON of the bodies of one message that are written with one schema.</summary>
abstract class BodyReader
{
    /// <summary>The JSON.</summary>
    /// <param name="framed">The body with its frame.</param>
    /// <exception cref="BadMessageException">It cannot be read.</exception>
    public abstract byte[] ToJson(ReadOnlySpan<byte> framed);

    /// <summary>Of Avro: as the writer's schema says, to what ours says.</summary>
    public static BodyReader Avro(AvroType writer, MessageCodec codec) => new OfAvro(AvroResolution.Of(writer, codec.Record));

    /// <summary>Of Protobuf: by the numbers of ours, when the writer's file gives them no other meaning.</summary>
    public static BodyReader Protobuf(ProtobufFile writer, MessageCodec codec)
    {
        // The numbers alone are on the wire. Whoever has given one of ours to something else would be misread, and nobody would notice.
        if (IsOfMessage(writer, codec) && writer.Message(codec.Record.Name) is { } message)
        {
            var own = writer with { Messages = [message, .. writer.Messages.Where(m => m != message)] };
            var found = ProtobufReading.Compare(codec.Proto, own).Select(f => f.ToString()).Concat(NotWritten(own, codec.Proto)).ToList();
            if (found.Count > 0)
                throw new BadMessageException(BadMessageCodes.SchemaNotRead, string.Join("; ", found));
        }
        return new OfProtobuf(writer, codec);
    }

    static bool IsOfMessage(ProtobufFile writer, MessageCodec codec) => string.Equals(writer.Package, codec.Proto.Package, StringComparison.Ordinal);

    // What is not there reads as 0 or nothing, so a field that we need must be one that the writer knows.
    static IEnumerable<string> NotWritten(ProtobufFile writer, ProtobufFile reader) =>
        from read in reader.Messages
        let written = writer.Message(read.Name)
        where written is not null
        from field in read.Fields
        where field.Label is ProtobufLabel.Singular && !written.Fields.Any(f => f.Number == field.Number)
        select $"{read.Name}.{field.Name} is not written";

    /// <summary>Of JSON: what stands behind the frame.</summary>
    public static BodyReader Json() => new OfJson();

    /// <summary>Of what cannot be read at all.</summary>
    public static BodyReader Refusing(BadMessageException fault) => new Refusal(fault);

    sealed class OfJson : BodyReader
    {
        public override byte[] ToJson(ReadOnlySpan<byte> framed) => ConfluentFrame.Content(framed).ToArray();
    }

    sealed class Refusal(BadMessageException fault) : BodyReader
    {
        public override byte[] ToJson(ReadOnlySpan<byte> framed) => throw new BadMessageException(fault.Code, fault.Message[(fault.Code.Length + 2)..], fault);
    }

    sealed class OfAvro(AvroValueReader message) : BodyReader
    {
        public override byte[] ToJson(ReadOnlySpan<byte> framed)
        {
            var written = new ArrayBufferWriter<byte>(framed.Length * 4);
            using var json = new Utf8JsonWriter(written);
            var input = new BinaryCursor(ConfluentFrame.Content(framed), BadMessageCodes.NotAvro);
            message.Read(ref input, json);
            if (input.Left > 0)
                throw input.Bad($"{input.Left} bytes too many");
            json.Flush();
            return written.WrittenSpan.ToArray();
        }
    }

    sealed class OfProtobuf(ProtobufFile writer, MessageCodec codec) : BodyReader
    {
        public override byte[] ToJson(ReadOnlySpan<byte> framed)
        {
            var content = ConfluentFrame.Content(framed);
            var input = new BinaryCursor(content, BadMessageCodes.WrongIndexes);
            var indexes = ConfluentFrame.Indexes(ref input);
            if (NameAt(indexes) is var name && !string.Equals(name, codec.FullName, StringComparison.Ordinal))
            {
                // One file may hold several messages; which one is said by the indexes.
                throw writer.Message(codec.Record.Name) is not null && IsOfMessage(writer, codec)
                    ? new BadMessageException(BadMessageCodes.WrongIndexes, $"{string.Join('.', indexes)} is {name ?? "no message"} of its file, and not {codec.FullName}")
                    : new BadMessageException(BadMessageCodes.WrongSchema, $"the schema is of {name ?? writer.Package}, and the message's is of {codec.FullName}");
            }
            var written = new ArrayBufferWriter<byte>(framed.Length * 4);
            using var json = new Utf8JsonWriter(written);
            codec.Layout.Read(content[input.Position..], json);
            json.Flush();
            return written.WrittenSpan.ToArray();
        }

        string? NameAt(int[] indexes)
        {
            var outer = "";
            foreach (var index in indexes)
            {
                var level = writer.Messages.Where(m => m.Name.StartsWith(outer, StringComparison.Ordinal) && !m.Name[outer.Length..].Contains('.')).ToList();
                if (index >= level.Count)
                    return null;
                outer = level[index].Name + ".";
            }
            var name = outer[..^1];
            return writer.Package.Length == 0 ? name : $"{writer.Package}.{name}";
        }
    }
}
