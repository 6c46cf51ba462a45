using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Schemas.Derived;

/// <summary>A message's schema in every format.</summary>
/// <param name="Json">JSON Schema.</param>
/// <param name="Avro">Avro.</param>
/// <param name="Protobuf">A proto3 file.</param>
public sealed record DerivedSchemas(string Json, string Avro, string Protobuf)
{
    /// <summary>Derives them.</summary>
    /// <param name="contract">The message.</param>
    /// <param name="protobufBefore">The proto files of the versions before, the oldest first: from them come the numbers.</param>
    public static DerivedSchemas Of(MessageContract contract, IReadOnlyList<string> protobufBefore) =>
        new(JsonSchemas.Text(contract), AvroSchemas.Text(contract), ProtobufSchemas.Text(contract, protobufBefore));

    /// <summary>The one of a format.</summary>
    public string this[SchemaFormat format] => format switch
    {
        SchemaFormat.Json => Json,
        SchemaFormat.Avro => Avro,
        SchemaFormat.Protobuf => Protobuf,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, message: null),
    };
}
