using System.ComponentModel.DataAnnotations;
using Orchestrator.Casework.Mail;
using Orchestrator.Casework.Webhooks;

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
        ["compensation_failed"] = "operations",
        ["authorisation_expiring"] = "operations",
        ["account_stuck"] = "operations",
        ["account_opening"] = AccountsQueue,
        ["account_frozen"] = AccountsQueue,
        ["account_dormant"] = AccountsQueue,
    };

    /// <summary>How soon a case has to be closed, hours; then it goes before all others. 1 to 8,760.</summary>
    [Range(1, 8_760)]
    public int DueHours { get; init; } = 24;

    /// <summary>Likewise, by queue; <see cref="DueHours"/> for those that are not here. 1 to 8,760.</summary>
    public IReadOnlyDictionary<string, int> QueueDueHours { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>How often a case that stays open is escalated: when it is due, and every <see cref="EscalateAgainHours"/> after that. 1 to 20.</summary>
    [Range(1, 20)]
    public int MostEscalations { get; init; } = 3;

    /// <summary>How long after one escalation the next comes, hours. 1 to 8,760.</summary>
    [Range(1, 8_760)]
    public int EscalateAgainHours { get; init; } = 24;

    /// <summary>So long after the first of them, alerts of the same kind about the same account are one group, minutes. 1 to 10,080.</summary>
    [Range(1, 10_080)]
    public int GroupMinutes { get; init; } = 60;

    /// <summary>How long it is kept what happened to cases and which requests with a key took effect, days; so long a live list can go on where it was. 1 to 365.</summary>
    [Range(1, 365)]
    public int EventDays { get; init; } = 7;

    /// <summary>The outcomes that somebody else has to approve: <c>fraud</c>, <c>genuine</c>, <c>inconclusive</c>.</summary>
    public IReadOnlyList<Cases.CaseOutcome> NeedApproval { get; init; } = [Cases.CaseOutcome.Fraud];

    /// <summary>The most cases that one person may have under investigation, so that nobody keeps them from others.</summary>
    [Range(1, 1_000)]
    public int MaxInvestigating { get; init; } = 20;

    /// <summary>The largest file that may be attached to a case, bytes. 1 to 10 MiB.</summary>
    [Range(1, 10 << 20)]
    public int MaxAttachmentBytes { get; init; } = 10 << 20;

    /// <summary>
    /// The key by which secrets of webhooks are encrypted, base64 of 32 bytes. From the environment, <c>Casework__WebhookKey</c>; without it there are no webhooks.
    /// </summary>
    public string? WebhookKey { get; init; }

    /// <summary>Mail about cases.</summary>
    public MailOptions Mail { get; init; } = new();

    /// <summary>Where webhooks may go, and how long they are tried.</summary>
    public WebhookOptions Webhooks { get; init; } = new();

    /// <summary>The queue of alerts of a kind.</summary>
    public string QueueOf(string kind) => Queues.GetValueOrDefault(kind, OtherQueue);

    /// <summary>How soon cases of a queue have to be closed, hours.</summary>
    public int DueHoursOf(string queue) => QueueDueHours.GetValueOrDefault(queue, DueHours);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Queues.Values.Any(q => q.Length is 0 or > 64 || q.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_')))
            yield return new ValidationResult("names of queues have 1 to 64 lower-case letters, digits and _", [nameof(Queues)]);
        if (WebhookKey is not null && !WebhookSecrets.IsKey(WebhookKey))
            yield return new ValidationResult("the key of webhooks is the base64 of 32 bytes", [nameof(WebhookKey)]);
        var inner = new List<ValidationResult>();
        Validator.TryValidateObject(Webhooks, new ValidationContext(Webhooks), inner, validateAllProperties: true);
        Validator.TryValidateObject(Mail, new ValidationContext(Mail), inner, validateAllProperties: true);
        foreach (var result in inner)
            yield return result;
        if (QueueDueHours.Values.Any(h => h is < 1 or > 8_760))
            yield return new ValidationResult("hours until a case is due are from 1 to 8,760", [nameof(QueueDueHours)]);
    }
}
