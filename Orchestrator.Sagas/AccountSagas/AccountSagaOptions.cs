using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>
/// When alerts freeze an account, when it is dormant, and how long each state waits and what happens then; section <c>Sagas:Account</c>. Validated at start.
/// </summary>
public sealed class AccountSagaOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Sagas:Account";

    /// <summary>How many alerts within <see cref="AlertWindow"/> freeze an account; 1 to 100.</summary>
    [Range(1, 100)]
    public int FreezeAfterAlerts { get; init; } = 3;

    /// <summary>How far apart the first and the last of them are at most; 1 minute to 90 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "90.00:00:00")]
    public TimeSpan AlertWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The kinds of alerts that count, each with the least score with which it does, 0 to 1000. What this saga raises itself never counts.</summary>
    public IReadOnlyDictionary<string, int> CountedAlerts { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["fraud_declined"] = 0,
        ["fraud_review"] = 700,
    };

    /// <summary>After how long without an event an open account is dormant; 1 day to 100 years.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan DormantAfter { get; init; } = TimeSpan.FromDays(365);

    /// <summary>After how long a request without an answer is sent again; 1 second to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often it is sent again before people are told, or have to look at an applicant who could not be checked; 1 to 100.</summary>
    [Range(1, 100)]
    public int RepeatsBeforeAlert { get; init; } = 5;

    /// <summary>After how long it is sent again from then on; 1 second to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StuckInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a person may take to decide about an application; then it is rejected. 1 second to 365 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan OpeningReviewTimeout { get; init; } = TimeSpan.FromDays(7);

    /// <summary>After how long people are reminded of an account that alerts have frozen; it stays frozen. 1 second to 365 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan FrozenReminder { get; init; } = TimeSpan.FromDays(7);

    /// <summary>After how long people are reminded of a dormant account; it stays dormant. 1 second to 3,650 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan DormantReminder { get; init; } = TimeSpan.FromDays(180);

    /// <summary>
    /// A secret with which identities are hashed, so that who reads the hashes cannot try documents; from the environment. Identities of before a change are not
    /// recognised after it.
    /// </summary>
    [MaxLength(1_024)]
    public string FingerprintKey { get; init; } = "";

    /// <summary>The most unchanged accounts that one lane keeps in memory.</summary>
    [Range(1, 1_000_000)]
    public int KeptInMemory { get; init; } = 4_096;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (CountedAlerts.Values.Any(score => score is < 0 or > 1_000))
            yield return new ValidationResult("scores are from 0 to 1000", [nameof(CountedAlerts)]);
        if (CountedAlerts.Keys.Any(AccountAlerts.IsOwn))
            yield return new ValidationResult("what the account saga raises itself does not count", [nameof(CountedAlerts)]);
    }
}
