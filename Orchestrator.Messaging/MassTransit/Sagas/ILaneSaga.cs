using MassTransit;

namespace Orchestrator.Messaging.MassTransit.Sagas;

/// <summary>An instance of a saga that lives on a lane. <see cref="ISagaVersion.Version"/> is the stored version: zero until it is stored.</summary>
public interface ILaneSaga : SagaStateMachineInstance, ISagaVersion
{
    /// <summary>The name of the state that it is in.</summary>
    string CurrentState { get; }
}

/// <summary>A saga that may have been stored by an older machine: its lane lets it catch up when it has read it, before it takes a message.</summary>
public interface IUpgradedSaga : ILaneSaga
{
    /// <summary>Makes of what an older machine has stored what the present one would have; changes nothing about one of its own. Its state stays.</summary>
    void Upgrade();
}

/// <summary>What a unit of work does to one saga.</summary>
/// <param name="Saga">The instance, as it is after the unit.</param>
/// <param name="Before">Its state before the unit; null when it did not exist.</param>
/// <param name="After">Its state after the unit; null when it is removed.</param>
public sealed record SagaChange<TSaga>(TSaga Saga, string? Before, string? After) where TSaga : class, ILaneSaga;

/// <summary>Sees the changes of each unit of work, set-based: to keep a tally in the same transaction, or to measure after it.</summary>
public interface ISagaWatcher<TSaga> where TSaga : class, ILaneSaga
{
    /// <summary>The unit is about to be written; more writes may be added to it.</summary>
    void Saving(Lanes.UnitOfWork work, IReadOnlyList<SagaChange<TSaga>> changes);

    /// <summary>The unit is committed.</summary>
    void Saved(IReadOnlyList<SagaChange<TSaga>> changes);
}

/// <summary>Reads stored instances.</summary>
public interface ISagaLoader<TSaga> where TSaga : class, ILaneSaga
{
    /// <summary>The instances among <paramref name="ids"/> that are stored, in any order, in one query.</summary>
    Task<IReadOnlyList<TSaga>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);
}
