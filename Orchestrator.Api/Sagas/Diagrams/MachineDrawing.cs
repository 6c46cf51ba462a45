using Orchestrator.Sagas.Machines;

namespace Orchestrator.Api.Sagas.Diagrams;

/// <summary>What a picture of a machine shows.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Description">In words, for those who do not see it.</param>
/// <param name="Map">The machine.</param>
/// <param name="Current">The state in which a saga is; null when it is about none.</param>
/// <param name="Path">The states that it went through, in order.</param>
sealed record MachineDrawing(string Title, string Description, MachineMap Map, string? Current, IReadOnlyList<string> Path)
{
    /// <summary>What leads from one state to another, all together: an arrow each.</summary>
    public IReadOnlyList<MachineArrow> Arrows { get; } =
        [.. Map.Transitions.GroupBy(t => (t.From, t.To)).Select(g => new MachineArrow(g.Key.From, g.Key.To, [.. g.Select(t => t.On).Distinct(StringComparer.Ordinal)], Went(Path, g.Key.From, g.Key.To)))];

    /// <summary>How a state is called in a picture.</summary>
    public static string Label(string state) => Orchestrator.Sagas.TransactionSagas.TransactionStates.Shown(state).Replace('_', ' ');

    static bool Went(IReadOnlyList<string> path, string from, string to) => path.Zip(path.Skip(1)).Any(step => step.First == from && step.Second == to);
}

/// <summary>An arrow.</summary>
/// <param name="From">From this state.</param>
/// <param name="To">To that.</param>
/// <param name="On">By these events.</param>
/// <param name="Taken">Whether the saga went this way.</param>
sealed record MachineArrow(string From, string To, IReadOnlyList<string> On, bool Taken);
