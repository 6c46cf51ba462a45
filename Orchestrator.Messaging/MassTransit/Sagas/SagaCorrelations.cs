using System.Collections.Frozen;
using MassTransit;

namespace Orchestrator.Messaging.MassTransit.Sagas;

/// <summary>Reads from a message the id of the saga that it belongs to, by the correlations of a state machine.</summary>
sealed class SagaCorrelations
{
    readonly FrozenDictionary<Type, SagaCorrelation> _byMessage;

    SagaCorrelations(Dictionary<Type, SagaCorrelation> byMessage) => _byMessage = byMessage.ToFrozenDictionary();

    static Type? DataType(Event e) => e.GetType().GetInterfaces()
        .FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(Event<>))?.GetGenericArguments()[0];

    /// <summary>How messages of a type correlate; null when the saga does not take them.</summary>
    public SagaCorrelation? Find(Type message) => _byMessage.GetValueOrDefault(message);

    /// <exception cref="ConfigurationException">An event correlates by a query, so that its instance cannot be read ahead.</exception>
    public static SagaCorrelations Of<TSaga>(SagaStateMachine<TSaga> machine) where TSaga : class, SagaStateMachineInstance
    {
        var byMessage = new Dictionary<Type, SagaCorrelation>();
        var begin = machine.NextEvents(machine.Initial).Select(DataType).ToHashSet();
        foreach (var correlation in machine.Correlations)
        {
            var type = typeof(SagaCorrelation<,>).MakeGenericType(typeof(TSaga), correlation.DataType);
            byMessage[correlation.DataType] = (SagaCorrelation)Activator.CreateInstance(type, correlation, begin.Contains(correlation.DataType))!;
        }
        return new SagaCorrelations(byMessage);
    }
}

/// <summary>Reads the saga's id from messages of one type.</summary>
/// <param name="canBegin">Whether such a message can be the first of an instance.</param>
abstract class SagaCorrelation(bool canBegin)
{
    public bool CanBegin => canBegin;

    public abstract Guid Read(ConsumeContext context);
}

sealed class SagaCorrelation<TSaga, TMessage> : SagaCorrelation
    where TSaga : class, SagaStateMachineInstance
    where TMessage : class
{
    readonly IFilter<ConsumeContext<TMessage>> _filter;

    public SagaCorrelation(EventCorrelation<TSaga, TMessage> correlation, bool canBegin) : base(canBegin) => _filter = correlation.MessageFilter
        ?? throw new ConfigurationException($"{typeof(TSaga).Name} must correlate {typeof(TMessage).Name} by id: its instances are read ahead, in one query a batch");

    public override Guid Read(ConsumeContext context)
    {
        var capture = new Capture();
        var sent = _filter.Send((ConsumeContext<TMessage>)context, capture);
        if (!sent.IsCompletedSuccessfully)
            sent.GetAwaiter().GetResult();
        return capture.Id ?? throw new InvalidOperationException($"{typeof(TMessage).Name} does not say to which {typeof(TSaga).Name} it belongs");
    }

    sealed class Capture : IPipe<ConsumeContext<TMessage>>
    {
        public Guid? Id { get; private set; }

        public Task Send(ConsumeContext<TMessage> context)
        {
            Id = context.CorrelationId;
            return Task.CompletedTask;
        }

        public void Probe(ProbeContext context)
        {
        }
    }
}
