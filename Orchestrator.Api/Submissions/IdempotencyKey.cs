using Orchestrator.Contracts;

namespace Orchestrator.Api.Submissions;

/// <summary>The Idempotency-Key header: a client's own name for one request.</summary>
static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    const int MaxLength = 255;

    /// <summary>Adds an error unless <paramref name="key"/> is absent or 1 to 255 visible ASCII characters.</summary>
    public static void Validate(string? key, ContractErrors errors)
    {
        if (key is not null && (key.Length is 0 or > MaxLength || key.AsSpan().ContainsAnyExceptInRange('!', '~')))
            errors.Add("invalid_idempotency_key", Header, $"1 to {MaxLength} visible ASCII characters");
    }
}
