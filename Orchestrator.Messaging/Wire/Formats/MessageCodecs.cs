using System.Collections.Concurrent;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.History;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>
/// Every message that has a schema history, in all formats, by the newest version of its name; made when it is first needed. What modules say to themselves has none, and is JSON always.
/// </summary>
sealed class MessageCodecs
{
    readonly ConcurrentDictionary<string, MessageCodec?> _codecs = new(StringComparer.Ordinal);

    /// <summary>The one of a message; null when it has no history.</summary>
    /// <param name="name">Its name on the wire.</param>
    public MessageCodec? Find(string name) => _codecs.GetOrAdd(name, Make);

    /// <summary>The one of a message.</summary>
    /// <exception cref="SchemaException">It has no history.</exception>
    public MessageCodec Of(string name) => Find(name) ?? throw new SchemaException("unknown_message", $"{name} has no schema history");

    static MessageCodec? Make(string name) => SchemaHistory.Committed.Of(name) is [.., var newest] ? new MessageCodec(name, newest.Avro, newest.Protobuf) : null;
}
