namespace Orchestrator.Messaging.Schemas;

/// <summary>A language in which a message's schema is written.</summary>
public enum SchemaFormat
{
    /// <summary>JSON Schema, draft 2020-12.</summary>
    Json,

    /// <summary>Apache Avro.</summary>
    Avro,

    /// <summary>Protocol Buffers, proto3.</summary>
    Protobuf,
}
