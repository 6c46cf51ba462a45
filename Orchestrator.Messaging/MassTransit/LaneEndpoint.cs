using MassTransit.Context;
using MassTransit.Transports;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit.Sagas;

namespace Orchestrator.Messaging.MassTransit;

/// <summary>A built endpoint: the pipeline that all lanes of a group share. What differs by lane, the sagas in memory, is the processor's.</summary>
sealed class LaneEndpoint(string name, ReceiveEndpoint endpoint, ReceiveEndpointContext context, IReadOnlyList<ILaneSagaType> sagas)
{
    readonly IReceivePipeDispatcher _dispatcher = context.CreateReceivePipeDispatcher();

    public string Name => name;

    public ReceiveEndpoint Endpoint => endpoint;

    public ReceiveEndpointContext Context => context;

    public IReadOnlyList<ILaneSagaType> Sagas => sagas;

    /// <summary>Ends when the bus has started the endpoint.</summary>
    public Task Started => endpoint.Started;

    public Task DispatchAsync(LaneReceiveContext receive) => _dispatcher.Dispatch(receive, NoLockReceiveContext.Instance);

    public MassTransitLaneProcessor CreateProcessor(LaneId lane) => new(this, lane);
}
