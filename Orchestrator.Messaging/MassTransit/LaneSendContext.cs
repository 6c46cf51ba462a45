using System.Net.Mime;
using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Serialization;

namespace Orchestrator.Messaging.MassTransit;

/// <summary>
/// What a publish or send says about a message. Only <see cref="MessageId"/> reaches the wire, as ce_id: topic, key, type and format are
/// the contract's to say.
/// </summary>
sealed class LaneSendContext<TMessage>(TMessage message, CancellationToken cancellationToken) : BasePipeContext(cancellationToken), PublishContext<TMessage>
    where TMessage : class
{
    DictionarySendHeaders? _headers;

    public TMessage Message => message;

    public Guid? MessageId { get; set; }

    public Uri? SourceAddress { get; set; }

    public Uri? DestinationAddress { get; set; }

    public Uri? ResponseAddress { get; set; }

    public Uri? FaultAddress { get; set; }

    public Guid? RequestId { get; set; }

    public Guid? CorrelationId { get; set; }

    public Guid? ConversationId { get; set; }

    public Guid? InitiatorId { get; set; }

    public Guid? ScheduledMessageId { get; set; }

    public SendHeaders Headers => _headers ??= new DictionarySendHeaders();

    public TimeSpan? TimeToLive { get; set; }

    public DateTime? SentTime => null;

    public ContentType? ContentType { get; set; }

    public bool Durable { get; set; } = true;

    public TimeSpan? Delay { get; set; }

    public IMessageSerializer Serializer { get; set; } = null!;

    public ISerialization Serialization { get; set; } = null!;

    public string[] SupportedMessageTypes { get; set; } = [];

    public long? BodyLength => null;

    public bool Mandatory { get; set; }

    public SendContext<T> CreateProxy<T>(T message) where T : class => new SendContextProxy<T>(this, message);
}
