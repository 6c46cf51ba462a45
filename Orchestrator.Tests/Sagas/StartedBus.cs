using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Tests.Sagas;

/// <summary>The services of a saga's pipeline on a bus that runs, without Kafka.</summary>
static class StartedBus
{
    /// <summary>Starts it.</summary>
    /// <param name="catalog">What travels.</param>
    /// <param name="add">Adds the sagas, and where they are stored.</param>
    public static async Task<ServiceProvider> StartAsync(MessageCatalog catalog, Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddSingleton(catalog);
        add(services);
        var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<IBusControl>().StartAsync();
        return provider;
    }

    /// <summary>Stops it, and drops what it was made of.</summary>
    public static async Task StopAsync(ServiceProvider provider)
    {
        await provider.GetRequiredService<IBusControl>().StopAsync();
        await provider.DisposeAsync();
    }
}

/// <summary>No saga is stored anywhere.</summary>
sealed class NothingStored<TSaga> : ISagaLoader<TSaga>
    where TSaga : class, ILaneSaga
{
    public Task<IReadOnlyList<TSaga>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TSaga>>([]);
}
