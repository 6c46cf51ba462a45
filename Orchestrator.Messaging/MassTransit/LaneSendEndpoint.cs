using MassTransit;
using MassTransit.Context;
using MassTransit.Initializers;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.MassTransit;

/// <summary>
/// Where publish and send end: the unit of work. A message goes to the topic of its contract, or to <paramref name="topic"/> when it was sent to
/// <c>topic:name</c>; its key is the contract's either way.
/// </summary>
sealed class LaneSendEndpoint(LaneReceiveContext receive, string? topic) : ISendEndpoint
{
    /// <summary>The topic of an address <c>topic:name</c>.</summary>
    public static string TopicOf(Uri address) =>
        string.Equals(address.Scheme, "topic", StringComparison.Ordinal) && address.AbsolutePath.Length > 0
            ? address.AbsolutePath
            : throw new InvalidOperationException($"{address} is no address of a lane's messages; publish, or send to topic:name");

    public static NotSupportedException NoObservers() =>
        new("messages of a lane are sent after its commit, where no send or publish observer is called; observe the topic instead");

    public Task Send<T>(T message, CancellationToken cancellationToken) where T : class
    {
        Deliver(message, id: null);
        return Task.CompletedTask;
    }

    public Task Send<T>(T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken) where T : class
    {
        var context = new LaneSendContext<T>(message, cancellationToken);
        return DeliverAsync(context, pipe.Send(context));
    }

    public Task Send<T>(T message, IPipe<SendContext> pipe, CancellationToken cancellationToken) where T : class
    {
        var context = new LaneSendContext<T>(message, cancellationToken);
        return DeliverAsync(context, pipe.Send(context));
    }

    public Task Send(object message, CancellationToken cancellationToken) => SendEndpointConverterCache.Send(this, message, message.GetType(), cancellationToken);

    public Task Send(object message, Type messageType, CancellationToken cancellationToken) =>
        SendEndpointConverterCache.Send(this, message, messageType, cancellationToken);

    public Task Send(object message, IPipe<SendContext> pipe, CancellationToken cancellationToken) =>
        SendEndpointConverterCache.Send(this, message, message.GetType(), pipe, cancellationToken);

    public Task Send(object message, Type messageType, IPipe<SendContext> pipe, CancellationToken cancellationToken) =>
        SendEndpointConverterCache.Send(this, message, messageType, pipe, cancellationToken);

    public Task Send<T>(object values, CancellationToken cancellationToken) where T : class => Send(values, Pipe.Empty<SendContext<T>>(), cancellationToken);

    public async Task Send<T>(object values, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken) where T : class
    {
        var (message, configure) = await MessageInitializerCache<T>.InitializeMessage(values, pipe, cancellationToken);
        await Send(message, configure, cancellationToken);
    }

    public async Task Send<T>(object values, IPipe<SendContext> pipe, CancellationToken cancellationToken) where T : class
    {
        var (message, configure) = await MessageInitializerCache<T>.InitializeMessage(values, pipe, cancellationToken);
        await Send(message, configure, cancellationToken);
    }

    public ConnectHandle ConnectSendObserver(ISendObserver observer) => throw NoObservers();

    Task DeliverAsync<T>(LaneSendContext<T> context, Task configured) where T : class
    {
        if (!configured.IsCompletedSuccessfully)
            return WaitAsync();
        Deliver(context.Message, context.MessageId);
        return Task.CompletedTask;

        async Task WaitAsync()
        {
            await configured;
            Deliver(context.Message, context.MessageId);
        }
    }

    void Deliver(object message, Guid? id)
    {
        var unit = receive.Unit;
        if (topic is null)
        {
            unit.Publish(message, id);
            return;
        }
        var contract = unit.Catalog.Of(message.GetType()) with { Topic = topic };
        unit.Publish(OutgoingMessage.Of(contract, message, id ?? Guid.CreateVersion7(unit.Now), unit.Lane.Source, unit.Now, unit.TraceParent));
    }
}
