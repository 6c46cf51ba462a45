using Orchestrator.Contracts;

namespace Orchestrator.Api.Submissions;

/// <summary>The Idempotency-Key header: a client's own name for one request.</summary>
static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    const int MaxLength = 255;

    /// <summary>The id of what is asked for: the one that is given, or else what follows from the key. Adds an error when there is neither, or the key is malformed.</summary>
    /// <param name="given">The client's id.</param>
    /// <param name="field">Where it belongs.</param>
    /// <param name="key">The header.</param>
    /// <param name="kind">What is asked for: the key's scope.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public static Guid IdOf(Guid? given, string field, string? key, SubmissionKind kind, ContractErrors errors)
    {
        Validate(key, errors);
        if (given is null && key is null)
            errors.Add("missing_field", field, $"required unless an {Header} is sent");
        return given ?? DerivedId.Of(kind.Name, key ?? "");
    }

    /// <summary>Adds an error unless <paramref name="key"/> is absent or 1 to 255 visible ASCII characters.</summary>
    public static void Validate(string? key, ContractErrors errors)
    {
        if (key is not null && (key.Length is 0 or > MaxLength || key.AsSpan().ContainsAnyExceptInRange('!', '~')))
            errors.Add("invalid_idempotency_key", Header, $"1 to {MaxLength} visible ASCII characters");
    }
}
