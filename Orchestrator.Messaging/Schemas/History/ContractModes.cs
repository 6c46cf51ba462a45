using Orchestrator.Messaging.Schemas.Compatibility;

namespace Orchestrator.Messaging.Schemas.History;

/// <summary>What is promised of each message, in one table.</summary>
public static class ContractModes
{
    /// <summary>Readers and writers of all versions understand each other, in whatever order they are upgraded.</summary>
    public const CompatibilityMode Default = CompatibilityMode.FullTransitive;

    /// <summary>Messages of which something else is promised, by name, each with its reason.</summary>
    public static IReadOnlyDictionary<string, (CompatibilityMode Mode, string Reason)> Exceptions { get; } = new Dictionary<string, (CompatibilityMode, string)>(StringComparer.Ordinal)
    {
        ["orchestrator.ledger.event-recorded.v1"] = (
            CompatibilityMode.BackwardTransitive, "its kinds of events grow with the ledger, and a fold that passed over one would be wrong: readers are upgraded first"),
        ["orchestrator.customer.fact.v1"] = (
            CompatibilityMode.BackwardTransitive, "it goes from the activity role to itself, and its kinds of facts grow: readers and writers are upgraded together, readers first"),
    };

    /// <summary>The mode of a message.</summary>
    public static CompatibilityMode Of(string name) => Exceptions.TryGetValue(name, out var exception) ? exception.Mode : Default;
}
