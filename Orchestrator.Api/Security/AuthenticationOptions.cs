using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Api.Security;

/// <summary>Whose tokens are believed. Section <c>Authentication</c>; validated at start.</summary>
public sealed class AuthenticationOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Authentication";

    /// <summary>The audience of the built-in issuer's tokens.</summary>
    public const string DevelopmentAudience = "orchestrator";

    /// <summary>
    /// The OpenID Connect issuer: an address below which <c>.well-known/openid-configuration</c> says which keys sign its tokens. Without one, and in the
    /// environment Development alone, a built-in issuer gives tokens to everybody.
    /// </summary>
    public Uri? Authority { get; init; }

    /// <summary>For whom tokens must be issued (<c>aud</c>). Required with an <see cref="Authority"/>: a token for somebody else opens nothing here.</summary>
    public string? Audience { get; init; }

    /// <summary>The claim that says what somebody may be, see <see cref="Roles"/>. Default <c>roles</c>; one text or several.</summary>
    [Required]
    public string RoleClaim { get; init; } = "roles";

    /// <summary>
    /// The claim with the name under which things are kept. Default <c>sub</c>. A name has 1 to 64 characters and no blanks around it; a token with another one is
    /// refused. It must be one that its issuer never gives to somebody else.
    /// </summary>
    [Required]
    public string NameClaim { get; init; } = "sub";

    /// <summary>How far clocks may be apart, in seconds: for so long a token is taken after its end. Default 30.</summary>
    [Range(0, 300)]
    public int ClockSkewSeconds { get; init; } = 30;

    /// <summary>Whether keys are fetched over https alone. Default true, except in the environment Development; outside of it false is taken for an issuer on loopback alone.</summary>
    public bool? RequireHttpsMetadata { get; init; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Authority is not null && string.IsNullOrWhiteSpace(Audience))
            yield return new ValidationResult($"{Section}:{nameof(Audience)} is required with an {nameof(Authority)}: tokens for others must open nothing here.", [nameof(Audience)]);
    }
}
