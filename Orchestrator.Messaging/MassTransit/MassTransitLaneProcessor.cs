using MassTransit;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit.Sagas;

namespace Orchestrator.Messaging.MassTransit;

/// <summary>
/// Lets MassTransit handle a lane's messages: consumers and state machines see an ordinary consume context, and all that they publish, send,
/// schedule and change lands in the unit of work. Exceptions come out as they are; what to do about them is the lane's decision.
/// </summary>
sealed class MassTransitLaneProcessor : LaneProcessor
{
    // Longer than a bus needs to start, shorter than anybody wants to wonder why nothing moves.
    static readonly TimeSpan StartBound = TimeSpan.FromSeconds(60);

    readonly Task<LaneEndpoint> _built;
    LaneEndpoint _endpoint = null!;
    SagaStore[] _stores = [];
    bool _mayGuess;

    public MassTransitLaneProcessor(Task<LaneEndpoint> endpoint) => _built = endpoint;

    public SagaStore<TSaga> Store<TSaga>(int slot) where TSaga : class, ILaneSaga, new() => (SagaStore<TSaga>)_stores[slot];

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        _endpoint = await _built.WaitAsync(StartBound, cancellationToken);
        await _endpoint.Started.WaitAsync(StartBound, cancellationToken);
        _stores = [.. _endpoint.Sagas.Select(s => s.CreateStore())];
    }

    public override async ValueTask PrepareAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken)
    {
        foreach (var store in _stores)
        {
            foreach (var message in messages)
            {
                if (message.Body is { } body && store.Correlations.Find(body.GetType()) is { } correlation)
                    store.Want(correlation.Read(Receive(message, work: null, cancellationToken)), isNew: _mayGuess && correlation.CanBegin);
            }
            await store.LoadAsync(cancellationToken);
        }
    }

    public override ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken)
    {
        if (message.Fault is { } fault)
            throw fault;
        var context = Receive(message, work, cancellationToken);
        return new ValueTask(_endpoint.DispatchAsync((LaneReceiveContext)context.ReceiveContext));
    }

    public override void Complete(UnitOfWork work)
    {
        foreach (var store in _stores)
            store.Complete(work);
    }

    /// <summary>
    /// A message that can begin an instance, and whose instance is not in memory, nearly always does begin it. The first unit of a lane, and the one after a
    /// failure, ask the database.
    /// </summary>
    public override bool Guessed => _stores.Any(s => s.Guessed);

    public override void Committed()
    {
        _mayGuess = true;
        foreach (var store in _stores)
            store.Committed();
    }

    public override void RolledBack()
    {
        _mayGuess = false;
        foreach (var store in _stores)
            store.RolledBack();
    }

    ConsumeContext Receive(LaneMessage message, UnitOfWork? work, CancellationToken cancellationToken) =>
        LaneConsumeContexts.Create(new LaneReceiveContext(_endpoint.Context, message, this, work, cancellationToken), message);
}
