using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;
using Orchestrator.Messaging.Telemetry;

namespace Orchestrator.Messaging.MassTransit.Sagas;

/// <summary>MassTransit's saga repository on the store of the lane that takes the message. No lock, no query, no transaction of its own: the lane has them.</summary>
sealed class LaneSagaRepository<TSaga>(int slot) : ISagaRepositoryContextFactory<TSaga>
    where TSaga : class, ILaneSaga, new()
{
    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next) where T : class =>
        next.Send(new LaneSagaRepositoryContext<TSaga, T>(context, ((LaneReceiveContext)context.ReceiveContext).Lane.Store<TSaga>(slot)));

    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next) where T : class =>
        throw new NotSupportedException($"{typeof(TSaga).Name} must correlate {typeof(T).Name} by id");

    public void Probe(ProbeContext context) => context.Add("persistence", "lane");
}

sealed class LaneSagaRepositoryContext<TSaga, TMessage>(ConsumeContext<TMessage> context, SagaStore<TSaga> store)
    : ConsumeContextScope<TMessage>(context), SagaRepositoryContext<TSaga, TMessage>
    where TSaga : class, ILaneSaga, new()
    where TMessage : class
{
    readonly ConsumeContext<TMessage> _context = context;
    string? _before;

    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance) => Instance(instance);

    public Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance) =>
        store.Find(instance.CorrelationId) is null ? Instance(instance) : Task.FromResult<SagaConsumeContext<TSaga, TMessage>>(null!);

    public Task<SagaConsumeContext<TSaga, TMessage>> Load(Guid correlationId)
    {
        if (store.Find(correlationId) is not { } instance)
            return Task.FromResult<SagaConsumeContext<TSaga, TMessage>>(null!);
        _before = instance.CurrentState;
        return Instance(instance);
    }

    public Task Save(SagaConsumeContext<TSaga> context)
    {
        store.Insert(context.Saga);
        Spans.Transition(typeof(TSaga).Name, context.Saga.CorrelationId, from: null, context.Saga.CurrentState);
        return Task.CompletedTask;
    }

    public Task Update(SagaConsumeContext<TSaga> context)
    {
        store.Update(context.Saga.CorrelationId);
        Spans.Transition(typeof(TSaga).Name, context.Saga.CorrelationId, _before, context.Saga.CurrentState);
        return Task.CompletedTask;
    }

    public Task Delete(SagaConsumeContext<TSaga> context)
    {
        store.Remove(context.Saga.CorrelationId);
        return Task.CompletedTask;
    }

    // An instance that was never saved is in no store; one that was touched is forgotten with the unit that failed.
    public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode)
        where T : class =>
        Task.FromResult<SagaConsumeContext<TSaga, T>>(new DefaultSagaConsumeContext<TSaga, T>(consumeContext, instance));

    Task<SagaConsumeContext<TSaga, TMessage>> Instance(TSaga instance) =>
        Task.FromResult<SagaConsumeContext<TSaga, TMessage>>(new DefaultSagaConsumeContext<TSaga, TMessage>(_context, instance));
}
