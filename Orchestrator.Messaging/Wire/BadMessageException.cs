using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Wire;

/// <summary>
/// A message that no retry can mend: not JSON, a missing field, an unknown type. It is parked at once under <see cref="Code"/>.
/// </summary>
public sealed class BadMessageException(string code, string detail, Exception? inner = null) : Exception($"{code}: {detail}", inner)
{
    /// <summary>The error's stable name, see <see cref="BadMessageCodes"/>.</summary>
    public string Code { get; } = code;
}

/// <summary>Why a message cannot be taken.</summary>
public static class BadMessageCodes
{
    /// <summary>The Kafka message has no key.</summary>
    public const string MissingKey = "missing_key";

    /// <summary>No ce_id header.</summary>
    public const string MissingId = "missing_id";

    /// <summary>No ce_type header.</summary>
    public const string MissingType = "missing_type";

    /// <summary>The ce_type is in no catalog.</summary>
    public const string UnknownType = "unknown_type";

    /// <summary>The message is known, this version of it is not: it is newer than this service, or too old.</summary>
    public const string UnknownVersion = UnknownVersionException.Code;

    /// <summary>The body is not JSON at all.</summary>
    public const string NotJson = "not_json";

    /// <summary>JSON of another shape: a wrong type, a missing or null field.</summary>
    public const string WrongShape = "wrong_shape";

    /// <summary>The right shape, but values out of range or unknown; the detail names them.</summary>
    public const string Invalid = "invalid";

    /// <summary>The key is not the one that the message's body asks for.</summary>
    public const string WrongKey = "wrong_key";

    /// <summary>The body or the key is larger than is accepted.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The content type says Avro or Protobuf, and the body does not begin with the byte 0 of Confluent's wire format.</summary>
    public const string NotFramed = "not_framed";

    /// <summary>The body begins with a byte 0, and is too short for the id of a schema.</summary>
    public const string ShortFrame = "short_frame";

    /// <summary>The body names a schema by id, and no schema registry is configured here.</summary>
    public const string NoRegistry = "no_schema_registry";

    /// <summary>The registry has no schema of this id.</summary>
    public const string UnknownSchema = "unknown_schema";

    /// <summary>The schema of this id is that of another message.</summary>
    public const string WrongSchema = "wrong_schema";

    /// <summary>The way to the message within its Protobuf file leads to none, or to another one.</summary>
    public const string WrongIndexes = "wrong_message_indexes";

    /// <summary>What is written with this schema cannot be read with the message's own.</summary>
    public const string SchemaNotRead = "schema_not_read";

    /// <summary>The body is not what its Avro schema says.</summary>
    public const string NotAvro = "not_avro";

    /// <summary>The body is no Protobuf, or not as the message's fields are.</summary>
    public const string NotProtobuf = "not_protobuf";
}
