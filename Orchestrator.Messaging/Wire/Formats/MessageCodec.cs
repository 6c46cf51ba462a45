using System.Text.Json;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility.Avro;
using Orchestrator.Messaging.Schemas.Compatibility.Protobuf;
using Orchestrator.Messaging.Wire.Formats.Avro;
using Orchestrator.Messaging.Wire.Formats.Protobuf;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>
/// A message in all formats, by the schemas of one of its versions: JSON is its shape, Avro and Protobuf are made from it and to it. No code is generated, and no record is
/// needed, so an older version, whose record is gone, is read like any other.
/// </summary>
sealed class MessageCodec
{
    readonly AvroValueWriter _avro;

    /// <param name="name">The message's name on the wire.</param>
    /// <param name="avro">Its Avro schema.</param>
    /// <param name="protobuf">Its proto3 file.</param>
    /// <exception cref="SchemaException">The two are not of the same message, or none of ours.</exception>
    public MessageCodec(string name, string avro, string protobuf)
    {
        (Name, AvroText, ProtobufText) = (name, avro, protobuf);
        Record = AvroSchemaParser.Parse(avro) as AvroRecord ?? throw new SchemaException("bad_schema", $"{name} is no record");
        Proto = ProtobufParser.Parse(protobuf);
        Layout = ProtobufLayout.Of(Record, Proto);
        _avro = AvroValueWriter.Of(Record);
    }

    /// <summary>The message's name on the wire (ce_type).</summary>
    public string Name { get; }

    /// <summary>The record's full name, the same in Avro and Protobuf.</summary>
    public string FullName => Record.FullName;

    /// <summary>The Avro schema.</summary>
    public AvroRecord Record { get; }

    /// <summary>The proto3 file.</summary>
    public ProtobufFile Proto { get; }

    /// <summary>How it is laid out in Protobuf.</summary>
    public ProtobufRecord Layout { get; }

    string AvroText { get; }

    string ProtobufText { get; }

    /// <summary>The text of a schema, as a registry gets it.</summary>
    public string Text(SchemaFormat format) => format is SchemaFormat.Avro ? AvroText : ProtobufText;

    /// <summary>The body in a format, behind its frame.</summary>
    /// <param name="format">Avro or Protobuf.</param>
    /// <param name="schemaId">What the registry calls the schema.</param>
    /// <param name="json">The body as JSON.</param>
    /// <exception cref="SchemaException"><c>body_not_of_schema</c>: the schema cannot say all that is in it.</exception>
    public byte[] Write(SchemaFormat format, int schemaId, ReadOnlyMemory<byte> json)
    {
        using var body = JsonDocument.Parse(json);
        var output = new BinaryOutput();
        ConfluentFrame.Write(output, schemaId);
        if (format is SchemaFormat.Avro)
        {
            _avro.Write(body.RootElement, output);
        }
        else
        {
            ConfluentFrame.WriteFirstMessage(output);
            Layout.Write(body.RootElement, output);
        }
        return output.ToArray();
    }
}
