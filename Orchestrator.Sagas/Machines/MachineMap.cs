using MassTransit;

namespace Orchestrator.Sagas.Machines;

/// <summary>A state machine as a graph: which states there are, and what leads from one to another. Read off the machine that runs; nobody writes it a second time.</summary>
/// <param name="States">The states, in the machine's order, the initial one first.</param>
/// <param name="Transitions">What leads where; each once.</param>
public sealed record MachineMap(IReadOnlyList<MachineState> States, IReadOnlyList<MachineTransition> Transitions)
{
    /// <summary>The name of the event by which a deadline comes.</summary>
    public const string Deadline = "Deadline";

    /// <summary>Reads a machine.</summary>
    public static MachineMap Of<TSaga>(StateMachine<TSaga> machine) where TSaga : class, SagaStateMachineInstance
    {
        var reader = new MachineVisitor();
        machine.Accept(reader);
        var transitions = reader.Transitions;
        var known = transitions.SelectMany(t => new[] { t.From, t.To }).ToHashSet(StringComparer.Ordinal);
        var leaves = transitions.Select(t => t.From).ToHashSet(StringComparer.Ordinal);
        return new MachineMap(
            [.. machine.States.Select(s => s.Name).Where(known.Contains).OrderByDescending(n => n == machine.Initial.Name)
                .Select(n => new MachineState(n, n == machine.Initial.Name, !leaves.Contains(n)))],
            transitions);
    }

    /// <summary>The states to which something leads from a state.</summary>
    public IReadOnlyList<string> Next(string state, string? on = null) =>
        [.. Transitions.Where(t => t.From == state && (on is null || t.On == on)).Select(t => t.To).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether anything leads from one state to another.</summary>
    public bool Leads(string from, string to) => Transitions.Any(t => t.From == from && t.To == to);
}

/// <summary>A state.</summary>
/// <param name="Name">Its stored name.</param>
/// <param name="IsInitial">Whether it is where everything begins; no saga is ever stored in it.</param>
/// <param name="IsEnd">Whether nothing leads out of it.</param>
public sealed record MachineState(string Name, bool IsInitial, bool IsEnd);

/// <summary>Something that leads from one state to another.</summary>
/// <param name="From">From which.</param>
/// <param name="On">By what event.</param>
/// <param name="To">To which.</param>
public sealed record MachineTransition(string From, string On, string To);
