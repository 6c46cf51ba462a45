using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Orchestrator.Api.Security;

/// <summary>
/// Gives tokens to everybody who asks. It is there in the environment Development alone, and only while no other issuer is configured.
/// </summary>
sealed class DevelopmentIssuer(ECDsaSecurityKey key, AuthenticationOptions options, TimeProvider time)
{
    /// <summary>Who issued a token. The same for every process that has the key.</summary>
    public const string Issuer = "urn:orchestrator:development";

    /// <summary>How long a token lasts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    readonly SigningCredentials _signing = new(key, SecurityAlgorithms.EcdsaSha256);

    /// <summary>What its tokens are signed with.</summary>
    public SecurityKey Key => key;

    /// <summary>For whom its tokens are.</summary>
    public string Audience => options.Audience ?? AuthenticationOptions.DevelopmentAudience;

    /// <summary>The public half of the key, as a JSON Web Key.</summary>
    public PublicKey PublicKey
    {
        get
        {
            var point = key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
            return new PublicKey("EC", "sig", SecurityAlgorithms.EcdsaSha256, key.KeyId, "P-256", Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y));
        }
    }

    /// <summary>A token in somebody's name.</summary>
    public string Issue(string name, IReadOnlyList<string> roles)
    {
        var now = time.GetUtcNow();
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { [options.NameClaim] = name, [options.RoleClaim] = roles },
            SigningCredentials = _signing,
        });
    }
}

/// <summary>A JSON Web Key (RFC 7517) on an elliptic curve.</summary>
/// <param name="Kty">Its type.</param>
/// <param name="Use">What it is for.</param>
/// <param name="Alg">The algorithm.</param>
/// <param name="Kid">Its name in tokens.</param>
/// <param name="Crv">The curve.</param>
/// <param name="X">The point's one coordinate.</param>
/// <param name="Y">The other.</param>
sealed record PublicKey(string Kty, string Use, string Alg, string Kid, string Crv, string X, string Y);
