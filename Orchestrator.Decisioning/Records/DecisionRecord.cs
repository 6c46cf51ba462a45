using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Labels;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Decisioning.Records;

/// <summary>A decision as it is stored.</summary>
/// <param name="Decision">As it was published, with its vector.</param>
/// <param name="FeatureNames">The names of the vector's numbers, in its order; null when there is no vector, or its schema is not known here.</param>
/// <param name="Labels">What was said about the transaction since, the one that counts first.</param>
public sealed record DecisionRecord(FraudAssessed Decision, IReadOnlyList<string>? FeatureNames, IReadOnlyList<FraudLabelled> Labels);

/// <summary>Which decisions.</summary>
/// <param name="SourceAccountId">Of this account; of all when null.</param>
/// <param name="Outcome">Of this outcome; of all when null.</param>
/// <param name="From">From this instant on, UTC; from the oldest when null.</param>
/// <param name="To">Before this instant, UTC; to the newest when null.</param>
/// <param name="Degraded">Degraded or not; both when null.</param>
/// <param name="Rule">Those in which this rule matched, failed or is a reason; all when null.</param>
/// <param name="MinScore">Of this score or more.</param>
/// <param name="MaxScore">Of this score or less.</param>
public sealed record DecisionFilter(
    string? SourceAccountId = null,
    FraudOutcome? Outcome = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    bool? Degraded = null,
    string? Rule = null,
    int MinScore = 0,
    int MaxScore = FraudAssessed.MaxScore)
{
    /// <summary>Whether an index finds all that match, so that nothing is looked at in vain.</summary>
    internal bool IsIndexed => (Outcome, Degraded, Rule, MinScore, MaxScore) == (null, null, null, 0, FraudAssessed.MaxScore);
}

/// <summary>Some decisions, the newest first.</summary>
/// <param name="Items">Those that match, without their vectors.</param>
/// <param name="Next">Where the next page goes on; null when all were looked at.</param>
public sealed record DecisionPage(IReadOnlyList<FraudAssessed> Items, TimeCursor? Next);
