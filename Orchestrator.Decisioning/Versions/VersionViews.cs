using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Decisioning.Versions;

/// <summary>Where a version of something that decides (rules, a model) stands in its life.</summary>
[JsonConverter(typeof(NamedEnumConverter<VersionState>))]
public enum VersionState
{
    /// <summary>Stored, and nothing more.</summary>
    [JsonStringEnumMemberName("draft")] Draft,

    /// <summary>It is evaluated beside the live one, and decides nothing.</summary>
    [JsonStringEnumMemberName("shadow")] Shadow,

    /// <summary>It decides.</summary>
    [JsonStringEnumMemberName("live")] Live,

    /// <summary>It was shadow or live once.</summary>
    [JsonStringEnumMemberName("retired")] Retired,
}

/// <summary>A version without its content.</summary>
/// <param name="Version">Its name.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Revision">One more with each change of state.</param>
/// <param name="Hash">SHA-256 of its content.</param>
/// <param name="Author">Who wrote or uploaded it.</param>
/// <param name="CreatedAt">When, UTC.</param>
/// <param name="ChangedAt">When its state last changed, UTC.</param>
public sealed record VersionSummary(
    string Version, VersionState State, int Revision, string Hash, string Author, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

/// <summary>What was done with a version.</summary>
/// <param name="Action">create, shadow, activate, roll_back, restore (its successor was rolled back) or retire (its trial was ended, or another took its place).</param>
/// <param name="From">Where it stood before; absent when it was new.</param>
/// <param name="To">Where it stood then.</param>
/// <param name="InsteadOf">The version that was live before, when this one became live; absent where none was.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When, UTC.</param>
public sealed record VersionLogEntry(string Action, string? From, string To, string? InsteadOf, string Actor, string Reason, DateTimeOffset At);

/// <summary>Who asks for a change, from where, and why.</summary>
/// <param name="Name">Who: a name that is compared where four eyes are needed.</param>
/// <param name="Remote">The address the request came from.</param>
/// <param name="Reason">Why.</param>
public sealed record VersionActor(string Name, string Remote, string Reason);

/// <summary>What became of a change of state.</summary>
public abstract record VersionOutcome
{
    /// <summary>It is done.</summary>
    public sealed record Done(VersionSummary Changed) : VersionOutcome;

    /// <summary>It was done before.</summary>
    public sealed record Repeated(VersionSummary Found) : VersionOutcome;

    /// <summary>There is no such version.</summary>
    public sealed record NotFound : VersionOutcome;

    /// <summary>A version of this name has another content.</summary>
    public sealed record Exists : VersionOutcome;

    /// <summary>Its state has changed since it was looked at.</summary>
    public sealed record Stale(int Revision) : VersionOutcome;

    /// <summary>From where it stands that is not done.</summary>
    public sealed record WrongState(VersionState State) : VersionOutcome;

    /// <summary>Who wrote it may not put it in force.</summary>
    public sealed record SameEyes : VersionOutcome;
}
