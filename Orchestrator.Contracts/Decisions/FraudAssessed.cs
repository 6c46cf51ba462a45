using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Contracts.Decisions;

/// <summary>
/// What decisioning found about a transaction, and all that is needed to find it again: what decided in which version, and the numbers that it saw.
/// Topic <c>decisions</c>, keyed by the source account. What may be missing is missing in messages of before it was added.
/// </summary>
/// <param name="TransactionId">The transaction. It is decided once, so this is the decision's id too.</param>
/// <param name="SourceAccountId">Its source account: the key.</param>
/// <param name="Outcome">What to do.</param>
/// <param name="Score">0 (harmless) to 1000 (certain fraud).</param>
/// <param name="Reasons">What made up the score, each in a sentence a case worker can read: rules that contributed, and what mattered most to a model.</param>
/// <param name="RulesVersion">Which rules decided.</param>
/// <param name="AssessedAt">When it was decided, UTC.</param>
/// <param name="ModelVersion">Which model's score counted.</param>
/// <param name="ListsVersion">Which state of the lists the rules looked into.</param>
/// <param name="Shadow">What rules and model on trial would have decided; nothing follows from it.</param>
/// <param name="Degraded">Why not all counted that should have, by stable names (<see cref="DegradedReasons"/> has the usual ones); missing when all did.</param>
/// <param name="EventAt">When the transaction happened at the business service, UTC.</param>
/// <param name="ReceivedAt">When it came to decisioning, UTC.</param>
/// <param name="FeatureSchema">What the numbers in <paramref name="Features"/> mean: the hash of their definitions.</param>
/// <param name="Features">The numbers that rules and model saw, as they were: 32-bit floats, little endian, in base64. See <see cref="FeatureVector"/>.</param>
/// <param name="Watermark">Up to when the windows behind the numbers were complete, UTC.</param>
/// <param name="Rules">Each rule that matched, or could not be evaluated.</param>
/// <param name="Transaction">The transaction as the rules saw it, where they look at more than the numbers: without it they cannot be run again.</param>
public sealed record FraudAssessed(
    Guid TransactionId,
    string SourceAccountId,
    FraudOutcome Outcome,
    int Score,
    IReadOnlyList<FraudReason> Reasons,
    string RulesVersion,
    DateTimeOffset AssessedAt,
    string? ModelVersion = null,
    string? ListsVersion = null,
    ShadowDecision? Shadow = null,
    IReadOnlyList<string>? Degraded = null,
    DateTimeOffset? EventAt = null,
    DateTimeOffset? ReceivedAt = null,
    string? FeatureSchema = null,
    byte[]? Features = null,
    DateTimeOffset? Watermark = null,
    IReadOnlyList<RuleFinding>? Rules = null,
    TransactionSubmitted? Transaction = null) : IContract
{
    /// <summary>The highest score.</summary>
    public const int MaxScore = 1_000;

    /// <summary>The most reasons, and the most rules.</summary>
    public const int MaxFindings = 512;

    /// <summary>The longest sentence.</summary>
    public const int MaxSentence = 1_000;

    /// <summary>The longest name of a rule.</summary>
    public const int MaxName = 64;

    /// <summary>The most that <see cref="Degraded"/> names.</summary>
    public const int MaxDegraded = 16;

    /// <summary>Whether something that should have counted did not.</summary>
    [JsonIgnore]
    public bool IsDegraded => Degraded is { Count: > 0 };

    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(SourceAccountId, "sourceAccountId");
        DecisionChecks.Score(Score, "score", errors);
        DecisionChecks.Reasons(Reasons, errors);
        errors.Text(RulesVersion, "rulesVersion");
        errors.Instant(AssessedAt, "assessedAt");
        errors.Text(ModelVersion, "modelVersion");
        errors.Text(ListsVersion, "listsVersion");
        Shadow?.Validate(errors);
        DecisionChecks.Degraded(Degraded, errors);
        DecisionChecks.Instant(EventAt, "eventAt", errors);
        DecisionChecks.Instant(ReceivedAt, "receivedAt", errors);
        DecisionChecks.Instant(Watermark, "watermark", errors);
        FeatureVector.Validate(FeatureSchema, Features, errors);
        DecisionChecks.Rules(Rules, errors);
        DecisionChecks.Transaction(Transaction, this, errors);
    }
}

/// <summary>What to do with a transaction; the order is by severity.</summary>
[JsonConverter(typeof(NamedEnumConverter<FraudOutcome>))]
public enum FraudOutcome
{
    /// <summary>Go on.</summary>
    [JsonStringEnumMemberName("approve")] Approve,

    /// <summary>Hold the funds and let a person look.</summary>
    [JsonStringEnumMemberName("review")] Review,

    /// <summary>Do not move the money.</summary>
    [JsonStringEnumMemberName("decline")] Decline,
}

/// <summary>One part of a score.</summary>
/// <param name="Rule">The stable name of the rule, or of the model's feature.</param>
/// <param name="Contribution">What it added to the score.</param>
/// <param name="Sentence">What it saw, for people.</param>
public sealed record FraudReason(string Rule, int Contribution, string Sentence);
