using MassTransit;
using MassTransit.SagaStateMachine;

namespace Orchestrator.Sagas.Machines;

/// <summary>
/// Walks through a machine, state by state, and notes each step that leads to another state, however deep among conditions it stands. MassTransit's own graph forgets
/// from which state an event led where.
/// </summary>
sealed class MachineVisitor : StateMachineVisitor
{
    static readonly string[] Suffixes = [".AnyReceived", ".Received", "AnyReceived", "Received"];

    readonly List<MachineTransition> _transitions = [];
    readonly HashSet<MachineTransition> _seen = [];
    string _state = "";
    string _event = "";

    public IReadOnlyList<MachineTransition> Transitions => _transitions;

    public void Visit(State state, Action<State> next)
    {
        _state = state.Name;
        next(state);
    }

    public void Visit(Event @event, Action<Event> next)
    {
        _event = Shown(@event.Name);
        next(@event);
    }

    public void Visit<TMessage>(Event<TMessage> @event, Action<Event<TMessage>> next) where TMessage : class
    {
        _event = Shown(@event.Name);
        next(@event);
    }

    public void Visit(IStateMachineActivity activity) => Note(activity);

    public void Visit(IStateMachineActivity activity, Action<IStateMachineActivity> next)
    {
        Note(activity);
        next(activity);
    }

    public void Visit<T>(IBehavior<T> behavior) where T : class, SagaStateMachineInstance
    {
    }

    public void Visit<T>(IBehavior<T> behavior, Action<IBehavior<T>> next) where T : class, SagaStateMachineInstance => next(behavior);

    public void Visit<T, TMessage>(IBehavior<T, TMessage> behavior) where T : class, SagaStateMachineInstance where TMessage : class
    {
    }

    public void Visit<T, TMessage>(IBehavior<T, TMessage> behavior, Action<IBehavior<T, TMessage>> next) where T : class, SagaStateMachineInstance where TMessage : class =>
        next(behavior);

    void Note(IStateMachineActivity activity)
    {
        if (Target(activity) is not { } target || target == _state)
            return;
        var transition = new MachineTransition(_state, _event, target);
        if (_seen.Add(transition))
            _transitions.Add(transition);
    }

    // The step's type is generic over the saga, which matters to nobody here.
    static string? Target(IStateMachineActivity activity) =>
        activity.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(TransitionActivity<>)
            ? (type.GetProperty(nameof(TransitionActivity<>.ToState))!.GetValue(activity) as State)?.Name
            : null;

    // A schedule's events carry its name before their own, which is always the same.
    static string Shown(string name)
    {
        foreach (var suffix in Suffixes)
        {
            if (name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal))
                return name[..^suffix.Length];
        }
        return name;
    }
}
