using MassTransit;
using MassTransit.Saga;

namespace Orchestrator.Messaging.MassTransit.Sagas;

/// <summary>A saga of an endpoint, without its type.</summary>
interface ILaneSagaType
{
    SagaStore CreateStore();
}

/// <summary>All that the lanes of an endpoint share about one saga.</summary>
sealed class LaneSagaType<TSaga> : ILaneSagaType
    where TSaga : class, ILaneSaga, new()
{
    public LaneSagaType(
        int slot,
        SagaStateMachine<TSaga> machine,
        SagaTable<TSaga> table,
        ISagaLoader<TSaga> loader,
        IReadOnlyList<ISagaWatcher<TSaga>> watchers,
        int instancesKept)
    {
        Correlations = SagaCorrelations.Of(machine);
        Table = table;
        Loader = loader;
        Watchers = watchers;
        InstancesKept = instancesKept;
        Repository = new SagaRepository<TSaga>(new LaneSagaRepository<TSaga>(slot));
    }

    public SagaCorrelations Correlations { get; }

    public SagaTable<TSaga> Table { get; }

    public ISagaLoader<TSaga> Loader { get; }

    public IReadOnlyList<ISagaWatcher<TSaga>> Watchers { get; }

    public int InstancesKept { get; }

    public ISagaRepository<TSaga> Repository { get; }

    public SagaStore CreateStore() => new SagaStore<TSaga>(this);
}
