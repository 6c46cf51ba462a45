using System.Collections.Frozen;
using System.Text.Json;
using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Projections;

/// <summary>The names by which read models keep what happened: those on the wire.</summary>
static class EventTypeName
{
    static readonly FrozenDictionary<LedgerEventType, string> Names = Enum.GetValues<LedgerEventType>()
        .ToFrozenDictionary(type => type, type => JsonSerializer.SerializeToElement(type).GetString()!);

    /// <summary>For instance <c>hold_captured</c>.</summary>
    public static string Of(LedgerEventType type) => Names[type];
}
