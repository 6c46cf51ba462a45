using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Orchestrator.Tests.Security;

/// <summary>An OpenID Connect issuer as small as one can be: discovery, one key, and tokens as a test wants them.</summary>
public sealed class OpenIdListener : IAsyncDisposable
{
    /// <summary>For whom its tokens are.</summary>
    public const string Audience = "orchestrator-production";

    readonly WebApplication _app;
    readonly RsaSecurityKey _key;

    OpenIdListener(WebApplication app, RsaSecurityKey key)
    {
        _app = app;
        _key = key;
    }

    /// <summary>Its address, which is its name too.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>What a service must be told to believe it.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["DOTNET_ENVIRONMENT"] = "Production",
        ["Authentication__Authority"] = $"{Address}",
        ["Authentication__Audience"] = Audience,
        ["Authentication__RequireHttpsMetadata"] = "false",
    };

    /// <summary>Starts it.</summary>
    public static async Task<OpenIdListener> StartAsync()
    {
        var key = new RsaSecurityKey(RSA.Create(2_048)) { KeyId = "first" };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var listener = new OpenIdListener(app, key);
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = $"{listener.Address}", jwks_uri = new Uri(listener.Address, "/keys") }));
        app.MapGet("/keys", () =>
        {
            var parameters = key.Rsa.ExportParameters(includePrivateParameters: false);
            return Results.Json(new
            {
                keys = new[] { new { kty = "RSA", use = "sig", kid = key.KeyId, n = Base64UrlEncoder.Encode(parameters.Modulus), e = Base64UrlEncoder.Encode(parameters.Exponent) } },
            });
        });
        await app.StartAsync();
        return listener;
    }

    /// <summary>A token.</summary>
    /// <param name="name">In whose name.</param>
    /// <param name="roles">What they may be.</param>
    /// <param name="audience">For whom.</param>
    /// <param name="issuer">By whom; its own name unless another one is given.</param>
    /// <param name="endsIn">When it ends, from now.</param>
    /// <param name="signing">What it is signed with; its own key unless another one is given.</param>
    public string Issue(
        string name, IEnumerable<string> roles, string audience = Audience, string? issuer = null, TimeSpan? endsIn = null, SigningCredentials? signing = null)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? $"{Address}",
            Audience = audience,
            NotBefore = now.AddDays(-1),
            Expires = now + (endsIn ?? TimeSpan.FromMinutes(10)),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = name, ["roles"] = roles.ToArray() },
            SigningCredentials = signing ?? new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
        });
    }

    /// <summary>The key's public half as a shared secret: the oldest trick there is.</summary>
    public SigningCredentials AsSharedSecret() => new(
        new SymmetricSecurityKey(_key.Rsa.ExportSubjectPublicKeyInfo()) { KeyId = _key.KeyId }, SecurityAlgorithms.HmacSha256);

    /// <summary>A key of the same name that is not its own.</summary>
    public SigningCredentials Forged() => new(new RsaSecurityKey(RSA.Create(2_048)) { KeyId = _key.KeyId }, SecurityAlgorithms.RsaSha256);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Rsa.Dispose();
    }
}
