using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Text.Json;
using MassTransit;
using MassTransit.Context;
using MassTransit.Metadata;
using MassTransit.Serialization;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.MassTransit;

/// <summary>Makes the consume context of a message by the type of its record, without reflection after the first of each type.</summary>
static class LaneConsumeContexts
{
    static readonly ConcurrentDictionary<Type, Func<LaneReceiveContext, LaneMessage, ConsumeContext>> Factories = new();

    /// <summary>Serves the rare feature that asks MassTransit's serializer; the message itself is never read by it.</summary>
    internal static SerializerContext Serializer { get; } = new SystemTextJsonRawSerializerContext(
        SystemTextJsonMessageSerializer.Instance,
        SystemTextJsonMessageSerializer.Options,
        SystemTextJsonMessageSerializer.JsonContentType,
        new RawMessageContext(LaneHeaders.None, new Uri("topic:none"), RawSerializerOptions.Default),
        [],
        RawSerializerOptions.Default,
        default(JsonElement));

    public static ConsumeContext Create(LaneReceiveContext receive, LaneMessage message)
    {
        var context = Factories.GetOrAdd(message.Body!.GetType(), Compile)(receive, message);
        receive.Attach(context);
        return context;
    }

    static Func<LaneReceiveContext, LaneMessage, ConsumeContext> Compile(Type type)
    {
        var receive = Expression.Parameter(typeof(LaneReceiveContext));
        var message = Expression.Parameter(typeof(LaneMessage));
        var constructor = typeof(LaneConsumeContext<>).MakeGenericType(type).GetConstructors().Single();
        return Expression.Lambda<Func<LaneReceiveContext, LaneMessage, ConsumeContext>>(Expression.New(constructor, receive, message), receive, message).Compile();
    }
}

/// <summary>A message whose record is at hand.</summary>
sealed class LaneConsumeContext<TMessage> : BaseConsumeContext, ConsumeContext<TMessage>
    where TMessage : class
{
    readonly LaneReceiveContext _receive;
    readonly LaneMessage _message;

    public LaneConsumeContext(LaneReceiveContext receive, LaneMessage message)
        : base(receive, LaneConsumeContexts.Serializer)
    {
        _receive = receive;
        _message = message;
        Message = (TMessage)message.Body!;
    }

    public TMessage Message { get; }

    public override Guid? MessageId => _message.Id;

    public override Guid? RequestId => null;

    public override Guid? CorrelationId => null;

    public override Guid? ConversationId => null;

    public override Guid? InitiatorId => null;

    public override DateTime? ExpirationTime => null;

    public override Uri SourceAddress => null!;

    public override Uri DestinationAddress => null!;

    public override Uri ResponseAddress => null!;

    public override Uri FaultAddress => null!;

    public override DateTime? SentTime => _message.Time.UtcDateTime;

    public override Headers Headers => _receive.TransportHeaders;

    public override HostInfo Host => HostMetadataCache.Host;

    public override Task ConsumeCompleted => _receive.Pending;

    public override IEnumerable<string> SupportedMessageTypes => MessageTypeCache<TMessage>.MessageTypeNames;

    public override bool HasMessageType(Type messageType) => messageType.IsInstanceOfType(Message);

    public override bool TryGetMessage<T>([NotNullWhen(true)] out ConsumeContext<T>? consumeContext)
    {
        if (typeof(T) == typeof(TMessage))
            consumeContext = (ConsumeContext<T>)(object)this;
        else
            consumeContext = Message is T message ? new MessageConsumeContext<T>(this, message) : null;
        return consumeContext is not null;
    }

    public override void AddConsumeTask(Task task) => _receive.AddReceiveTask(task);

    public Task NotifyConsumed(TimeSpan duration, string consumerType) => NotifyConsumed(this, duration, consumerType);

    public Task NotifyFaulted(TimeSpan duration, string consumerType, Exception exception) => NotifyFaulted(this, duration, consumerType, exception);

    public override Task NotifyFaulted<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) =>
        _receive.NotifyFaulted(context, duration, consumerType, exception);

    public override bool HasPayloadType(Type payloadType) => payloadType.IsInstanceOfType(this) || _receive.HasPayloadType(payloadType);

    public override bool TryGetPayload<T>([NotNullWhen(true)] out T? payload) where T : class
    {
        payload = this as T;
        return payload is not null || _receive.TryGetPayload(out payload);
    }

    public override T GetOrAddPayload<T>(PayloadFactory<T> payloadFactory) => this as T ?? _receive.GetOrAddPayload(payloadFactory);

    public override T AddOrUpdatePayload<T>(PayloadFactory<T> addFactory, UpdatePayloadFactory<T> updateFactory) =>
        this as T ?? _receive.AddOrUpdatePayload(addFactory, updateFactory);
}
