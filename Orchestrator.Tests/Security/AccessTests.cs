using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Orchestrator.Api.Security;
using Orchestrator.Cli.Connections;
using Orchestrator.Tests.Api;

namespace Orchestrator.Tests.Security;

/// <summary>Who is let in by a development service, whose own issuer gives tokens to everybody.</summary>
[Collection(ApiCollection.Name)]
public sealed class AccessTests(ApiFixture api)
{
    [Fact]
    public async Task Request_when_it_has_no_token_is_refused_with_what_is_missing()
    {
        using var anonymous = new HttpClient { BaseAddress = api.Http.BaseAddress };

        var answer = await Answer.OfAsync(await anonymous.GetAsync("/v1/figures"));

        Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated", "Bearer"), (answer.Status, answer.Problem, answer.Header("WWW-Authenticate")));
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await anonymous.GetAsync("/v1/nowhere")).StatusCode);
        foreach (var path in new[] { "/swagger/index.html", "/problems", "/health/live", "/health/ready", "/dev/jwks" })
            Assert.Equal(HttpStatusCode.OK, (await anonymous.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Request_when_the_role_is_another_is_told_which_would_do()
    {
        using var ann = api.As("ann", Roles.Analyst);

        var answer = await Answer.OfAsync(await ann.PostAsync("/v1/projections/balances/rebuild", content: null));

        Assert.Equal((HttpStatusCode.Forbidden, "forbidden", "Bearer error=\"insufficient_scope\""), (answer.Status, answer.Problem, answer.Header("WWW-Authenticate")));
        Assert.Equal(["operator"], answer.Json.GetProperty("roles").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal("One of these roles may: operator.", answer.Json.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("sam", Roles.Service)]
    [InlineData("carol", Roles.CaseWorker)]
    [InlineData("susan", Roles.Supervisor)]
    [InlineData("ann", Roles.Analyst)]
    [InlineData("otto", Roles.Operator)]
    [InlineData("audrey", Roles.Auditor)]
    public async Task Token_when_asked_for_by_name_has_the_role_that_is_known(string user, string role)
    {
        var answer = await api.PostAsync("/dev/token", $$"""{ "user": "{{user}}" }""");

        var token = new JsonWebToken(answer.Json.GetProperty("access_token").GetString());
        Assert.Equal((user, role, "Bearer"), (token.Subject, token.GetClaim("roles").Value, answer.Json.GetProperty("token_type").GetString()));
        Assert.Equal("ES256", token.Alg);
        Assert.True(answer.Json.GetProperty("expires_in").GetInt32() > 0);
    }

    [Theory]
    [InlineData("""{ "user": "somebody" }""", "missing_field roles")]
    [InlineData("""{ "user": " carol", "roles": ["analyst"] }""", "invalid_name user")]
    [InlineData("""{ "user": "carol", "roles": ["king"] }""", "unknown_role roles")]
    [InlineData("""{ "roles": ["analyst"] }""", "missing_field user")]
    public async Task Token_when_it_cannot_be_issued_is_refused_by_name(string body, string error) =>
        Assert.Equal([error], (await api.PostAsync("/dev/token", body)).Errors);

    [Fact]
    public async Task Issuer_when_discovered_names_the_key_that_its_tokens_are_signed_with()
    {
        var discovery = (await api.GetAsync("/dev/.well-known/openid-configuration")).Json;
        var keys = new JsonWebKeySet((await api.GetAsync(new Uri(discovery.GetProperty("jwks_uri").GetString()!).PathAndQuery)).Text);
        var token = (await api.PostAsync("/dev/token", """{ "user": "carol" }""")).Json.GetProperty("access_token").GetString();

        var checkedToken = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = discovery.GetProperty("issuer").GetString(), ValidAudience = "orchestrator", IssuerSigningKeys = keys.GetSigningKeys(),
        });

        Assert.True(checkedToken.IsValid, $"{checkedToken.Exception}");
    }

    [Fact]
    public void Command_line_when_it_asks_for_every_role_asks_for_those_there_are() => Assert.Equal(Roles.All, ApiAccess.AllRoles);

    [Fact]
    public async Task Key_when_many_processes_want_it_at_once_is_made_once_and_for_its_owner_alone()
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-key-").FullName;
        try
        {
            var keys = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => DevelopmentKey.LoadAsync(directory))));

            Assert.Single(keys.Select(k => k.KeyId).Distinct(StringComparer.Ordinal));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(directory, DevelopmentKey.FileName)));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
