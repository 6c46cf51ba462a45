using System.ComponentModel.DataAnnotations;
using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>How long a transaction waits in each state, and what happens then; section <c>Sagas:Transaction</c>. Validated at start.</summary>
public sealed class TransactionSagaOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Sagas:Transaction";

    /// <summary>How long something that was said about a transaction is kept before its submission must have come; 1 second to 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan SubmissionTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long the assessment may take; 1 second to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AssessmentTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What is assumed when the assessment does not come: decline or review; never approve.</summary>
    public FraudOutcome AssessmentDefault { get; init; } = FraudOutcome.Decline;

    /// <summary>After how long a ledger command without a reply is sent again; 1 second to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often it is sent again before people are told that the transaction is stuck; 1 to 100.</summary>
    [Range(1, 100)]
    public int RepeatsBeforeAlert { get; init; } = 5;

    /// <summary>After how long it is sent again from then on; 1 second to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StuckInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a person may take to review; then the hold is released and the transaction declined; 1 second to 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan ReviewTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The most unchanged transactions that one lane keeps in memory.</summary>
    [Range(1, 1_000_000)]
    public int KeptInMemory { get; init; } = 4_096;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AssessmentDefault is not (FraudOutcome.Decline or FraudOutcome.Review))
            yield return new ValidationResult("must be Decline or Review: what nobody has assessed is never approved", [nameof(AssessmentDefault)]);
    }
}
