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

    /// <summary>How long a person may take to review; 1 second to 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan ReviewTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// What is assumed when nobody has reviewed by then: decline, and the hold is given back; or approve, and the posting goes on, for those who would rather
    /// lose to fraud than to customers who were kept waiting.
    /// </summary>
    public FraudOutcome ReviewDefault { get; init; } = FraudOutcome.Decline;

    /// <summary>How long before that people are warned; never when it is zero, or not below <see cref="ReviewTimeout"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan ReviewWarning { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How long before a hold expires people are told; null when they are not.</summary>
    internal TimeSpan? WarnBefore => ReviewWarning > TimeSpan.Zero && ReviewWarning < ReviewTimeout ? ReviewWarning : null;

    /// <summary>How often a person may ask for more, so that the time to review begins anew; 0 to 10. The funds are on hold meanwhile.</summary>
    [Range(0, 10)]
    public int ReviewExtensions { get; init; } = 3;

    /// <summary>How long what is authorised may wait for its capture, before the hold is given back; 1 second to 90 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "90.00:00:00")]
    public TimeSpan AuthorisationTimeout { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long before that people are warned; never when it is zero, or not below <see cref="AuthorisationTimeout"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "90.00:00:00")]
    public TimeSpan AuthorisationWarning { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long before an authorisation ends people are told; null when they are not.</summary>
    internal TimeSpan? WarnBeforeAuthorisationEnds =>
        AuthorisationWarning > TimeSpan.Zero && AuthorisationWarning < AuthorisationTimeout ? AuthorisationWarning : null;

    /// <summary>How often people are reminded of what could not be undone, until somebody resolves it; 1 second to 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan ParkedReminder { get; init; } = TimeSpan.FromDays(1);

    /// <summary>After how many of these reminders they come thirty times less often; 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int ParkedReminders { get; init; } = 30;

    /// <summary>How much less often.</summary>
    internal const int LaterReminders = 30;

    /// <summary>The most unchanged transactions that one lane keeps in memory.</summary>
    [Range(1, 1_000_000)]
    public int KeptInMemory { get; init; } = 4_096;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AssessmentDefault is not (FraudOutcome.Decline or FraudOutcome.Review))
            yield return new ValidationResult("must be Decline or Review: what nobody has assessed is never approved", [nameof(AssessmentDefault)]);
        if (ReviewDefault is not (FraudOutcome.Decline or FraudOutcome.Approve))
            yield return new ValidationResult("must be Decline or Approve", [nameof(ReviewDefault)]);
    }
}
