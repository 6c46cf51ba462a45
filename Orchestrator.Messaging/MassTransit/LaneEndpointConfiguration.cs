using MassTransit;
using MassTransit.Configuration;
using MassTransit.Observables;
using MassTransit.Transports;
using MassTransit.Util;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.MassTransit.Sagas;

namespace Orchestrator.Messaging.MassTransit;

/// <summary>Configures what is done with the messages of a lane endpoint; all that MassTransit offers for receive endpoints applies too.</summary>
public interface ILaneEndpointConfigurator : IReceiveEndpointConfigurator
{
    /// <summary>The host's services.</summary>
    IServiceProvider Services { get; }

    /// <summary>
    /// Runs a saga whose instances are kept in memory by the lane and written set-based with its unit of work. Every event must correlate by id.
    /// </summary>
    /// <param name="machine">The state machine.</param>
    /// <param name="map">Where and how an instance is stored.</param>
    /// <param name="instancesKept">The most unchanged instances that one lane keeps in memory, the most recently used ones.</param>
    void StateMachineSaga<TSaga>(SagaStateMachine<TSaga> machine, IEntityTypeConfiguration<TSaga> map, int instancesKept = 4_096)
        where TSaga : class, ILaneSaga, new();

    /// <summary>Runs a consumer as one shared instance, resolved once: it keeps no state of its own, or guards it.</summary>
    void SharedConsumer<TConsumer>() where TConsumer : class, IConsumer;
}

/// <summary>MassTransit's side of an endpoint: its pipeline, and a transport that is ready as soon as it is started, since the lanes do the receiving.</summary>
sealed class LaneEndpointConfiguration : ReceiveEndpointConfiguration, ILaneEndpointConfigurator
{
    readonly IBusInstance _bus;
    readonly IReceiveEndpointConfiguration _endpoint;
    readonly List<ILaneSagaType> _sagas = [];

    public LaneEndpointConfiguration(IBusInstance bus, IReceiveEndpointConfiguration endpoint, IServiceProvider services)
        : base(bus.HostConfiguration, endpoint)
    {
        _bus = bus;
        _endpoint = endpoint;
        Services = services;
        PublishFaults = false;
        this.DiscardSkippedMessages();
        this.RethrowFaultedMessages();
    }

    public IServiceProvider Services { get; }

    public override Uri HostAddress => _endpoint.HostAddress;

    public override Uri InputAddress => _endpoint.InputAddress;

    public void StateMachineSaga<TSaga>(SagaStateMachine<TSaga> machine, IEntityTypeConfiguration<TSaga> map, int instancesKept = 4_096)
        where TSaga : class, ILaneSaga, new()
    {
        var table = new SagaTable<TSaga>(map);
        var loader = Services.GetService<ISagaLoader<TSaga>>() ?? new PostgresSagaLoader<TSaga>(table, Services.LaneDatabase());
        var type = new LaneSagaType<TSaga>(_sagas.Count, machine, table, loader, [.. Services.GetServices<ISagaWatcher<TSaga>>()], instancesKept);
        _sagas.Add(type);
        this.StateMachineSaga(machine, type.Repository);
    }

    public void SharedConsumer<TConsumer>() where TConsumer : class, IConsumer
    {
        var consumer = Services.GetService<TConsumer>() ?? ActivatorUtilities.CreateInstance<TConsumer>(Services);
        this.Consumer(() => consumer);
    }

    public override ReceiveEndpointContext CreateReceiveEndpointContext()
    {
        ApplySpecifications(new ReceiveEndpointBuilder(this));
        return new LaneEndpointContext(_bus, this);
    }

    public LaneEndpoint Build(string name)
    {
        Validate().ThrowIfContainsFailure($"The lane endpoint {name} is not properly configured:");
        var context = CreateReceiveEndpointContext();
        ReceiveEndpoint = new ReceiveEndpoint(new LaneTransport(context), context);
        return new LaneEndpoint(name, (ReceiveEndpoint)ReceiveEndpoint, context, _sagas);
    }
}

/// <summary>What lanes use of MassTransit's endpoint context: its pipe and observers. It sends nothing itself.</summary>
sealed class LaneEndpointContext(IBusInstance bus, IReceiveEndpointConfiguration configuration) : BaseReceiveEndpointContext(bus.HostConfiguration, configuration)
{
    public override void AddSendAgent(IAgent agent)
    {
    }

    public override void AddConsumeAgent(IAgent agent)
    {
    }

    public override Exception ConvertException(Exception exception, string message) => new InvalidOperationException(message, exception);

    protected override ISendTransportProvider CreateSendTransportProvider() => throw LaneSendEndpoint.NoObservers();

    protected override IPublishTransportProvider CreatePublishTransportProvider() => throw LaneSendEndpoint.NoObservers();
}

/// <summary>Tells MassTransit that the endpoint is ready from its start to its stop; receiving is the lanes' work.</summary>
sealed class LaneTransport(ReceiveEndpointContext context) : IReceiveTransport
{
    public ReceiveTransportHandle Start() => new Handle(context, context.TransportObservers.NotifyReady(context.InputAddress));

    public ConnectHandle ConnectReceiveObserver(IReceiveObserver observer) => context.ConnectReceiveObserver(observer);

    public ConnectHandle ConnectReceiveTransportObserver(IReceiveTransportObserver observer) => context.ConnectReceiveTransportObserver(observer);

    public ConnectHandle ConnectPublishObserver(IPublishObserver observer) => new EmptyConnectHandle();

    public ConnectHandle ConnectSendObserver(ISendObserver observer) => new EmptyConnectHandle();

    public void Probe(ProbeContext context) => context.CreateScope("lanes");

    sealed class Handle(ReceiveEndpointContext context, Task ready) : ReceiveTransportHandle
    {
        public async Task Stop(CancellationToken cancellationToken)
        {
            await ready;
            await context.TransportObservers.NotifyCompleted(context.InputAddress, new Metrics());
        }
    }

    sealed class Metrics : DeliveryMetrics
    {
        public long DeliveryCount => 0;

        public int ConcurrentDeliveryCount => 0;
    }
}
