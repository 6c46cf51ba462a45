using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Messaging.Wire;

/// <summary>
/// Reads a lane's messages from what Kafka, a timer or a parked row holds, in whatever format they are. What cannot be read carries its fault; it throws only when a schema is needed
/// that <see cref="PrepareAsync"/> has not fetched, and the registry is away.
/// </summary>
/// <param name="catalog">The messages that are known.</param>
/// <param name="formats">Reads what is not JSON; where there are none that is refused.</param>
public sealed class LaneMessageReader(MessageCatalog catalog, WireFormats? formats = null)
{
    /// <summary>The largest body that is accepted, in bytes.</summary>
    public const int MaxBodyBytes = 1_000_000;

    /// <summary>The longest key that is accepted, in bytes; parked messages are found by it, and an index takes no more than a few thousand.</summary>
    public const int MaxKeyBytes = 500;

    /// <summary>The formats that it reads.</summary>
    public WireFormats Formats { get; } = formats ?? WireFormats.JsonOnly;

    /// <summary>Fetches what is needed to read a body; nothing for JSON.</summary>
    /// <exception cref="RegistryAwayException">The schema registry does not answer.</exception>
    public Task PrepareAsync(byte[]? body, CancellationToken cancellationToken) =>
        ConfluentFrame.Is(body) ? Formats.PrepareAsync(body!, cancellationToken) : Task.CompletedTask;

    /// <summary>Reads a message from Kafka.</summary>
    public LaneMessage Read(ConsumeResult<byte[], byte[]> result)
    {
        var headers = new KeyValuePair<string, byte[]>[result.Message.Headers?.Count ?? 0];
        for (var i = 0; i < headers.Length; i++)
        {
            var header = result.Message.Headers![i];
            headers[i] = new(header.Key, header.GetValueBytes() ?? []);
        }
        var raw = new RawMessage(result.Message.Key, result.Message.Value ?? [], headers);
        return Read(raw, new MessageOrigin(result.Topic, result.Offset.Value), Time(result.Message.Timestamp.UnixTimestampMs));
    }

    /// <summary>Reads a timer's message.</summary>
    public LaneMessage ReadTimer(Guid timerId, OutgoingMessage message)
    {
        var headers = new List<KeyValuePair<string, byte[]>>
        {
            new(CloudEventHeaders.Id, Encoding.UTF8.GetBytes(message.Id.ToString())),
            new(CloudEventHeaders.Type, Encoding.UTF8.GetBytes(message.Type)),
            new(CloudEventHeaders.Source, Encoding.UTF8.GetBytes(message.Source)),
            new(CloudEventHeaders.Time, Encoding.UTF8.GetBytes(message.Time.ToString("O", CultureInfo.InvariantCulture))),
            new(TimerHeader, Encoding.UTF8.GetBytes(timerId.ToString())),
        };
        if (message.TraceParent is { } traceParent)
            headers.Add(new(CloudEventHeaders.TraceParent, Encoding.ASCII.GetBytes(traceParent)));
        return Read(new RawMessage(Encoding.UTF8.GetBytes(message.Key), message.Body.ToArray(), headers), new MessageOrigin(message.Topic, -1), message.Time, isTimer: true);
    }

    /// <summary>Reads a message from its bytes.</summary>
    /// <param name="raw">The bytes.</param>
    /// <param name="origin">Where they were read.</param>
    /// <param name="brokerTime">Its time when the publisher says none.</param>
    /// <param name="isTimer">Whether its timer's header may be believed: what others publish names no timer.</param>
    public LaneMessage Read(RawMessage raw, MessageOrigin origin, DateTimeOffset brokerTime, bool isTimer = false)
    {
        var key = raw.Key is { Length: > 0 } ? Encoding.UTF8.GetString(raw.Key, 0, Math.Min(raw.Key.Length, MaxKeyBytes)) : "";
        var id = Header(raw, CloudEventHeaders.Id);
        var type = Header(raw, CloudEventHeaders.Type);
        MessageContract? contract = null;
        object? body = null;
        BadMessageException? fault = null;
        try
        {
            if (raw.Key?.Length > MaxKeyBytes)
                throw new BadMessageException(BadMessageCodes.TooLarge, $"a key of {raw.Key.Length} bytes; at most {MaxKeyBytes}");
            var path = Find(type);
            contract = path.Contract;
            body = Parse(raw.Body, type!, path, Formats);
            if (key.Length == 0)
                throw new BadMessageException(BadMessageCodes.MissingKey, "a message without a key has no order");
            if (string.IsNullOrEmpty(id))
                throw new BadMessageException(BadMessageCodes.MissingId, "header ce_id identifies the message");
            Check(body, contract, key);
        }
        catch (BadMessageException e)
        {
            fault = e.Code is BadMessageCodes.NotJson && Header(raw, CloudEventHeaders.ContentType) is CloudEventHeaders.Avro or CloudEventHeaders.Protobuf
                ? new BadMessageException(BadMessageCodes.NotFramed, "Avro and Protobuf begin with a byte 0 and the schema's id here", e)
                : e;
        }
        return new LaneMessage
        {
            Origin = origin,
            Key = key,
            Id = string.IsNullOrEmpty(id) ? Guid.Empty : KafkaWire.InboxId(id, Header(raw, CloudEventHeaders.Source)),
            Contract = contract,
            Body = body,
            Time = Time(Header(raw, CloudEventHeaders.Time)) ?? brokerTime,
            TraceParent = Header(raw, CloudEventHeaders.TraceParent),
            Raw = raw,
            Fault = fault,
            TimerId = isTimer && Guid.TryParse(Header(raw, TimerHeader), out var timerId) ? timerId : null,
        };
    }

    /// <summary>
    /// A body as JSON, whatever its format is; as it came when it cannot be read. A schema that is not there is waited for.
    /// </summary>
    /// <exception cref="RegistryAwayException">The schema registry does not answer.</exception>
    public byte[] JsonOf(Message<byte[], byte[]> message)
    {
        var body = message.Value ?? [];
        return ConfluentFrame.Is(body) ? JsonOf(body, KafkaWire.Text(message.Headers, CloudEventHeaders.Type)) : body;
    }

    /// <summary>The body of a parked message as JSON, for people; as it came when it cannot be read, or the schema registry is away.</summary>
    public async Task<byte[]> JsonOfAsync(RawMessage raw, CancellationToken cancellationToken)
    {
        if (!ConfluentFrame.Is(raw.Body))
            return raw.Body;
        try
        {
            await PrepareAsync(raw.Body, cancellationToken);
            return JsonOf(raw.Body, Header(raw, CloudEventHeaders.Type));
        }
        catch (RegistryAwayException)
        {
            return raw.Body;
        }
    }

    byte[] JsonOf(byte[] framed, string? type)
    {
        try
        {
            return type is not null && catalog.Versions.TryFind(type, out _) ? Formats.ToJson(type, framed) : framed;
        }
        catch (BadMessageException)
        {
            return framed;
        }
    }

    const string TimerHeader = "orchestrator-timer-id";

    UpcastPath Find(string? type)
    {
        if (string.IsNullOrEmpty(type))
            throw new BadMessageException(BadMessageCodes.MissingType, "header ce_type names the message");
        if (catalog.Versions.TryFind(type, out var path))
            return path;
        throw catalog.Versions.TryFindNewest(type, out var newest)
            ? new BadMessageException(BadMessageCodes.UnknownVersion, $"{newest.Name} is the newest version that is known here")
            : new BadMessageException(BadMessageCodes.UnknownType, "no message of this ce_type is known here");
    }

    internal static object Parse(byte[] body, string type, UpcastPath path, WireFormats formats)
    {
        if (body.Length > MaxBodyBytes)
            throw new BadMessageException(BadMessageCodes.TooLarge, $"a body of {body.Length} bytes; at most {MaxBodyBytes}");
        try
        {
            return path.Read(ConfluentFrame.Is(body) ? formats.ToJson(type, body) : body)
                ?? throw new BadMessageException(BadMessageCodes.WrongShape, "the body is null");
        }
        catch (JsonException e)
        {
            // A syntax error comes from the reader underneath; a shape that does not fit comes from the serializer alone.
            var code = e.InnerException is JsonException ? BadMessageCodes.NotJson : BadMessageCodes.WrongShape;
            throw new BadMessageException(code, $"at {e.Path ?? "$"}, line {e.LineNumber + 1}, byte {e.BytePositionInLine}", e);
        }
    }

    internal static void Check(object body, MessageCatalog catalog)
    {
        if (body is IContract message && ContractErrors.Of(message, catalog.Currencies) is { None: false } errors)
            throw new BadMessageException(BadMessageCodes.Invalid, string.Join("; ", errors.All));
    }

    void Check(object body, MessageContract contract, string key)
    {
        Check(body, catalog);
        if (!string.Equals(contract.Key(body), key, StringComparison.Ordinal))
            throw new BadMessageException(BadMessageCodes.WrongKey, "the Kafka key is not the one of the body");
    }

    static string? Header(RawMessage raw, string name)
    {
        for (var i = raw.Headers.Count - 1; i >= 0; i--)
        {
            if (string.Equals(raw.Headers[i].Key, name, StringComparison.Ordinal))
                return Encoding.UTF8.GetString(raw.Headers[i].Value);
        }
        return null;
    }

    // A publisher may write any number there.
    internal static DateTimeOffset Time(long unixMs) =>
        unixMs is >= 0 and <= 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds(unixMs) : DateTimeOffset.UnixEpoch;

    internal static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
