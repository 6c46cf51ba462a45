using MassTransit;
using MassTransit.Configuration;
using MassTransit.DependencyInjection;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.Messaging.MassTransit;

/// <summary>The lanes as MassTransit sees them: a rider, started and stopped with the bus, its endpoints in the bus's health.</summary>
public interface ILaneRider : IRider;

/// <summary>An endpoint as a module registers it; built when the bus is.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="Configure">Adds sagas and consumers.</param>
sealed record LaneEndpointDefinition(string Name, Action<ILaneEndpointConfigurator> Configure);

sealed class LaneRider : ILaneRider, IRiderControl
{
    readonly ReceiveEndpointCollection _endpoints = new();

    public LaneRider(IBusInstance bus, IServiceProvider services)
    {
        var built = services.GetRequiredService<LaneEndpoints>();
        foreach (var definition in services.GetServices<LaneEndpointDefinition>())
        {
            var configuration = new LaneEndpointConfiguration(bus, bus.HostConfiguration.CreateReceiveEndpointConfiguration(definition.Name), services);
            definition.Configure(configuration);
            var endpoint = configuration.Build(definition.Name);
            _endpoints.Add(definition.Name, endpoint.Endpoint);
            built.Add(endpoint);
        }
    }

    public RiderHandle Start(CancellationToken cancellationToken = default) => new Handle(_endpoints, _endpoints.StartEndpoints(cancellationToken));

    public IEnumerable<EndpointHealthResult> CheckEndpointHealth() => _endpoints.CheckEndpointHealth();

    sealed class Handle(ReceiveEndpointCollection endpoints, HostReceiveEndpointHandle[] handles) : RiderHandle
    {
        public Task Ready => Task.WhenAll(handles.Select(h => h.Ready));

        public Task StopAsync(CancellationToken cancellationToken) => endpoints.StopEndpoints(cancellationToken);
    }
}

/// <summary>Connects the rider to the bus when the bus is made.</summary>
sealed class LaneRiderFactory : IRegistrationRiderFactory<ILaneRider>
{
    public IBusInstanceSpecification CreateRider(IRiderRegistrationContext context) => new Specification(context);

    sealed class Specification(IServiceProvider services) : IBusInstanceSpecification
    {
        public void Configure(IBusInstance busInstance) => busInstance.Connect<ILaneRider>(new LaneRider(busInstance, services));

        public IEnumerable<ValidationResult> Validate() => [];
    }
}
