using System.Net.Http.Json;
using System.Text.Json;
using Confluent.SchemaRegistry;
using Orchestrator.Tests.Api;

namespace Orchestrator.Tests.Schemas.Registry;

/// <summary>The official client, talking to the running service.</summary>
static class RegistryClients
{
    /// <summary>Where the registry is.</summary>
    public static string Address(ApiFixture api) => new Uri(api.Http.BaseAddress!, "registry").ToString();

    /// <summary>A token of the built-in issuer.</summary>
    public static async Task<string> TokenAsync(ApiFixture api, string name, params string[] roles)
    {
        using var http = new HttpClient { BaseAddress = api.Http.BaseAddress };
        var answer = await http.PostAsJsonAsync("/dev/token", new { user = name, roles });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    /// <summary>A client that sends a token as such.</summary>
    public static async Task<CachedSchemaRegistryClient> WithTokenAsync(ApiFixture api, params string[] roles) => new(new SchemaRegistryConfig
    {
        Url = Address(api),
        BearerAuthCredentialsSource = BearerAuthCredentialsSource.StaticToken,
        BearerAuthToken = await TokenAsync(api, "registry-tests", roles),
        BearerAuthLogicalCluster = "orchestrator",
        BearerAuthIdentityPoolId = "orchestrator",
        // Nothing is tried again behind a test's back, nor remembered.
        MaxRetries = 1,
    });

    /// <summary>A client that sends a token as the password of a name.</summary>
    public static async Task<CachedSchemaRegistryClient> WithPasswordAsync(ApiFixture api, params string[] roles) => new(new SchemaRegistryConfig
    {
        Url = Address(api),
        BasicAuthUserInfo = $"whoever:{await TokenAsync(api, "registry-tests", roles)}",
        MaxRetries = 1,
    });
}
