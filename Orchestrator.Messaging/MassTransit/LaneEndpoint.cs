using System.Collections.Concurrent;
using MassTransit.Context;
using MassTransit.Transports;
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
}

/// <summary>The endpoints by name, for lanes that may be there before the bus has built them.</summary>
sealed class LaneEndpoints
{
    readonly ConcurrentDictionary<string, TaskCompletionSource<LaneEndpoint>> _byName = new(StringComparer.Ordinal);

    /// <summary>The endpoint, as soon as the bus has built it.</summary>
    public Task<LaneEndpoint> BuiltAsync(string name) => Of(name).Task;

    /// <summary>The bus has built it.</summary>
    public void Add(LaneEndpoint endpoint) => Of(endpoint.Name).TrySetResult(endpoint);

    TaskCompletionSource<LaneEndpoint> Of(string name) =>
        _byName.GetOrAdd(name, _ => new TaskCompletionSource<LaneEndpoint>(TaskCreationOptions.RunContinuationsAsynchronously));
}
