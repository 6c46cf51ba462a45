using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Casework;

/// <summary>Which alerts go where, how soon a case has to be looked at, and what two people have to agree on. Section <c>Casework</c>; validated at start.</summary>
public sealed class CaseworkOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Casework";

    /// <summary>The queue of alerts of which no other is named.</summary>
    public const string OtherQueue = "general";

    /// <summary>The queue whose cases decide about accounts.</summary>
    public const string AccountsQueue = "accounts";

    /// <summary>The queue of each kind of alert; <c>general</c> for those that are not here.</summary>
    public IReadOnlyDictionary<string, string> Queues { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["fraud_review"] = "fraud_review",
        ["hold_expiring"] = "fraud_review",
        ["decision_review"] = "fraud_review",
        ["fraud_declined"] = "fraud_declined",
        ["decision_declined"] = "fraud_declined",
        ["compensated"] = "operations",
        ["transaction_stuck"] = "operations",
        ["account_stuck"] = "operations",
        ["account_opening"] = AccountsQueue,
        ["account_frozen"] = AccountsQueue,
        ["account_dormant"] = AccountsQueue,
    };

    /// <summary>How soon a case has to be closed, hours; then it goes before all others. 1 to 8,760.</summary>
    [Range(1, 8_760)]
    public int DueHours { get; init; } = 24;

    /// <summary>How often it is asked which cases are overdue, seconds.</summary>
    [Range(1, 3_600)]
    public int EscalationSeconds { get; init; } = 60;

    /// <summary>The outcomes that somebody else has to approve: <c>fraud</c>, <c>genuine</c>, <c>inconclusive</c>.</summary>
    public IReadOnlyList<Cases.CaseOutcome> NeedApproval { get; init; } = [Cases.CaseOutcome.Fraud];

    /// <summary>The most cases that one person may have under investigation, so that nobody keeps them from others.</summary>
    [Range(1, 1_000)]
    public int MaxInvestigating { get; init; } = 20;

    /// <summary>The queue of alerts of a kind.</summary>
    public string QueueOf(string kind) => Queues.GetValueOrDefault(kind, OtherQueue);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Queues.Values.Any(q => q.Length is 0 or > 64 || q.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_')))
            yield return new ValidationResult("names of queues have 1 to 64 lower-case letters, digits and _", [nameof(Queues)]);
    }
}
