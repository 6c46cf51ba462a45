using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>What differs from what was decided live.</summary>
/// <param name="Compared">How many have a live decision.</param>
/// <param name="SameOutcome">How many of them would have had the same outcome.</param>
/// <param name="SameScore">How many of them would have had the same score.</param>
/// <param name="Matrix">Live outcome by outcome of the backtest.</param>
/// <param name="NewlyCaught">Frauds that were let through, and would be held or declined.</param>
/// <param name="NewlyMissed">Frauds that were held or declined, and would be let through.</param>
/// <param name="NewlyBothered">Genuine payments that were let through, and would be held or declined.</param>
/// <param name="NewlySpared">Genuine payments that were held or declined, and would be let through.</param>
/// <param name="Examples">Some of those with another outcome, the first of each kind: at most 10 of a kind, and 50.</param>
/// <param name="Versions">What decided live, and how many; what comes beyond 20 is counted as "others".</param>
/// <param name="Vectors">Whether features came to the same numbers.</param>
public sealed record LiveDiff(
    long Compared,
    long SameOutcome,
    long SameScore,
    LiveMatrix Matrix,
    long NewlyCaught,
    long NewlyMissed,
    long NewlyBothered,
    long NewlySpared,
    IReadOnlyList<LiveDifference> Examples,
    IReadOnlyDictionary<string, long> Versions,
    VectorDiff Vectors)
{
    /// <summary>Whether no outcome and no score differs.</summary>
    public bool IsEmpty => SameOutcome == Compared && SameScore == Compared;
}

/// <summary>How many, by what was done live.</summary>
/// <param name="Approve">Let through live.</param>
/// <param name="Review">Held live.</param>
/// <param name="Decline">Declined live.</param>
public sealed record LiveMatrix(LiveRow Approve, LiveRow Review, LiveRow Decline)
{
    /// <summary>All of them.</summary>
    public long Total => Approve.Total + Review.Total + Decline.Total;
}

/// <summary>How many, by what the backtest does.</summary>
/// <param name="Approve">Let through.</param>
/// <param name="Review">Held.</param>
/// <param name="Decline">Declined.</param>
public sealed record LiveRow(long Approve, long Review, long Decline)
{
    /// <summary>All of them.</summary>
    public long Total => Approve + Review + Decline;
}

/// <summary>Whether features came to the numbers that were kept with live decisions. Where they do not, history before is lacking, or lanes saw events in another order.</summary>
/// <param name="Compared">How many decisions keep a vector of the same schema.</param>
/// <param name="Same">How many of these vectors are the same to the last bit.</param>
public sealed record VectorDiff(long Compared, long Same);

/// <summary>A transaction with another outcome.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="EventAt">When it happened, UTC.</param>
/// <param name="Kind">What that means.</param>
/// <param name="LiveOutcome">What was done live.</param>
/// <param name="LiveScore">Its score then.</param>
/// <param name="Outcome">What the backtest does.</param>
/// <param name="Score">Its score now.</param>
/// <param name="Truth">What is known of it.</param>
/// <param name="AmountMinor">Its amount, minor units.</param>
/// <param name="Currency">Its currency.</param>
public sealed record LiveDifference(
    Guid TransactionId, DateTimeOffset EventAt, DifferenceKind Kind, FraudOutcome LiveOutcome, int LiveScore, FraudOutcome Outcome, int Score, Truth Truth,
    long AmountMinor, string Currency);

/// <summary>What another outcome means.</summary>
[JsonConverter(typeof(NamedEnumConverter<DifferenceKind>))]
public enum DifferenceKind
{
    /// <summary>A fraud that was let through is flagged.</summary>
    [JsonStringEnumMemberName("newly_caught")] NewlyCaught,

    /// <summary>A fraud that was flagged is let through.</summary>
    [JsonStringEnumMemberName("newly_missed")] NewlyMissed,

    /// <summary>A genuine payment that was let through is flagged.</summary>
    [JsonStringEnumMemberName("newly_bothered")] NewlyBothered,

    /// <summary>A genuine payment that was flagged is let through.</summary>
    [JsonStringEnumMemberName("newly_spared")] NewlySpared,

    /// <summary>Held instead of declined, the other way round, or nobody knows what it was.</summary>
    [JsonStringEnumMemberName("other")] Other,
}
