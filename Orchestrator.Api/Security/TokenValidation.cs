using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Orchestrator.Api.Registry;

namespace Orchestrator.Api.Security;

/// <summary>What makes a token one that is believed: its signature, who issued it, for whom, until when, and a name under which things can be kept.</summary>
sealed class TokenValidation(IOptions<AuthenticationOptions> options, IHostEnvironment environment, IServiceProvider services) : IConfigureNamedOptions<JwtBearerOptions>
{
    // Whoever comes while the keys are not known yet waits for them.
    static readonly TimeSpan IssuerAnswersWithin = TimeSpan.FromSeconds(5);

    // A shared secret would let everybody who checks tokens make them too.
    static readonly string[] Asymmetric =
    [
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
    ];

    /// <inheritdoc />
    public void Configure(string? name, JwtBearerOptions options) => Configure(options);

    /// <inheritdoc />
    public void Configure(JwtBearerOptions jwt)
    {
        var given = options.Value;
        var issuer = services.GetService<DevelopmentIssuer>();
        jwt.TokenHandlers.Clear();
        jwt.TokenHandlers.Add(new KnownTokens { MapInboundClaims = false });
        jwt.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAlgorithms = Asymmetric,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ValidateIssuerSigningKey = true,
            ValidIssuer = issuer is null ? null : DevelopmentIssuer.Issuer,
            IssuerSigningKey = issuer?.Key,
            ValidAudience = given.Audience ?? AuthenticationOptions.DevelopmentAudience,
            ClockSkew = TimeSpan.FromSeconds(given.ClockSkewSeconds),
            NameClaimType = given.NameClaim,
            RoleClaimType = given.RoleClaim,
        };
        if (given.Authority is { } authority)
        {
            jwt.Authority = authority.AbsoluteUri;
            jwt.BackchannelTimeout = IssuerAnswersWithin;
            jwt.RequireHttpsMetadata = given.RequireHttpsMetadata ?? !environment.IsDevelopment();
        }
        jwt.Events = new JwtBearerEvents { OnMessageReceived = PasswordToken.ReadAsync, OnTokenValidated = CheckName };
    }

    // Things are kept under it, and compared by it.
    static Task CheckName(TokenValidatedContext context)
    {
        if (context.Principal?.Identity is not ClaimsIdentity identity || identity.FindAll(identity.NameClaimType).Count() != 1 || !Actor.IsName(identity.Name))
            context.Fail(new TokenNameException());
        return Task.CompletedTask;
    }
}

/// <summary>The token has no name under which things can be kept.</summary>
sealed class TokenNameException() : Exception($"The token's name must be one text of 1 to {Actor.MaxName} characters, without characters that do not show and without blanks around it.");
