using System.Buffers.Text;
using System.Text;
using Confluent.Kafka;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// Reads good messages as <see cref="LaneMessageReader"/> does, without making texts of what is only compared. Whatever is out of the ordinary is left to that one.
/// One thread uses it.
/// </summary>
internal sealed class StreamMessageReader(MessageCatalog catalog)
{
    const int TypesKept = 16;

    readonly List<(byte[] Name, UpcastPath Path)> _types = [];

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
        if (id is null || type is null || !Utf8Parser.TryParse(id, out Guid guid, out var consumed) || consumed != id.Length || Find(type) is not { } path)
            return false;
        try
        {
            var body = LaneMessageReader.Parse(value, path);
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

    UpcastPath? Find(byte[] type)
    {
        foreach (var (name, known) in _types)
        {
            if (name.AsSpan().SequenceEqual(type))
                return known;
        }
        if (!catalog.Versions.TryFind(Encoding.UTF8.GetString(type), out var path))
            return null;
        if (_types.Count < TypesKept)
            _types.Add((type, path));
        return path;
    }
}
