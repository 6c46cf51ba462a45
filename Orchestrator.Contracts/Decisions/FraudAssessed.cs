using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Contracts.Decisions;

/// <summary>
/// What decisioning found about a transaction. Topic <c>decisions</c>, keyed by the source account.
/// </summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">Its source account: the key.</param>
/// <param name="Outcome">What to do.</param>
/// <param name="Score">0 (harmless) to 1000 (certain fraud).</param>
/// <param name="Reasons">Each rule that contributed, in a sentence a case worker can read.</param>
/// <param name="RulesVersion">Which rules decided.</param>
/// <param name="AssessedAt">When, UTC.</param>
public sealed record FraudAssessed(
    Guid TransactionId,
    string SourceAccountId,
    FraudOutcome Outcome,
    int Score,
    IReadOnlyList<FraudReason> Reasons,
    string RulesVersion,
    DateTimeOffset AssessedAt) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(SourceAccountId, "sourceAccountId");
        if (Score is < 0 or > 1000)
            errors.Add("score_out_of_range", "score", "from 0 to 1000");
        errors.Instant(AssessedAt, "assessedAt");
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

/// <summary>One rule's part in a score.</summary>
/// <param name="Rule">The rule's stable name.</param>
/// <param name="Contribution">What it added to the score.</param>
/// <param name="Sentence">What it saw, for people.</param>
public sealed record FraudReason(string Rule, int Contribution, string Sentence);
