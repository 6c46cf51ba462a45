using System.Buffers.Text;
using System.Text;
using Confluent.Kafka;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// Reads good messages as <see cref="LaneMessageReader"/> does, without making texts of what is only compared. Whatever is out of the ordinary is left to that one.
/// One thread uses it.
/// </summary>
/// <param name="catalog">The messages that are known.</param>
/// <param name="formats">The formats that are read.</param>
internal sealed class StreamMessageReader(MessageCatalog catalog, WireFormats formats)
{
    const int TypesKept = 16;

    readonly List<(byte[] Bytes, string Name, UpcastPath Path)> _types = [];

    /// <summary>Whether it can be read at once; if not, a schema is being fetched.</summary>
    public bool IsReady(ConsumeResult<byte[], byte[]> result) => !ConfluentFrame.Is(result.Message?.Value) || formats.IsReady(result.Message!.Value);

    /// <returns>False when it must be looked at closely.</returns>
    public bool TryRead(ConsumeResult<byte[], byte[]> result, out StreamMessage message)
    {
        message = default;
        if (result.Message is not { Key: { Length: > 0 and <= LaneMessageReader.MaxKeyBytes } key, Value: { } value, Headers: { } headers }
            || value.Length > LaneMessageReader.MaxBodyBytes)
        {
            return false;
        }
        byte[]? id = null, type = null, time = null, traceParent = null;
        for (var i = 0; i < headers.Count; i++)
        {
            var header = headers[i];
            switch (header.Key)
            {
                case CloudEventHeaders.Id: id = header.GetValueBytes(); break;
                case CloudEventHeaders.Type: type = header.GetValueBytes(); break;
                case CloudEventHeaders.Time: time = header.GetValueBytes(); break;
                case CloudEventHeaders.TraceParent: traceParent = header.GetValueBytes(); break;
            }
        }
        if (id is null || type is null || !Utf8Parser.TryParse(id, out Guid guid, out var consumed) || consumed != id.Length || Find(type) is not var (name, path))
            return false;
        try
        {
            var body = LaneMessageReader.Parse(value, name, path, formats);
            var text = path.Contract.Key(body);
            if (!Ascii.Equals(key, text))
                return false;
            LaneMessageReader.Check(body, catalog);
            message = new StreamMessage
            {
                Topic = result.Topic,
                Offset = result.Offset.Value,
                Key = text,
                KeyBytes = key,
                Id = guid,
                Contract = path.Contract,
                Body = body,
                BrokerTime = LaneMessageReader.Time(result.Message.Timestamp.UnixTimestampMs),
                TimeHeader = time,
                TraceParentHeader = traceParent,
            };
            return true;
        }
        catch (BadMessageException)
        {
            return false;
        }
    }

    (string Name, UpcastPath Path)? Find(byte[] type)
    {
        foreach (var (bytes, known, knownPath) in _types)
        {
            if (bytes.AsSpan().SequenceEqual(type))
                return (known, knownPath);
        }
        var name = Encoding.UTF8.GetString(type);
        if (!catalog.Versions.TryFind(name, out var path))
            return null;
        if (_types.Count < TypesKept)
            _types.Add((type, name, path));
        return (name, path);
    }
}
