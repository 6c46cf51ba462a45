using System.ComponentModel.DataAnnotations;
using Orchestrator.Casework.Events;

namespace Orchestrator.Casework.Mail;

/// <summary>Mail about cases by SMTP. Section <c>Casework:Mail</c>; without a host there is none.</summary>
public sealed class MailOptions : IValidatableObject
{
    /// <summary>The server.</summary>
    public string? Host { get; init; }

    /// <summary>Its port.</summary>
    [Range(1, 65_535)]
    public int Port { get; init; } = 587;

    /// <summary>How the connection is secured.</summary>
    public MailSecurity Security { get; init; } = MailSecurity.StartTls;

    /// <summary>The user; nobody signs in without one.</summary>
    public string? User { get; init; }

    /// <summary>The password; from the environment, <c>Casework__Mail__Password</c>.</summary>
    public string? Password { get; init; }

    /// <summary>Who the mail is from.</summary>
    public string? From { get; init; }

    /// <summary>To whom, by queue; <c>*</c> stands for all queues.</summary>
    public IReadOnlyDictionary<string, string[]> To { get; init; } = new Dictionary<string, string[]>(StringComparer.Ordinal);

    /// <summary>About what; about new and overdue cases when nothing is said.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>How far apart mails to one recipient are, seconds.</summary>
    [Range(60, 86_400)]
    public int ApartSeconds { get; init; } = 60;

    /// <summary>Whether there is mail about events of a kind.</summary>
    public bool IsAbout(string kind) => (Kinds ?? [EventKinds.CaseOpened, EventKinds.CaseEscalated]).Contains(kind, StringComparer.Ordinal);

    /// <summary>Whom an event of a queue concerns.</summary>
    public IEnumerable<string> RecipientsOf(string queue) =>
        To.GetValueOrDefault(queue, []).Concat(To.GetValueOrDefault("*", [])).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Host is null)
            yield break;
        if (From is null || !MimeKit.MailboxAddress.TryParse(From, out _))
            yield return new ValidationResult("mail needs an address that it is from", [nameof(From)]);
        if (To.Values.Any(a => a.Length > 50 || a.Any(one => one.Length > 254 || !MimeKit.MailboxAddress.TryParse(one, out _))))
            yield return new ValidationResult("recipients are addresses, 50 a queue at most", [nameof(To)]);
        if (Kinds is not null && Kinds.Any(k => !EventKinds.Announced.Contains(k, StringComparer.Ordinal)))
            yield return new ValidationResult($"mail is about some of {string.Join(", ", EventKinds.Announced)}", [nameof(Kinds)]);
        if (User is not null && Security == MailSecurity.None)
            yield return new ValidationResult("a password is not sent over a connection that is not secured", [nameof(Security)]);
    }
}

/// <summary>How a connection to a mail server is secured.</summary>
public enum MailSecurity
{
    /// <summary>By STARTTLS, which the server must offer.</summary>
    StartTls,

    /// <summary>From the start.</summary>
    Tls,

    /// <summary>Not at all.</summary>
    None,
}
