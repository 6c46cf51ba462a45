using System.Text.Json;

namespace Orchestrator.Casework.Cases;

/// <summary>States and outcomes by the names under which they are stored and shown.</summary>
public static class CaseNames
{
    /// <summary>A state as it is stored.</summary>
    public static string Of(CaseState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{state}");

    /// <summary>An outcome as it is stored.</summary>
    public static string Of(CaseOutcome outcome) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{outcome}");

    /// <summary>The state of a name; null when there is none.</summary>
    public static CaseState? FindState(string name) => Enum.GetValues<CaseState>().Cast<CaseState?>().FirstOrDefault(s => Of(s!.Value) == name);
}
