using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Net.Http.Headers;
using Orchestrator.Api.Problems;

namespace Orchestrator.Api.Security;

/// <summary>Answers who may not: 401 says what is wrong with the token, 403 which roles would do.</summary>
sealed class AccessRefusals(IProblemDetailsService problems) : IAuthorizationMiddlewareResultHandler
{
    /// <inheritdoc />
    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
            await next(context);
        else if (authorizeResult.Challenged)
            await ChallengeAsync(context);
        else
            await ForbidAsync(context);
    }

    async Task ChallengeAsync(HttpContext context)
    {
        var failure = (await context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme)).Failure;
        // The scheme names the error in WWW-Authenticate (RFC 6750).
        await context.ChallengeAsync(JwtBearerDefaults.AuthenticationScheme);
        await WriteAsync(context, ProblemKinds.Unauthenticated, failure is null ? "No token was sent: Authorization: Bearer ..." : Explain(failure), roles: null);
    }

    async Task ForbidAsync(HttpContext context)
    {
        var roles = context.GetEndpoint()?.Metadata.GetMetadata<AllowedRoles>()?.Roles ?? [];
        context.Response.Headers.WWWAuthenticate = "Bearer error=\"insufficient_scope\"";
        await WriteAsync(context, ProblemKinds.Forbidden, roles.Count > 0 ? $"One of these roles may: {string.Join(", ", roles)}." : "Nobody may.", roles);
    }

    async Task WriteAsync(HttpContext context, ProblemKind kind, string detail, IReadOnlyList<string>? roles)
    {
        context.Response.StatusCode = kind.Status;
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Authorization);
        var details = ApiProblem.Details(kind, detail);
        if (roles is not null)
            details.Extensions["roles"] = roles;
        await problems.WriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = details });
    }

    // The library's own texts say too much for strangers.
    static string Explain(Exception failure) => failure switch
    {
        TokenNameException => failure.Message,
        SecurityTokenExpiredException => "The token has expired.",
        SecurityTokenNotYetValidException => "The token is not valid yet.",
        SecurityTokenInvalidAudienceException => "The token was issued for somebody else.",
        SecurityTokenInvalidIssuerException => "The token is from another issuer.",
        SecurityTokenInvalidAlgorithmException => "The token is signed in a way that is not taken.",
        SecurityTokenSignatureKeyNotFoundException => "The token is signed with a key that its issuer does not name.",
        SecurityTokenInvalidSignatureException => "The token's signature is wrong.",
        _ => "The token cannot be taken.",
    };
}
