using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Schemas;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>
/// The formats in which messages travel. Inside, in outbox, timers and snapshots, every body is JSON; here it becomes what its topic is configured for when it is published,
/// and here it becomes JSON again when it is read, whatever it is, so that a topic can change its format while messages of the old one are there.
/// </summary>
public sealed class WireFormats
{
    readonly FrozenDictionary<string, SchemaFormat> _topics;
    readonly SubjectNaming _subjects;
    readonly MessageCodecs _codecs = new();
    readonly MessageCatalog _catalog;
    readonly SchemaDirectory? _schemas;

    /// <param name="catalog">The messages that are known.</param>
    /// <param name="topics">Formats by the topics' actual names; JSON for all others.</param>
    /// <param name="subjects">The registry's subjects.</param>
    /// <param name="schemas">What the registry has; null when none is configured.</param>
    internal WireFormats(MessageCatalog catalog, IReadOnlyDictionary<string, SchemaFormat> topics, SubjectNaming subjects, SchemaDirectory? schemas)
    {
        _catalog = catalog;
        _topics = topics.Where(t => t.Value is not SchemaFormat.Json).ToFrozenDictionary(StringComparer.Ordinal);
        _subjects = subjects;
        _schemas = schemas;
    }

    /// <summary>JSON alone, and no registry.</summary>
    public static WireFormats JsonOnly { get; } = new(MessageCatalog.Contracts, new Dictionary<string, SchemaFormat>(StringComparer.Ordinal), SubjectNaming.Record, schemas: null);

    /// <summary>Formats as they are configured.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="catalog">The messages that are known.</param>
    /// <param name="actualName">A topic's actual name, by the default one.</param>
    /// <param name="messaging">How long pauses are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Hear when the registry goes away and comes back.</param>
    public static WireFormats Of(
        FormatOptions options, MessageCatalog catalog, Func<string, string> actualName, MessagingOptions? messaging = null, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        var topics = options.Topics.ToDictionary(t => actualName(DefaultName(t.Key)), t => FormatOptionsCheck.Formats[t.Value], StringComparer.Ordinal);
        var schemas = options.Url is null
            ? null
            : new SchemaDirectory(
                new ConfluentSchemas(options.CreateClient(), options.Register), options.CachedSchemas, messaging ?? new MessagingOptions(), time ?? TimeProvider.System,
                (loggers ?? NullLoggerFactory.Instance).CreateLogger("Orchestrator.Messaging.Formats"));
        return new WireFormats(catalog, topics, options.Subjects, schemas);
    }

    /// <summary>One format for every topic, whatever is configured for it.</summary>
    /// <param name="format">The format.</param>
    /// <param name="options">The registry.</param>
    /// <param name="catalog">The messages that are known, by their default topics.</param>
    public static WireFormats In(SchemaFormat format, FormatOptions options, MessageCatalog catalog)
    {
        foreach (var topic in catalog.All.Select(c => c.Topic))
            options.Topics[topic] = FormatOptionsCheck.Formats.First(f => f.Value == format).Key;
        return Of(options, catalog, topic => topic);
    }

    /// <summary>Why the schema registry is away; null while it answers, and where none is configured.</summary>
    public string? Hindrance => _schemas?.Hindrance;

    /// <summary>Whether messages are published to a topic as JSON.</summary>
    /// <param name="topic">Its actual name.</param>
    public bool IsJson(string topic) => _topics.Count == 0 || !_topics.ContainsKey(topic);

    /// <summary>A message in the format of its topic.</summary>
    /// <exception cref="RegistryAwayException">The registry does not answer.</exception>
    /// <exception cref="SchemaException">The schema that is known here cannot say all that is in it.</exception>
    public async ValueTask<OutgoingMessage> EncodeAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        if (IsJson(message.Topic) || message.ContentType is not null || _codecs.Find(message.Type) is not { } codec)
            return message;
        var format = _topics[message.Topic];
        var id = await Schemas.IdOfAsync(Subject(message.Topic, codec), format, codec.Text(format), cancellationToken);
        return message with { Body = codec.Write(format, id, message.Body), ContentType = ContentType(format) };
    }

    /// <summary>Sees to it that messages can be encoded for every topic without asking the registry.</summary>
    /// <exception cref="RegistryAwayException">The registry does not answer.</exception>
    internal async Task ReadyAsync(CancellationToken cancellationToken)
    {
        foreach (var topic in _topics.Keys)
            await ReadyAsync(topic, cancellationToken);
    }

    /// <summary>Sees to it that messages can be encoded for a topic without asking the registry.</summary>
    /// <exception cref="RegistryAwayException">The registry does not answer.</exception>
    internal async Task ReadyAsync(string topic, CancellationToken cancellationToken)
    {
        if (IsJson(topic))
            return;
        foreach (var contract in _catalog.All.Where(c => string.Equals(c.Topic, topic, StringComparison.Ordinal)))
        {
            if (_codecs.Find(contract.Name) is { } codec)
                await Schemas.IdOfAsync(Subject(topic, codec), _topics[topic], codec.Text(_topics[topic]), cancellationToken);
        }
    }

    /// <summary>A body for a topic that <see cref="ReadyAsync(string, CancellationToken)"/> was called for.</summary>
    /// <exception cref="RegistryAwayException">It was not.</exception>
    internal (byte[] Body, string? ContentType) Encode(MessageContract contract, string topic, byte[] json)
    {
        if (_codecs.Find(contract.Name) is not { } codec)
            return (json, null);
        var format = _topics[topic];
        return Schemas.TryIdOf(Subject(topic, codec), format, out var id)
            ? (codec.Write(format, id, json), ContentType(format))
            : throw new RegistryAwayException($"the id of {codec.FullName} is not known yet");
    }

    /// <summary>Whether a body can be read without asking the registry. If not, it is asked meanwhile.</summary>
    internal bool IsReady(byte[] body)
    {
        if (!ConfluentFrame.Is(body) || _schemas is null || ConfluentFrame.SchemaId(body) is not { } id || _schemas.TryFind(id, out _))
            return true;
        if (_schemas.MayAsk)
            _ = AskAsync(_schemas, id);
        return false;
    }

    /// <summary>Sees to it that a body can be read without asking the registry.</summary>
    /// <exception cref="RegistryAwayException">The registry does not answer.</exception>
    internal Task PrepareAsync(byte[] body, CancellationToken cancellationToken) =>
        ConfluentFrame.Is(body) && _schemas is not null && ConfluentFrame.SchemaId(body) is { } id && !_schemas.TryFind(id, out _)
            ? _schemas.FindAsync(id, cancellationToken)
            : Task.CompletedTask;

    /// <summary>The JSON of a framed body.</summary>
    /// <param name="name">The message's name on the wire, of a version that is known.</param>
    /// <param name="framed">The body. Where it is not prepared, the registry is asked and waited for.</param>
    /// <exception cref="BadMessageException">It cannot be read.</exception>
    /// <exception cref="RegistryAwayException">The registry does not answer.</exception>
    internal byte[] ToJson(string name, byte[] framed)
    {
        var id = ConfluentFrame.SchemaId(framed) ?? throw new BadMessageException(BadMessageCodes.ShortFrame, $"{framed.Length} bytes; a byte 0 and the four of a schema's id come first");
        if (_schemas is null)
            throw new BadMessageException(BadMessageCodes.NoRegistry, $"the body was written with schema {id}; set {FormatOptions.Section}:SchemaRegistry:Url, and redrive it");
        if (!_schemas.TryFind(id, out var schema))
            schema = _schemas.FindAsync(id, CancellationToken.None).GetAwaiter().GetResult();
        return (schema ?? throw new BadMessageException(BadMessageCodes.UnknownSchema, $"the registry has no schema {id}")).ToJson(Codec(name), framed);
    }

    // What has no history is read as JSON alone.
    MessageCodec Codec(string name) => _codecs.Find(name) ?? throw new BadMessageException(BadMessageCodes.SchemaNotRead, $"{name} has no schema history, and travels as JSON alone");

    // As it is written elsewhere; configuration does not tell capitals from others.
    static string DefaultName(string topic) => Contracts.Topics.All.FirstOrDefault(t => string.Equals(t, topic, StringComparison.OrdinalIgnoreCase)) ?? topic;

    SchemaDirectory Schemas => _schemas ?? throw new RegistryAwayException("none is configured");

    string Subject(string topic, MessageCodec codec) => _subjects switch
    {
        SubjectNaming.TopicRecord => $"{topic}-{codec.FullName}",
        SubjectNaming.Topic => $"{topic}-value",
        _ => codec.FullName,
    };

    static string ContentType(SchemaFormat format) => format is SchemaFormat.Avro ? CloudEventHeaders.Avro : CloudEventHeaders.Protobuf;

    // Whoever needs it looks again; that it is away is remembered, and said.
    static async Task AskAsync(SchemaDirectory schemas, int id)
    {
        try
        {
            await schemas.FindAsync(id, CancellationToken.None);
        }
        catch (RegistryAwayException)
        {
            return;
        }
    }
}
