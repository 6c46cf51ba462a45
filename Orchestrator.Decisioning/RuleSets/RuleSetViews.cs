using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>Where a rule set stands in its life.</summary>
[JsonConverter(typeof(NamedEnumConverter<RuleSetState>))]
public enum RuleSetState
{
    /// <summary>Written, and nothing more.</summary>
    [JsonStringEnumMemberName("draft")] Draft,

    /// <summary>It is evaluated beside the live one, and decides nothing.</summary>
    [JsonStringEnumMemberName("shadow")] Shadow,

    /// <summary>It decides.</summary>
    [JsonStringEnumMemberName("live")] Live,

    /// <summary>It was shadow or live once.</summary>
    [JsonStringEnumMemberName("retired")] Retired,
}

/// <summary>A rule set without its rules.</summary>
/// <param name="Version">Its name.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Revision">One more with each change of state.</param>
/// <param name="Hash">SHA-256 of its content.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="CreatedAt">When, UTC.</param>
/// <param name="ChangedAt">When its state last changed, UTC.</param>
public sealed record RuleSetSummary(
    string Version, RuleSetState State, int Revision, string Hash, string Author, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

/// <summary>What was done with a rule set.</summary>
/// <param name="Action">create, shadow, activate, roll_back, restore (its successor was rolled back) or retire (another took its place).</param>
/// <param name="From">Where it stood before; absent when it was new.</param>
/// <param name="To">Where it stood then.</param>
/// <param name="InsteadOf">The version that was live before, when this one became live; absent for the built-in rules.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When, UTC.</param>
public sealed record RuleSetLogEntry(string Action, string? From, string To, string? InsteadOf, string Actor, string Reason, DateTimeOffset At);

/// <summary>A rule set as it is stored.</summary>
/// <param name="Summary">What is known of it.</param>
/// <param name="Content">What it says.</param>
/// <param name="Log">What was done with it, the first at the top.</param>
public sealed record StoredRuleSet(RuleSetSummary Summary, RuleSetContent Content, IReadOnlyList<RuleSetLogEntry> Log);

/// <summary>Who asks for a change, from where, and why.</summary>
/// <param name="Name">Who: a name that is compared where four eyes are needed.</param>
/// <param name="Remote">The address the request came from.</param>
/// <param name="Reason">Why.</param>
public sealed record RuleActor(string Name, string Remote, string Reason);

/// <summary>What became of a change of state.</summary>
public abstract record RuleSetOutcome
{
    /// <summary>It is done.</summary>
    public sealed record Done(RuleSetSummary RuleSet) : RuleSetOutcome;

    /// <summary>It was done before.</summary>
    public sealed record Repeated(RuleSetSummary RuleSet) : RuleSetOutcome;

    /// <summary>There is no such version.</summary>
    public sealed record NotFound : RuleSetOutcome;

    /// <summary>A version of this name has another content.</summary>
    public sealed record Exists : RuleSetOutcome;

    /// <summary>Its state has changed since it was looked at.</summary>
    public sealed record Stale(int Revision) : RuleSetOutcome;

    /// <summary>From where it stands that is not done.</summary>
    public sealed record WrongState(RuleSetState State) : RuleSetOutcome;

    /// <summary>Who wrote it may not put it in force.</summary>
    public sealed record SameEyes : RuleSetOutcome;
}
