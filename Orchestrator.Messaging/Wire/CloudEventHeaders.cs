namespace Orchestrator.Messaging.Wire;

/// <summary>
/// Kafka header names of CloudEvents 1.0 in binary mode
/// (<see href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md"/>) and of W3C trace context.
/// </summary>
public static class CloudEventHeaders
{
    /// <summary>Identifies the message for ever, together with its source.</summary>
    public const string Id = "ce_id";

    /// <summary>The message's name in the catalog.</summary>
    public const string Type = "ce_type";

    /// <summary>Who published it: a URI reference.</summary>
    public const string Source = "ce_source";

    /// <summary>When it came about: RFC 3339.</summary>
    public const string Time = "ce_time";

    /// <summary>Always <c>1.0</c>.</summary>
    public const string SpecVersion = "ce_specversion";

    /// <summary>The body's media type.</summary>
    public const string ContentType = "content-type";

    /// <summary>W3C trace context.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>The media type of JSON bodies.</summary>
    public const string Json = "application/json";

    /// <summary>That of Avro in Confluent's wire format.</summary>
    public const string Avro = "application/avro";

    /// <summary>That of Protobuf in Confluent's wire format.</summary>
    public const string Protobuf = "application/protobuf";
}
