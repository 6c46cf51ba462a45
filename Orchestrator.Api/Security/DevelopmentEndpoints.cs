using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Security;

/// <summary>The built-in issuer over HTTP: OpenID Connect's discovery, its key, and tokens for the asking.</summary>
static class DevelopmentEndpoints
{
    /// <summary>Maps /dev where there is a built-in issuer, and nothing elsewhere.</summary>
    public static void MapDevelopmentIssuer(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<DevelopmentIssuer>() is not { } issuer)
            return;
        var group = routes.MapGroup("/dev").AllowAnonymous().ExcludeFromDescription();
        group.MapGet("/.well-known/openid-configuration", (HttpContext context) => TypedResults.Ok(Discovery.Of($"{context.Request.Scheme}://{context.Request.Host}/dev")));
        group.MapGet("/jwks", () => TypedResults.Ok(new PublicKeys([issuer.PublicKey])));
        group.MapGet("/routes", (EndpointDataSource mapped) => TypedResults.Ok(mapped.Endpoints.OfType<RouteEndpoint>().SelectMany(MappedRoute.Of).ToList()));
        group.MapPost("/token", (JsonBody<DevelopmentTokenRequest> body) => Issue(body.Value, issuer));
        group.MapPost("/client-token", async (HttpRequest request, CancellationToken cancellationToken) =>
            Issue(new DevelopmentTokenRequest(await ClientAsync(request, cancellationToken), [Roles.Service]), issuer));
    }

    // As programs ask any issuer that has no code of ours, Prometheus for one: OAuth 2.0's client credentials, of which the secret is nobody's here.
    static async Task<string> ClientAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var basic) && basic is { Scheme: "Basic", Parameter: { } encoded })
        {
            var text = new byte[encoded.Length];
            return Convert.TryFromBase64String(encoded, text, out var length) ? Uri.UnescapeDataString(Encoding.UTF8.GetString(text, 0, length).Split(':')[0]) : "";
        }
        return request.HasFormContentType ? (await request.ReadFormAsync(cancellationToken))["client_id"].ToString() : "";
    }

    static Results<Ok<DevelopmentToken>, ProblemHttpResult> Issue(DevelopmentTokenRequest request, DevelopmentIssuer issuer)
    {
        var errors = new ContractErrors();
        if (!Actor.IsName(request.User))
            errors.Add("invalid_name", "user", $"1 to {Actor.MaxName} characters, no blanks around them");
        var roles = request.Roles ?? DemoUsers.Find(request.User);
        if (roles is null)
            errors.Add("missing_field", "roles", $"what {(errors.None ? request.User : "somebody")} may be: {string.Join(", ", Roles.All)}; or one of the users {string.Join(", ", DemoUsers.Names)}");
        else if (roles.Except(Roles.All, StringComparer.Ordinal).Any())
            errors.Add("unknown_role", "roles", $"of {string.Join(", ", Roles.All)}");
        return errors.None
            ? TypedResults.Ok(new DevelopmentToken(issuer.Issue(request.User, [.. roles!.Distinct(StringComparer.Ordinal)]), "Bearer", (int)DevelopmentIssuer.Lifetime.TotalSeconds))
            : ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
    }
}

/// <summary>Asks the built-in issuer for a token.</summary>
/// <param name="User">In whose name.</param>
/// <param name="Roles">What they may be; what they are known for when nothing is said.</param>
public sealed record DevelopmentTokenRequest(string User, IReadOnlyList<string>? Roles = null);

/// <summary>A token, as OAuth 2.0 names its parts.</summary>
/// <param name="AccessToken">To be sent as <c>Authorization: Bearer ...</c>.</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="ExpiresIn">For how many seconds it is taken.</param>
sealed record DevelopmentToken(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn);

/// <summary>A route, and for whom it is.</summary>
sealed record MappedRoute(string Method, string Path, IReadOnlyList<string> For)
{
    /// <summary>An endpoint's routes: one for each method.</summary>
    public static IEnumerable<MappedRoute> Of(RouteEndpoint endpoint) =>
        (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => new MappedRoute(method, "/" + endpoint.RoutePattern.RawText?.Trim('/'), Who(endpoint)));

    static IReadOnlyList<string> Who(RouteEndpoint endpoint) => endpoint.Metadata switch
    {
        var key when key.GetMetadata<AllowedWithWriteKey>() is not null => ["whoever has a write key"],
        var open when open.GetMetadata<IAllowAnonymous>() is not null => ["everybody"],
        var roles when roles.GetMetadata<AllowedRoles>() is { } allowed => allowed.Roles,
        var read when read.GetMetadata<AllowedToRead>() is not null => ["whoever has a token"],
        _ => ["nobody"],
    };
}

/// <summary>A JSON Web Key set.</summary>
sealed record PublicKeys(IReadOnlyList<PublicKey> Keys);

/// <summary>What OpenID Connect's discovery says of the built-in issuer.</summary>
sealed record Discovery(
    [property: JsonPropertyName("issuer")] string Issuer,
    [property: JsonPropertyName("jwks_uri")] string JwksUri,
    [property: JsonPropertyName("token_endpoint")] string TokenEndpoint,
    [property: JsonPropertyName("id_token_signing_alg_values_supported")] IReadOnlyList<string> Algorithms)
{
    /// <summary>Of the issuer at an address.</summary>
    public static Discovery Of(string address) => new(DevelopmentIssuer.Issuer, $"{address}/jwks", $"{address}/token", ["ES256"]);
}
