using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Ledger.Projections;

/// <summary>One building of a projection.</summary>
/// <param name="Name">The projection's name.</param>
/// <param name="Number">1, 2, 3, ...; never used again.</param>
/// <param name="Version">Of the code that folds it.</param>
/// <param name="State">How far it is.</param>
/// <param name="Source">What it is built from.</param>
/// <param name="StartedAt">When its building began, UTC.</param>
/// <param name="ActiveAt">Since when it is served, UTC.</param>
/// <param name="Error">Why it does not go on, as of the last try.</param>
public sealed record ProjectionGeneration(
    string Name,
    int Number,
    int Version,
    GenerationState State,
    RebuildSource Source,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? ActiveAt = null,
    string? Error = null)
{
    /// <summary>The schema of its tables.</summary>
    public string Schema => $"ledger_{Name}_{Number}";

    /// <summary>The group of lanes that folds it.</summary>
    public string Group => $"ledger-{Name}-{Number}";

    /// <summary>Whether it is yet to be served.</summary>
    public bool IsBuilding => State is GenerationState.Requested or GenerationState.Copying or GenerationState.CatchingUp;
}

/// <summary>How far a generation is.</summary>
[JsonConverter(typeof(NamedEnumConverter<GenerationState>))]
public enum GenerationState
{
    /// <summary>Somebody asked for it; there are no tables yet.</summary>
    [JsonStringEnumMemberName("requested")] Requested,

    /// <summary>Events are copied from the store.</summary>
    [JsonStringEnumMemberName("copying")] Copying,

    /// <summary>Events are read from the topic; it is served when little is left.</summary>
    [JsonStringEnumMemberName("catching_up")] CatchingUp,

    /// <summary>It is served.</summary>
    [JsonStringEnumMemberName("active")] Active,

    /// <summary>Another has taken its place, or its building was given up; its tables go shortly.</summary>
    [JsonStringEnumMemberName("retired")] Retired,
}

/// <summary>What a generation is built from.</summary>
[JsonConverter(typeof(NamedEnumConverter<RebuildSource>))]
public enum RebuildSource
{
    /// <summary>The ledger's own events in PostgreSQL, then the topic from where it was when the building began.</summary>
    [JsonStringEnumMemberName("store")] Store,

    /// <summary>The topic from its beginning; what it does not hold any more comes from the store.</summary>
    [JsonStringEnumMemberName("topic")] Topic,
}
