using System.Collections.Concurrent;
using Orchestrator.Messaging.Schemas.Derived;
using Orchestrator.Messaging.Schemas.History;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>
/// Every message in all formats, made when it is first needed: by the newest version that the history has of its name, else, for messages that modules and tests
/// add, by what is derived from its record.
/// </summary>
/// <param name="catalog">The messages that are known.</param>
sealed class MessageCodecs(MessageCatalog catalog)
{
    readonly ConcurrentDictionary<string, MessageCodec> _codecs = new(StringComparer.Ordinal);

    /// <summary>The one of a message.</summary>
    /// <param name="name">Its name on the wire, of a version that is known.</param>
    /// <exception cref="Schemas.SchemaException">There are no schemas of it.</exception>
    public MessageCodec Of(string name) => _codecs.GetOrAdd(name, Make);

    MessageCodec Make(string name)
    {
        if (SchemaHistory.Committed.Of(name) is [.., var newest])
            return new MessageCodec(name, newest.Avro, newest.Protobuf);
        if (!catalog.TryFind(name, out var contract))
            throw new Schemas.SchemaException("unknown_message", $"{name} has no schemas");
        var derived = DerivedSchemas.Of(contract, []);
        return new MessageCodec(name, derived.Avro, derived.Protobuf);
    }
}
