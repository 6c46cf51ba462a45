using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Casework.Cases;

/// <summary>A case: what people have to look into about one account.</summary>
/// <param name="CaseId">The id of the alert that opened it.</param>
/// <param name="Queue">Where it waits.</param>
/// <param name="AccountId">The account.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Priority">0 to 1000; the highest goes first.</param>
/// <param name="Alerts">How many alerts have joined it.</param>
/// <param name="Version">One more with each change: its ETag.</param>
/// <param name="OpenedAt">When, UTC.</param>
/// <param name="UpdatedAt">When it last changed, UTC.</param>
/// <param name="DueAt">When it has to be closed, UTC.</param>
/// <param name="Escalated">Whether it was not, and goes before all others.</param>
/// <param name="Assignee">Who looks into it.</param>
/// <param name="SnoozedUntil">Until when nobody gets it, UTC.</param>
/// <param name="Outcome">What was found; proposed, or final once it is closed.</param>
/// <param name="ProposedBy">Who found it, where somebody else has to approve.</param>
/// <param name="ClosedBy">Who closed it, or approved.</param>
/// <param name="ClosedAt">When, UTC.</param>
/// <param name="Escalations">How often it was overdue: when it was due, and again while it stayed open.</param>
public sealed record CaseFile(
    Guid CaseId,
    string Queue,
    string AccountId,
    CaseState State,
    int Priority,
    int Alerts,
    int Version,
    DateTimeOffset OpenedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset DueAt,
    bool Escalated = false,
    string? Assignee = null,
    DateTimeOffset? SnoozedUntil = null,
    CaseOutcome? Outcome = null,
    string? ProposedBy = null,
    string? ClosedBy = null,
    DateTimeOffset? ClosedAt = null,
    int Escalations = 0);

/// <summary>Where a case stands.</summary>
[JsonConverter(typeof(NamedEnumConverter<CaseState>))]
public enum CaseState
{
    /// <summary>It waits for somebody.</summary>
    [JsonStringEnumMemberName("pending")] Pending,

    /// <summary>Somebody looks into it.</summary>
    [JsonStringEnumMemberName("investigating")] Investigating,

    /// <summary>Something was found that somebody else has to approve.</summary>
    [JsonStringEnumMemberName("awaiting_approval")] AwaitingApproval,

    /// <summary>It is over. A later alert opens another.</summary>
    [JsonStringEnumMemberName("closed")] Closed,
}

/// <summary>What was found.</summary>
[JsonConverter(typeof(NamedEnumConverter<CaseOutcome>))]
public enum CaseOutcome
{
    /// <summary>Fraud: held transactions are declined, and labelled.</summary>
    [JsonStringEnumMemberName("fraud")] Fraud,

    /// <summary>Nothing was wrong: held transactions go on, and are labelled.</summary>
    [JsonStringEnumMemberName("genuine")] Genuine,

    /// <summary>Nobody can tell: held transactions are left to their default.</summary>
    [JsonStringEnumMemberName("inconclusive")] Inconclusive,
}

/// <summary>What people do with a case.</summary>
public abstract record CaseAction
{
    /// <summary>Somebody looks into it; nobody any more when <paramref name="Assignee"/> is null.</summary>
    public sealed record Assign(string? Assignee) : CaseAction;

    /// <summary>Nobody gets it before then.</summary>
    public sealed record Snooze(DateTimeOffset Until) : CaseAction;

    /// <summary>Something was found.</summary>
    public sealed record Close(CaseOutcome Outcome) : CaseAction;

    /// <summary>Somebody else agrees.</summary>
    public sealed record Approve : CaseAction;

    /// <summary>Somebody does not agree, or takes it back: it is looked into again.</summary>
    public sealed record Reject : CaseAction;
}

/// <summary>What became of an action.</summary>
public abstract record CaseDecision
{
    /// <summary>It changes the case.</summary>
    /// <param name="Case">As it is then.</param>
    /// <param name="Logged">What the log calls it.</param>
    public sealed record Changed(CaseFile Case, string Logged) : CaseDecision;

    /// <summary>It is not done.</summary>
    /// <param name="Reason">Why, by its stable name: <see cref="CaseRefusals"/>.</param>
    public sealed record Refused(string Reason) : CaseDecision;
}

/// <summary>Why an action is not done.</summary>
public static class CaseRefusals
{
    /// <summary>It is closed.</summary>
    public const string Closed = "case_closed";

    /// <summary>What was found has to be approved or rejected first.</summary>
    public const string AwaitsApproval = "case_awaits_approval";

    /// <summary>Nothing was proposed that could be approved.</summary>
    public const string NothingProposed = "nothing_proposed";

    /// <summary>Somebody else looks into it, or nobody does.</summary>
    public const string NotYours = "case_not_yours";

    /// <summary>Who proposes is not who approves.</summary>
    public const string MakerIsChecker = "maker_is_checker";

    /// <summary>The time is past, or further ahead than 30 days.</summary>
    public const string SnoozeOutOfRange = "snooze_out_of_range";

    /// <summary>Whoever asks has as many cases as one person may have.</summary>
    public const string TooMany = "too_many_cases";
}
