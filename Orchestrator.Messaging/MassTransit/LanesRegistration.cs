using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.MassTransit;

/// <summary>Registers groups of lanes whose messages MassTransit handles.</summary>
public static class LanesRegistration
{
    /// <summary>
    /// Adds a group of lanes that dispatches through MassTransit. The first call adds MassTransit itself, on its in-memory transport, with the
    /// lanes as its rider; an application that calls <c>AddMassTransit</c> on its own puts <see cref="UseLanes"/> into it beforehand.
    /// A lane that opens before the bus has started waits for it; register messaging after this, so that on a stop the lanes end first.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The group's name, also its Kafka consumer group id.</param>
    /// <param name="topics">The topics to read, by their actual names; all have the same number of partitions.</param>
    /// <param name="configure">Adds sagas and consumers, once, when the bus is made.</param>
    /// <param name="maxBatch">The most messages in one unit of work; what the options say when null.</param>
    /// <param name="rest">How long a lane rests after a unit of work: see <see cref="LaneGroup.Rest"/>.</param>
    /// <param name="takes">The records that it takes, see <see cref="LaneGroup.Takes"/> and <see cref="TakenBy"/>; all when null.</param>
    /// <param name="keeperOf">The topics that it keeps, by their actual names: see <see cref="LaneGroup.KeeperOf"/>; all when null.</param>
    public static IServiceCollection AddLaneEndpoint(
        this IServiceCollection services,
        string name,
        Func<IServiceProvider, IReadOnlyList<string>> topics,
        Action<ILaneEndpointConfigurator> configure,
        int? maxBatch = null,
        TimeSpan rest = default,
        Func<IServiceProvider, IReadOnlyCollection<Type>>? takes = null,
        Func<IServiceProvider, IReadOnlyCollection<string>>? keeperOf = null)
    {
        if (services.All(s => s.ServiceType != typeof(LaneEndpoints)))
            services.AddMassTransit(bus => bus.UseLanes().UsingInMemory());
        services.AddSingleton(new LaneEndpointDefinition(name, configure));
        services.AddSingleton(provider => new LaneGroup
        {
            Name = name,
            Topics = topics(provider),
            MaxBatch = maxBatch,
            Rest = rest,
            Takes = takes?.Invoke(provider),
            KeeperOf = keeperOf?.Invoke(provider),
            CreateProcessor = _ => new MassTransitLaneProcessor(provider.GetRequiredService<LaneEndpoints>().BuiltAsync(name)),
        });
        return services;
    }

    /// <summary>The actual name of the topic that carries <typeparamref name="TMessage"/>.</summary>
    public static string TopicOf<TMessage>(this IServiceProvider services) => services.GetRequiredService<MessageCatalog>().Of(typeof(TMessage)).Topic;

    /// <summary>The records that a state machine takes: those by which it finds an instance.</summary>
    public static IReadOnlyCollection<Type> TakenBy<TSaga>(this SagaStateMachine<TSaga> machine) where TSaga : class, SagaStateMachineInstance =>
        [.. machine.Correlations.Select(c => c.DataType).Distinct()];

    /// <summary>
    /// Makes the lanes a rider of this bus, its health the check <c>sagas</c>, and switches off the usage telemetry that MassTransit would post.
    /// </summary>
    public static IBusRegistrationConfigurator UseLanes(this IBusRegistrationConfigurator bus)
    {
        bus.AddSingleton<LaneEndpoints>();
        bus.DisableUsageTelemetry();
        bus.ConfigureHealthCheckOptions(check => check.Name = "sagas");
        bus.AddRider(rider => rider.SetRiderFactory(new LaneRiderFactory()));
        return bus;
    }
}
