using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Orchestrator.Api.Security;
using Orchestrator.Tests.Api;

namespace Orchestrator.Tests.Schemas.Registry;

/// <summary>What clients of other languages and people with curl call beside what the .NET client does, with codes and shapes.</summary>
[Collection(ApiCollection.Name)]
public sealed class RegistryApiTests(ApiFixture api)
{
    const string MediaType = "application/vnd.schemaregistry.v1+json";

    [Fact]
    public async Task Subject_when_it_is_deleted_softly_and_for_good_is_hidden_and_gone()
    {
        var id = (await PostAsync("subjects/regapi-del/versions", Avro("\"string\""))).Json.GetProperty("id").GetInt32();
        await PostAsync("subjects/regapi-del/versions", Avro("[\"string\",\"int\"]"));

        await ExpectAsync("40407 subjects/regapi-del/versions/1?permanent=true", HttpMethod.Delete);
        Assert.Equal("1", (await SendAsync(HttpMethod.Delete, "subjects/regapi-del/versions/1")).Text);
        await ExpectAsync("40406 subjects/regapi-del/versions/1", HttpMethod.Delete);
        Assert.Equal(("[2]", "[1,2]", "[1]", "[-1,2]"), (
            await GetAsync("subjects/regapi-del/versions"), await GetAsync("subjects/regapi-del/versions?deleted=true"), await GetAsync("subjects/regapi-del/versions?deletedOnly=true"),
            await GetAsync("subjects/regapi-del/versions?deleted=true&deletedAsNegative=true")));
        await ExpectAsync("40402 subjects/regapi-del/versions/1");
        Assert.Equal("\"string\"", await GetAsync("subjects/regapi-del/versions/1/schema?deleted=true"));
        // Who reads messages that were written with it still can.
        Assert.Equal("\"string\"", await GetAsync($"schemas/ids/{id}/schema"));
        await ExpectAsync("40405 subjects/regapi-del?permanent=true", HttpMethod.Delete);
        Assert.Equal("[2]", (await SendAsync(HttpMethod.Delete, "subjects/regapi-del")).Text);
        await ExpectAsync("40404 subjects/regapi-del", HttpMethod.Delete);
        await ExpectAsync("40401 subjects/regapi-del/versions");
        Assert.Equal(("[]", "[\"regapi-del\"]"), (await GetAsync("subjects?subjectPrefix=regapi-del"), await GetAsync("subjects?subjectPrefix=:*:regapi-del&deletedOnly=true")));

        // Registered again it has the number that it had, and another version.
        var again = (await PostAsync("subjects/regapi-del/versions", Avro(" \"string\" "))).Json;
        Assert.Equal((id, 3), (again.GetProperty("id").GetInt32(), again.GetProperty("version").GetInt32()));
        await SendAsync(HttpMethod.Delete, "subjects/regapi-del");
        Assert.Equal("[1,2,3]", (await SendAsync(HttpMethod.Delete, "subjects/regapi-del?permanent=true")).Text);
        await ExpectAsync("40401 subjects/regapi-del?permanent=true", HttpMethod.Delete);
        await ExpectAsync($"40403 schemas/ids/{id}");
    }

    [Fact]
    public async Task Schema_when_others_speak_of_it_is_found_by_them_and_stays()
    {
        const string money = """{ "type": "record", "name": "Money", "namespace": "regapi", "fields": [ { "name": "minor", "type": "long" } ] }""";
        const string payment = """{ "type": "record", "name": "Payment", "namespace": "regapi", "fields": [ { "name": "amount", "type": "regapi.Money" } ] }""";
        await PostAsync("subjects/regapi-money/versions", Avro(money));
        var body = JsonSerializer.Serialize(new { schema = payment, references = new[] { new { name = "regapi.Money", subject = "regapi-money", version = -1 } } });

        var id = (await PostAsync("subjects/regapi-payment/versions", body)).Json.GetProperty("id").GetInt32();

        Assert.Equal($"[{id}]", await GetAsync("subjects/regapi-money/versions/latest/referencedby"));
        Assert.Equal("""[{"name":"regapi.Money","subject":"regapi-money","version":1}]""", JsonElement.Parse(await GetAsync($"schemas/ids/{id}")).GetProperty("references").GetRawText());
        await ExpectAsync("42206 subjects/regapi-money", HttpMethod.Delete);
        await ExpectAsync("42206 subjects/regapi-money/versions/1", HttpMethod.Delete);
        await ExpectAsync("42201 subjects/regapi-payment/versions", HttpMethod.Post, Avro(payment));
        await ExpectAsync("42201 subjects/regapi-payment/versions", HttpMethod.Post, body.Replace("-1", "9", StringComparison.Ordinal));
        await SendAsync(HttpMethod.Delete, "subjects/regapi-payment");
        Assert.Equal("[1]", (await SendAsync(HttpMethod.Delete, "subjects/regapi-money")).Text);
        // It may come back, so what it speaks of does not go for good.
        await ExpectAsync("42206 subjects/regapi-money?permanent=true", HttpMethod.Delete);
    }

    [Fact]
    public async Task Compatibility_when_it_is_asked_for_is_the_subjects_own_or_that_of_all()
    {
        await ExpectAsync("40408 config/regapi-config");
        Assert.Equal("""{"compatibilityLevel":"BACKWARD"}""", await GetAsync("config/regapi-config?defaultToGlobal=true"));
        await ExpectAsync("42203 config/regapi-config", HttpMethod.Put, """{ "compatibility": "SOMETIMES" }""");
        Assert.Contains("\"compatibility\":\"FULL_TRANSITIVE\"", (await SendAsync(HttpMethod.Put, "config/regapi-config", """{ "compatibility": "full_transitive" }""")).Text, StringComparison.Ordinal);
        await PostAsync("subjects/regapi-config/versions", Avro("[\"string\",\"int\"]"));
        await ExpectAsync("409 subjects/regapi-config/versions", HttpMethod.Post, Avro("\"string\""));
        await ExpectAsync("409 subjects/regapi-config/versions", HttpMethod.Post, """{ "schemaType": "JSON", "schema": "{}" }""");
        var tested = (await PostAsync("compatibility/subjects/regapi-config/versions/1?verbose=true", Avro("\"string\""))).Json;
        Assert.Equal((false, 1), (tested.GetProperty("is_compatible").GetBoolean(), tested.GetProperty("messages").GetArrayLength()));
        await ExpectAsync("40402 compatibility/subjects/regapi-config/versions/2", HttpMethod.Post, Avro("\"string\""));
        Assert.Equal("""{"is_compatible":true}""", (await PostAsync("compatibility/subjects/regapi-new/versions/latest", Avro("\"string\""))).Text);
        Assert.Equal("""{"compatibilityLevel":"FULL_TRANSITIVE"}""", (await SendAsync(HttpMethod.Delete, "config/regapi-config")).Text);
        await ExpectAsync("40401 config/regapi-config", HttpMethod.Delete);
        Assert.Equal(("""{"mode":"READWRITE"}""", """{"mode":"READWRITE"}"""), (await GetAsync("mode"), await GetAsync("mode/regapi-config?defaultToGlobal=true")));
        await ExpectAsync("40409 mode/regapi-config");
        Assert.Equal(("""["JSON","PROTOBUF","AVRO"]""", "{}", "[\".\"]"), (await GetAsync("schemas/types"), await GetAsync(""), await GetAsync("contexts")));
    }

    [Fact]
    public async Task Schema_when_it_is_asked_for_by_number_says_where_it_is()
    {
        var first = (await PostAsync("subjects/regapi-a%2Fb/versions", Avro("{ \"type\": \"fixed\", \"size\": 3, \"name\": \"RegApi\" }"))).Json;
        await PostAsync("subjects/regapi-a%252Fb/versions?normalize=True", Avro("{ \"name\": \"RegApi\", \"size\": 3, \"type\": \"fixed\" }"));
        var id = first.GetProperty("id").GetInt32();

        // Said in another order it is another, unless it is normalised; and a slash in a name is none between names.
        Assert.Equal("[\"regapi-a%2Fb\",\"regapi-a/b\"]", await GetAsync("subjects?subjectPrefix=regapi-a"));
        Assert.Equal("""[{"subject":"regapi-a/b","version":1}]""", await GetAsync($"schemas/ids/{id}/versions"));
        Assert.Equal("[\"regapi-a/b\"]", await GetAsync($"schemas/ids/{id}/subjects"));
        Assert.Equal(id, (await PostAsync("subjects/regapi-a%2Fb?normalize=True", Avro("{ \"name\": \"RegApi\", \"size\": 3, \"type\": \"fixed\" }"))).Json.GetProperty("id").GetInt32());
        await ExpectAsync("40403 subjects/regapi-a%2Fb", HttpMethod.Post, Avro("{ \"name\": \"RegApi\", \"size\": 3, \"type\": \"fixed\" }"));
        Assert.Equal(2, JsonElement.Parse(await GetAsync("schemas?subjectPrefix=regapi-a&latestOnly=true")).GetArrayLength());
        Assert.Equal("""{"type":"fixed","size":3,"name":"RegApi"}""", JsonElement.Parse(await GetAsync($"schemas/ids/{id}?fetchMaxId=true")).GetProperty("schema").GetString());
    }

    [Theory]
    [InlineData("42202 subjects/regapi-x/versions/0")]
    [InlineData("42202 subjects/regapi-x/versions/newest")]
    [InlineData("40401 subjects/regapi-x/versions/latest")]
    [InlineData("40403 schemas/ids/2147483647")]
    [InlineData("40403 schemas/guids/nothing")]
    [InlineData("42205 schemas/ids/1?format=serialized")]
    [InlineData("404 subjects/regapi-x/nothing")]
    [InlineData("400 subjects?offset=many")]
    [InlineData("405 subjects/regapi-x", "PUT")]
    [InlineData("42201 subjects/regapi-x/versions", "POST", "{}")]
    [InlineData("42201 subjects/regapi-x/versions", "POST", """{ "schema": "{", "schemaType": "JSON" }""")]
    [InlineData("42201 subjects/regapi-x/versions", "POST", """{ "schema": "{}", "schemaType": "XML" }""")]
    [InlineData("42201 subjects/regapi-x/versions", "POST", """{ "schema": "a\u0000", "schemaType": "PROTOBUF" }""")]
    [InlineData("42201 subjects/regapi-x/versions", "POST", """{ "schema": "\"string\"", "references": [ {} ] }""")]
    [InlineData("42205 subjects/regapi-x/versions", "POST", """{ "schema": "\"string\"", "id": 7 }""")]
    [InlineData("42208 subjects/:.ctx:x/versions", "POST", """{ "schema": "\"string\"" }""")]
    [InlineData("42208 subjects/a%0Ab/versions", "POST", """{ "schema": "\"string\"" }""")]
    [InlineData("422 subjects/regapi-x/versions", "POST", """{ "schema": "\"string\"", "shcema": 1 }""")]
    [InlineData("422 subjects/regapi-x/versions", "POST", """{ "schema": "\"string\"", "metadata": 1 }""")]
    [InlineData("400 subjects/regapi-x/versions", "POST", "{")]
    [InlineData("400 subjects/regapi-x/versions", "POST", """{ "schema": "\ud800" }""")]
    public Task Request_when_it_is_refused_gets_a_code(string expected, string method = "GET", string? body = null) => ExpectAsync(expected, HttpMethod.Parse(method), body);

    [Fact]
    public async Task Body_when_it_is_too_large_or_of_another_kind_is_refused()
    {
        await ExpectAsync("42209 subjects/regapi-x/versions", HttpMethod.Post, Avro(new string('x', 300_000)));
        // What is too large is refused before it is sent.
        using var large = new HttpRequestMessage(HttpMethod.Post, "/registry/subjects/regapi-x/versions")
        {
            Headers = { ExpectContinue = true }, Content = new StringContent(Avro(new string('x', 3_000_000)), Encoding.UTF8, "application/json"),
        };
        var refused = await Answer.OfAsync(await api.Http.SendAsync(large));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, 413, MediaType), (refused.Status, refused.Json.GetProperty("error_code").GetInt32(), refused.MediaType));
        using var content = new StringContent("schema: x", Encoding.UTF8, "application/yaml");
        Assert.Equal(415, (await Answer.OfAsync(await api.Http.PostAsync("/registry/subjects/regapi-x/versions", content))).Json.GetProperty("error_code").GetInt32());
    }

    [Fact]
    public async Task Registry_when_somebody_asks_lets_services_register_and_operators_change_and_everybody_read()
    {
        using var stranger = new HttpClient { BaseAddress = api.Http.BaseAddress };
        foreach (var role in Roles.All)
        {
            using var client = api.As($"registry-{role}", role);
            var may = role is Roles.Service or Roles.Operator;
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/registry/subjects")).StatusCode);
            Assert.Equal(may ? 42201 : 40301, await CodeAsync(client, HttpMethod.Post, "subjects/regapi-role/versions", "{}"));
            Assert.Equal(may ? 42201 : 40301, await CodeAsync(client, HttpMethod.Post, "compatibility/subjects/regapi-role/versions/latest", "{}"));
            Assert.Equal(role is Roles.Operator ? 42203 : 40301, await CodeAsync(client, HttpMethod.Put, "config/regapi-role", "{}"));
            Assert.Equal(role is Roles.Operator ? 40401 : 40301, await CodeAsync(client, HttpMethod.Delete, "subjects/regapi-role", null));
        }
        Assert.Equal(40101, await CodeAsync(stranger, HttpMethod.Post, "subjects/regapi-role/versions", "{}"));
        // A token as a password opens the registry, and nothing else.
        stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{await RegistryClients.TokenAsync(api, "registry-basic", Roles.Operator)}")));
        Assert.Equal(42201, await CodeAsync(stranger, HttpMethod.Post, "subjects/regapi-role/versions", "{}"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/v1/parked")).StatusCode);
    }

    async Task<string> GetAsync(string path) => (await SendAsync(HttpMethod.Get, path)).Text;

    Task<Answer> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    async Task ExpectAsync(string expected, HttpMethod? method = null, string? body = null)
    {
        var (code, path) = (int.Parse(expected.Split(' ')[0]), expected.Split(' ')[1]);
        var answer = await RawAsync(api.Http, method ?? HttpMethod.Get, path, body);
        Assert.Equal((code, MediaType), (answer.Json.GetProperty("error_code").GetInt32(), answer.MediaType));
        Assert.Equal(code < 1_000 ? code : code / 100, (int)answer.Status);
        Assert.NotEmpty(answer.Json.GetProperty("message").GetString()!);
    }

    async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null)
    {
        var answer = await RawAsync(api.Http, method, path, body);
        Assert.True(answer.Status is HttpStatusCode.OK, $"{method} {path}: {answer.Text}");
        Assert.Equal(MediaType, answer.MediaType);
        return answer;
    }

    static async Task<int> CodeAsync(HttpClient client, HttpMethod method, string path, string? body) =>
        (await RawAsync(client, method, path, body)).Json.GetProperty("error_code").GetInt32();

    static async Task<Answer> RawAsync(HttpClient client, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, $"/registry/{path}");
        if (body is not null)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(MediaType) } };
        return await Answer.OfAsync(await client.SendAsync(request));
    }

    static string Avro(string schema) => JsonSerializer.Serialize(new { schema });
}
