namespace Orchestrator.Messaging.Schemas.History;

/// <summary>A version of a message's schema, as it was accepted once and stays for ever.</summary>
/// <param name="Number">1, 2, 3, without a gap.</param>
/// <param name="Json">Its JSON Schema.</param>
/// <param name="Avro">Its Avro schema.</param>
/// <param name="Protobuf">Its proto3 file.</param>
/// <param name="Example">A message of this version, as JSON.</param>
public sealed record SchemaVersion(int Number, string Json, string Avro, string Protobuf, string Example)
{
    /// <summary>The files of a version, by what is in them.</summary>
    public const string JsonFile = "schema.json";

    /// <summary>The Avro schema's file.</summary>
    public const string AvroFile = "schema.avsc";

    /// <summary>The Protobuf schema's file.</summary>
    public const string ProtobufFile = "schema.proto";

    /// <summary>The example's file.</summary>
    public const string ExampleFile = "example.json";

    /// <summary>The schema of a format.</summary>
    public string this[SchemaFormat format] => format switch
    {
        SchemaFormat.Json => Json,
        SchemaFormat.Avro => Avro,
        SchemaFormat.Protobuf => Protobuf,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, message: null),
    };
}
