using System.Net;
using System.Text;
using Orchestrator.Api.Security;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Activity.Segments.Facts;

namespace Orchestrator.Tests.Activity.Segments;

/// <summary>Segments over HTTP, in the running service.</summary>
[Collection(ApiCollection.Name)]
public sealed class SegmentsApiTests(ApiFixture api)
{
    const string Gold = """{ "field": "tier", "op": "eq", "value": "segment-gold" }""";

    [Fact]
    public async Task Segment_when_it_is_defined_takes_in_who_is_there_and_shows_how_it_came_to_that()
    {
        var now = TimeProvider.System.GetUtcNow();
        for (var n = 1; n <= 3; n++)
        {
            await api.PublishAsync(new OpenAccount($"segment-account-{n}", $"segment-customer-{n}", "EUR", now), Id(900 + n));
            await api.PublishAsync(Profile(n, $"segment-customer-{n}", 1, now, tier: n == 3 ? "segment-iron" : "segment-gold", account: $"segment-account-{n}"), Id(n));
        }
        await Eventually.HoldsAsync("all are known", async () =>
            await api.ScalarAsync<long>("select count(*) from activity.customer where state -> 'profile' ->> 'tier' like 'segment-%'") == 3);

        var preview = await api.PostAsync("/v1/segments/preview", $$"""{ "condition": {{Gold}} }""");
        var made = await PutAsync("segment-test", Gold, ifMatch: "\"0\"");
        var again = await PutAsync("segment-test", Gold);
        await Eventually.HoldsAsync("the backfill has taken them in", async () => (await api.GetAsync("/v1/segments/segment-test/customers")).Json.GetProperty("items").GetArrayLength() == 2);

        Assert.Equal(2, preview.Json.GetProperty("matched").GetInt32());
        Assert.Contains("segment-customer-1", preview.Text, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Created, "/v1/segments/segment-test", "\"1\""), (made.Status, made.Header("Location"), made.Header("ETag")));
        Assert.Equal((HttpStatusCode.OK, "true", made.Text), (again.Status, again.Header("Idempotency-Replayed"), again.Text));
        var page = (await api.GetAsync("/v1/segments/segment-test/customers?limit=1")).Json;
        var rest = (await api.GetAsync($"/v1/segments/segment-test/customers?limit=1&after={page.GetProperty("next").GetString()}")).Json;
        Assert.Equal("segment-customer-2", rest.GetProperty("items")[0].GetProperty("customerId").GetString());
        var listed = (await api.GetAsync("/v1/segments")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Superset(
            new HashSet<string?>(["at_risk", "high_value", "lapsing", "new", "segment-test"], StringComparer.Ordinal),
            listed.Select(s => s.GetProperty("name").GetString()).ToHashSet(StringComparer.Ordinal));
        Assert.Equal(2, listed.Single(s => s.GetProperty("name").GetString() == "segment-test").GetProperty("customers").GetInt64());
        using var service = api.As("segments-service", Roles.Service);
        var customer = (await Answer.OfAsync(await service.GetAsync("/v1/customers/segment-customer-1/segments"))).Json;
        Assert.Equal(["new", "segment-test"], customer.GetProperty("segments").EnumerateArray().Select(s => s.GetProperty("segment").GetString()));
        Assert.Equal("definition", customer.GetProperty("changes")[0].GetProperty("cause").GetString());

        var closed = await PutAsync("segment-test", Gold, ifMatch: "\"1\"", active: false);
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (closed.Status, closed.Header("ETag")));
        await Eventually.HoldsAsync("they are out again", async () => (await api.GetAsync("/v1/segments/segment-test/customers")).Json.GetProperty("items").GetArrayLength() == 0);
        var versions = (await api.GetAsync("/v1/segments/segment-test/versions?limit=1")).Json;
        Assert.Equal((2, "2"), (versions.GetProperty("items")[0].GetProperty("version").GetInt32(), versions.GetProperty("next").GetString()));
        Assert.Equal(1, (await api.GetAsync("/v1/segments/segment-test/versions?after=2")).Json.GetProperty("items")[0].GetProperty("version").GetInt32());
        var backfill = (await api.GetAsync("/v1/segments/backfills")).Json.EnumerateArray().First(b => b.GetProperty("segment").GetString() == "segment-test");
        Assert.Equal(2, backfill.GetProperty("version").GetInt32());
        Assert.Equal("segment_changed", (await PutAsync("segment-test", Gold, ifMatch: "\"1\"")).Problem);
    }

    [Theory]
    [InlineData("segment-wrong", """{ "description": "x", "reason": "y", "condition": { "all": [ { "field": "age", "op": "eq", "value": 1 } ] } }""", "unknown_field condition.all[0].field")]
    [InlineData("segment-wrong", """{ "description": " ", "reason": "", "condition": {} }""", "missing_field reason, missing_field description, wrong_condition condition")]
    [InlineData("preview", """{ "description": "x", "reason": "y", "condition": { "field": "accounts", "op": "ge", "value": 1 } }""", "invalid_name name")]
    [InlineData("segment-wrong", """{ "description": "x", "reason": "y" }""", "missing_field condition")]
    public async Task Segment_when_it_cannot_be_taken_says_what_is_wrong(string name, string body, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/segments/{name}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };

        Assert.Equal(expected, string.Join(", ", (await api.SendAsync(request)).Errors));
        Assert.Equal("segment_not_found", (await api.GetAsync($"/v1/segments/{name}-nobody")).Problem);
    }

    [Fact]
    public async Task Segment_when_there_is_none_or_nobody_is_said_so()
    {
        Assert.Equal("segment_not_found", (await api.GetAsync("/v1/segments/segment-none/versions")).Problem);
        Assert.Equal("segment_not_found", (await api.GetAsync("/v1/segments/segment-none/customers")).Problem);
        Assert.Equal("customer_not_found", (await api.GetAsync("/v1/customers/segment-nobody/segments")).Problem);
        Assert.Equal(["out_of_range limit"], (await api.GetAsync("/v1/customers/segment-nobody/segments?limit=201")).Errors);
        Assert.Equal("segment_changed", (await PutAsync("segment-none", Gold, ifMatch: "\"3\"")).Problem);
        var built = await api.GetAsync("/v1/segments/lapsing");
        Assert.Equal(("\"1\"", "the product"), (built.Header("ETag"), built.Json.GetProperty("author").GetString()));
        Assert.Contains("spent_minor_30d", (await api.GetAsync("/v1/segments/fields")).Text, StringComparison.Ordinal);
    }

    async Task<Answer> PutAsync(string name, string condition, string? ifMatch = null, bool active = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/segments/{name}")
        {
            Content = new StringContent(
                $$"""{ "description": "A test.", "reason": "a test", "condition": {{condition}}, "active": {{(active ? "true" : "false")}} }""", Encoding.UTF8, "application/json"),
        };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await api.SendAsync(request);
    }
}
