using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Parking;

/// <summary>Other bytes that somebody proposes for a parked message.</summary>
/// <param name="EditId">Identifies the proposal for ever.</param>
/// <param name="Number">Later ones are higher.</param>
/// <param name="ParkedId">The message.</param>
/// <param name="Group">The group of lanes that could not take it.</param>
/// <param name="Topic">Its topic.</param>
/// <param name="Key">Its Kafka key.</param>
/// <param name="MessageType">Its ce_type.</param>
/// <param name="State"><c>proposed</c>, <c>approved</c>, <c>rejected</c>, <c>expired</c> (nobody decided in time) or <c>lapsed</c> (the message was taken or given up meanwhile).</param>
/// <param name="Reason">Why it is edited.</param>
/// <param name="ProposedBy">Who proposes it.</param>
/// <param name="ProposedAt">When, UTC.</param>
/// <param name="ExpiresAt">Until when it can be approved, UTC.</param>
/// <param name="DecidedBy">Who approved or rejected it.</param>
/// <param name="DecidedAt">When that was, or when it ended otherwise, UTC.</param>
/// <param name="DecisionReason">What was said to it.</param>
public sealed record ParkedEdit(
    Guid EditId,
    long Number,
    long ParkedId,
    string Group,
    string Topic,
    string Key,
    string? MessageType,
    string State,
    string Reason,
    string ProposedBy,
    DateTimeOffset ProposedAt,
    DateTimeOffset ExpiresAt,
    string? DecidedBy,
    DateTimeOffset? DecidedAt,
    string? DecisionReason)
{
    /// <summary>The header of a message whose body was edited: the edit's id.</summary>
    public const string Header = "orchestrator-edited";

    /// <summary>The states there are.</summary>
    public static IReadOnlyList<string> States { get; } = ["proposed", "approved", "rejected", "expired", "lapsed"];
}

/// <summary>An edit with both messages.</summary>
/// <param name="Edit">What is known of it.</param>
/// <param name="Original">As it came.</param>
/// <param name="Edited">As it is proposed.</param>
public sealed record ParkedEditContent(ParkedEdit Edit, RawMessage Original, RawMessage Edited);

/// <summary>What somebody proposes.</summary>
/// <param name="EditId">The proposal's id.</param>
/// <param name="ParkedId">The message.</param>
/// <param name="Body">Its new body.</param>
/// <param name="Reason">Why.</param>
/// <param name="ExpiresAt">Until when it can be approved.</param>
public sealed record ParkedProposal(Guid EditId, long ParkedId, byte[] Body, string Reason, DateTimeOffset ExpiresAt);

/// <summary>What became of a request about an edit.</summary>
public abstract record ParkedEditOutcome
{
    /// <summary>It is done.</summary>
    /// <param name="Edit">As it is now.</param>
    /// <param name="Repeated">Whether it was done before.</param>
    public sealed record Done(ParkedEdit Edit, bool Repeated = false) : ParkedEditOutcome;

    /// <summary>The message or the edit is not there.</summary>
    public sealed record NotFound : ParkedEditOutcome;

    /// <summary>The message as it would be cannot be taken.</summary>
    /// <param name="Code">A name of <see cref="Wire.BadMessageCodes"/>, or <c>unchanged</c>.</param>
    /// <param name="Detail">What is wrong.</param>
    public sealed record Unfit(string Code, string Detail) : ParkedEditOutcome;

    /// <summary>The id was used for another proposal.</summary>
    public sealed record IdReused : ParkedEditOutcome;

    /// <summary>Another edit of the message waits for somebody's decision.</summary>
    public sealed record Exists : ParkedEditOutcome;

    /// <summary>Who proposed it may not approve it.</summary>
    public sealed record MakerIsChecker : ParkedEditOutcome;

    /// <summary>It was decided, or is too late.</summary>
    /// <param name="State">How it ended.</param>
    public sealed record Ended(string State) : ParkedEditOutcome;

    /// <summary>The message's lane was asked to take it or to give it up, and has not got to it yet.</summary>
    public sealed record Busy : ParkedEditOutcome;
}
