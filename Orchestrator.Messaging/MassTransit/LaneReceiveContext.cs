using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Scheduling;
using MassTransit.Serialization;
using MassTransit.Transports;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.MassTransit;

/// <summary>
/// One message on its way through MassTransit's pipeline. Its message is deserialized already, and what is published, sent or scheduled on the way
/// lands in the unit of work. Lean, because one is made for every message.
/// </summary>
sealed class LaneReceiveContext : ScopePipeContext, ReceiveContext, IPublishEndpointProvider, ISendEndpointProvider
{
    static readonly ContentType Json = new("application/json");

    readonly ReceiveEndpointContext _endpoint;
    readonly LaneMessage _message;
    readonly long _started;
    ConsumeContext? _consume;
    ConsumeMessageSchedulerContext? _scheduler;
    LaneSendEndpoint? _publish;
    List<Task>? _pending;

    public LaneReceiveContext(ReceiveEndpointContext endpoint, LaneMessage message, MassTransitLaneProcessor lane, UnitOfWork? work, CancellationToken cancellationToken)
        : base(endpoint)
    {
        _endpoint = endpoint;
        _message = message;
        _started = TimeProvider.System.GetTimestamp();
        Lane = lane;
        UnitOrNone = work;
        CancellationToken = cancellationToken;
        TransportHeaders = new LaneHeaders(message);
    }

    /// <summary>The lane that takes the message.</summary>
    public MassTransitLaneProcessor Lane { get; }

    /// <summary>Where everything that the message brings about is put.</summary>
    /// <exception cref="InvalidOperationException">A correlation, which must be a pure reading of the message, tried to publish.</exception>
    public UnitOfWork Unit => UnitOrNone ?? throw new InvalidOperationException("nothing can be published while messages are being correlated");

    public UnitOfWork? UnitOrNone { get; }

    public override CancellationToken CancellationToken { get; }

    public TimeSpan ElapsedTime => TimeProvider.System.GetElapsedTime(_started);

    public Uri InputAddress => _endpoint.InputAddress;

    public ContentType ContentType => Json;

    public bool Redelivered => false;

    public Headers TransportHeaders { get; }

    public Task ReceiveCompleted => Pending;

    public bool IsDelivered { get; private set; }

    public bool IsFaulted { get; private set; }

    public ISendEndpointProvider SendEndpointProvider => this;

    public IPublishEndpointProvider PublishEndpointProvider => this;

    // A failing message is isolated, retried and parked by the lane; a Fault message would say it twice.
    public bool PublishFaults => false;

    public MessageBody Body => new BytesMessageBody(_message.Raw.Body);

    /// <summary>What consumers started without waiting for it.</summary>
    public Task Pending => _pending is null ? Task.CompletedTask : Task.WhenAll(_pending);

    public void Attach(ConsumeContext consume) => _consume = consume;

    public void AddReceiveTask(Task task)
    {
        if (!task.IsCompletedSuccessfully)
            (_pending ??= []).Add(task);
    }

    public Task NotifyConsumed<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) where T : class
    {
        IsDelivered = true;
        return _endpoint.ReceiveObservers.PostConsume(context, duration, consumerType);
    }

    public Task NotifyFaulted<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) where T : class
    {
        IsFaulted = true;
        return _endpoint.ReceiveObservers.ConsumeFault(context, duration, consumerType, exception);
    }

    public Task NotifyFaulted(Exception exception)
    {
        IsFaulted = true;
        return _endpoint.ReceiveObservers.ReceiveFault(this, exception);
    }

    public Task<ISendEndpoint> GetPublishSendEndpoint<T>() where T : class => Task.FromResult<ISendEndpoint>(_publish ??= new LaneSendEndpoint(this, topic: null));

    public Task<ISendEndpoint> GetSendEndpoint(Uri address) => Task.FromResult<ISendEndpoint>(new LaneSendEndpoint(this, LaneSendEndpoint.TopicOf(address)));

    public ConnectHandle ConnectPublishObserver(IPublishObserver observer) => throw LaneSendEndpoint.NoObservers();

    public ConnectHandle ConnectSendObserver(ISendObserver observer) => throw LaneSendEndpoint.NoObservers();

    public override bool HasPayloadType(Type payloadType) =>
        payloadType == typeof(ConsumeContext) || payloadType == typeof(UnitOfWork) || payloadType == typeof(MessageSchedulerContext) || base.HasPayloadType(payloadType);

    public override bool TryGetPayload<T>([NotNullWhen(true)] out T? payload) where T : class
    {
        payload = Own<T>();
        return payload is not null || base.TryGetPayload(out payload);
    }

    public override T GetOrAddPayload<T>(PayloadFactory<T> payloadFactory) => Own<T>() ?? base.GetOrAddPayload(payloadFactory);

    T? Own<T>() where T : class
    {
        if (typeof(T) == typeof(ConsumeContext))
            return _consume as T;
        if (typeof(T) == typeof(UnitOfWork))
            return Unit as T;
        if (typeof(T) == typeof(MessageSchedulerContext))
            return (_scheduler ??= new ConsumeMessageSchedulerContext(_consume!, _ => new MessageScheduler(new LaneScheduler(this), busTopology: null!))) as T;
        return null;
    }
}
