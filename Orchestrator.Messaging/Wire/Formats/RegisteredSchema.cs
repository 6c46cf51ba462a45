using System.Collections.Concurrent;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility.Avro;
using Orchestrator.Messaging.Schemas.Compatibility.Protobuf;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>A schema that some message was written with, as the registry has it. It never changes, so what is made of it is kept with it.</summary>
/// <param name="id">Its id.</param>
/// <param name="format">Its language.</param>
/// <param name="text">The schema.</param>
/// <param name="references">Whether it speaks of other schemas of the registry.</param>
sealed class RegisteredSchema(int id, SchemaFormat format, string text, bool references = false)
{
    readonly ConcurrentDictionary<string, BodyReader> _readers = new(StringComparer.Ordinal);

    /// <summary>Its id.</summary>
    public int Id => id;

    /// <summary>The JSON of a body that was written with it.</summary>
    /// <param name="codec">The message that it is.</param>
    /// <param name="framed">The body with its frame.</param>
    /// <exception cref="BadMessageException">It is not that message, or cannot be read as it.</exception>
    public byte[] ToJson(MessageCodec codec, ReadOnlySpan<byte> framed)
    {
        if (!_readers.TryGetValue(codec.Name, out var reader))
            _readers[codec.Name] = reader = Reader(codec);
        return reader.ToJson(framed);
    }

    BodyReader Reader(MessageCodec codec)
    {
        try
        {
            if (references)
                throw new SchemaException("references", "it refers to other schemas, which ours do not");
            return format switch
            {
                SchemaFormat.Avro => BodyReader.Avro(AvroSchemaParser.Parse(text), codec),
                SchemaFormat.Protobuf => BodyReader.Protobuf(ProtobufParser.Parse(text), codec),
                _ => BodyReader.Json(),
            };
        }
        catch (SchemaException e)
        {
            return BodyReader.Refusing(new BadMessageException(BadMessageCodes.SchemaNotRead, $"schema {id}: {e.Message}", e));
        }
        catch (BadMessageException e)
        {
            return BodyReader.Refusing(new BadMessageException(e.Code, $"schema {id}: {Detail(e)}", e));
        }
    }

    static string Detail(BadMessageException e) => e.Message[(e.Code.Length + 2)..];
}
