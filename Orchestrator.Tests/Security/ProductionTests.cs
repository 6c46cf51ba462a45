using System.Net;
using System.Net.Http.Headers;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Orchestrator.Api.Security;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Security;

/// <summary>The service as it runs in production: it believes its issuer and nobody else.</summary>
public sealed class ProductionTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Host_when_nobody_says_who_may_do_what_does_not_start()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();

        var (exitCode, errors) = await ServiceProcess.RunToEndAsync("no-authority", Settings(database, new Dictionary<string, string> { ["DOTNET_ENVIRONMENT"] = "Production" }));

        Assert.Equal(1, exitCode);
        Assert.Contains("nobody says who may do what", errors, StringComparison.Ordinal);
        Assert.Contains("Authentication:Authority", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://issuer.example", null, null, "Authentication:Audience is required")]
    [InlineData("http://issuer.example", "orchestrator", "false", "RequireHttpsMetadata=false is for an issuer on this machine")]
    [InlineData("http://issuer.example", "orchestrator", null, "must be an https address")]
    public async Task Host_when_its_issuer_cannot_be_trusted_does_not_start(string authority, string? audience, string? requireHttps, string why)
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_ENVIRONMENT"] = "Production", ["Authentication__Authority"] = authority };
        if (audience is not null)
            settings["Authentication__Audience"] = audience;
        if (requireHttps is not null)
            settings["Authentication__RequireHttpsMetadata"] = requireHttps;

        var (exitCode, errors) = await ServiceProcess.RunToEndAsync(
            $"bad-authority-{Math.Abs(why.GetHashCode(StringComparison.Ordinal))}", Settings(database, settings), "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, exitCode);
        Assert.Contains(why, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_when_it_has_an_issuer_believes_its_tokens_and_no_others()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var issuer = await OpenIdListener.StartAsync();
        // Where an issuer says who may do what, others may try.
        await using var service = await ServiceProcess.StartAsync("production", Settings(database, issuer.Settings), "--roles", "http", "--urls", "http://0.0.0.0:0");
        using var http = new HttpClient { BaseAddress = service.Address };

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/v1/projections", issuer.Issue("otto", [Roles.Operator])));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/v1/projections", issuer.Issue("ann", [Roles.Analyst])));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/v1/projections", issuer.Issue("nobody", [])));

        Assert.Equal(("unauthenticated", "The token is from another issuer."), await RefusedAsync(BuiltIn()));
        Assert.Equal(("unauthenticated", "The token was issued for somebody else."), await RefusedAsync(issuer.Issue("otto", [Roles.Operator], audience: "orchestrator")));
        Assert.Equal(("unauthenticated", "The token is from another issuer."), await RefusedAsync(issuer.Issue("otto", [Roles.Operator], issuer: "https://elsewhere.example")));
        Assert.Equal(("unauthenticated", "The token has expired."), await RefusedAsync(issuer.Issue("otto", [Roles.Operator], endsIn: TimeSpan.FromMinutes(-2))));
        Assert.Equal("unauthenticated", (await RefusedAsync(issuer.Issue("otto", [Roles.Operator], signing: issuer.Forged()))).Problem);
        Assert.Equal("unauthenticated", (await RefusedAsync(issuer.Issue("otto", [Roles.Operator], signing: issuer.AsSharedSecret()))).Problem);
        Assert.Equal("unauthenticated", (await RefusedAsync(new JsonWebToken(issuer.Issue("otto", [Roles.Operator])) is var signed ? $"{Unsigned}.{signed.EncodedPayload}." : "")).Problem);
        foreach (var name in new[] { "", " otto", new string('o', 65), "ot\nto" })
            Assert.Contains("name must be", (await RefusedAsync(issuer.Issue(name, [Roles.Operator]))).Detail, StringComparison.Ordinal);

        // What is open to everybody in development is not here.
        foreach (var path in new[] { "/swagger/v1/swagger.json", "/swagger/index.html", "/problems", "/metrics", "/v1/figures" })
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(path, token: null));
        foreach (var path in new[] { "/swagger/v1/swagger.json", "/swagger/index.html", "/problems" })
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(path, issuer.Issue("nobody", [])));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/health/live", token: null));
        foreach (var path in new[] { "/dev/token", "/dev/jwks", "/dev/.well-known/openid-configuration" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(path, token: null));
            using var asked = new StringContent("""{ "user": "susan" }""", System.Text.Encoding.UTF8, "application/json");
            Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync(path, asked)).StatusCode);
        }
        Assert.False(File.Exists(Path.Combine(service.DataDirectory, DevelopmentKey.FileName)));

        async Task<Answer> AskAsync(string path, string? token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (token is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return await Answer.OfAsync(await http.SendAsync(request));
        }

        async Task<HttpStatusCode> StatusAsync(string path, string? token) => (await AskAsync(path, token)).Status;

        async Task<(string? Problem, string Detail)> RefusedAsync(string token)
        {
            var answer = await AskAsync("/v1/projections", token);
            Assert.StartsWith("Bearer", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
            return (answer.Problem, answer.Json.GetProperty("detail").GetString()!);
        }
    }

    // {"alg":"none"}
    const string Unsigned = "eyJhbGciOiJub25lIn0";

    static string BuiltIn()
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-issuer-").FullName;
        try
        {
            var key = DevelopmentKey.LoadAsync(directory).GetAwaiter().GetResult();
            return new DevelopmentIssuer(key, new AuthenticationOptions { Audience = OpenIdListener.Audience }, TimeProvider.System).Issue("otto", Roles.All);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    static Dictionary<string, string> Settings(TestDatabase database, IReadOnlyDictionary<string, string> more) =>
        new(more, StringComparer.Ordinal) { ["ORCHESTRATOR_POSTGRES"] = database.ConnectionString };
}
