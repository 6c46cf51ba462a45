using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Api.Security;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class ParkedApiTests(ApiFixture api)
{
    [Fact]
    public async Task Parked_message_when_it_is_bad_does_show_why_and_can_be_discarded()
    {
        await ProduceAsync("accounts", "bad-1", "orchestrator.account.open.v1", "not json at all");
        var found = await ParkedAsync("bad-1");
        var id = found.GetProperty("parkedId").GetInt64();

        Assert.Equal(("refused", "not_json", "ledger"), (Text(found, "status"), Text(found, "errorCode"), Text(found, "group")));
        var detail = (await api.GetAsync($"/v1/parked/{id}")).Json;
        Assert.Equal("not json at all", detail.GetProperty("body").GetString());
        Assert.Contains("ce_type", detail.GetProperty("headers").EnumerateArray().Select(h => h.GetProperty("name").GetString()));

        var first = await api.PostAsync($"/v1/parked/{id}/discard", body: null);
        Assert.Equal((HttpStatusCode.Accepted, 1), (first.Status, first.Json.GetProperty("count").GetInt32()));
        await Eventually.HoldsAsync("the lane discards it", async () => (await api.GetAsync($"/v1/parked/{id}")).Status == HttpStatusCode.NotFound);
        var again = await api.PostAsync($"/v1/parked/{id}/discard", body: null);
        Assert.Equal((HttpStatusCode.Accepted, 0), (again.Status, again.Json.GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task Parked_group_when_redriven_does_try_each_again_and_audit_who_asked()
    {
        await ProduceAsync("accounts", "bad-2", "orchestrator.account.open.v1", """{ "accountId": "bad-2" }""");
        var found = await ParkedAsync("bad-2");
        var cause = Text(found, "causeId")!;
        var groups = (await api.GetAsync("/v1/parked")).Json.GetProperty("groups").EnumerateArray();
        Assert.Contains(groups, g => Text(g, "causeId") == cause && Text(g, "errorCode") == "wrong_shape");

        using var otto = api.As("otto", Roles.Operator);
        var redriven = await otto.PostAsync($"/v1/parked/groups/{cause}/redrive", content: null);

        Assert.Equal(HttpStatusCode.Accepted, redriven.StatusCode);
        // It is as bad as before, so it stays, with one more attempt on its record.
        var id = found.GetProperty("parkedId").GetInt64();
        await Eventually.HoldsAsync("the lane has tried it again", async () =>
            (await api.GetAsync($"/v1/parked/{id}")).Json.GetProperty("audit").EnumerateArray().Any(a => Text(a, "actor") == "lane"));
        var audit = (await api.GetAsync($"/v1/parked/{id}")).Json.GetProperty("audit").EnumerateArray().ToList();
        Assert.StartsWith("otto", Text(audit[0], "actor"), StringComparison.Ordinal);
        Assert.Equal("requested", Text(audit[0], "outcome"));
    }

    [Theory]
    [InlineData("orchestrator.nobody.knows.v1", "{}", "unknown_type")]
    [InlineData(null, "{}", "missing_type")]
    [InlineData("orchestrator.account.open.v1", """{ "accountId": "bad-3", "customerId": "c", "currency": "XXX", "requestedAt": "2026-01-01T00:00:00Z" }""", "invalid")]
    [InlineData("orchestrator.account.open.v1", """{ "accountId": "other", "customerId": "c", "currency": "EUR", "requestedAt": "2026-01-01T00:00:00Z" }""", "wrong_key")]
    public async Task Message_when_it_is_bad_in_any_way_does_park_under_a_name(string? type, string body, string code)
    {
        var key = $"bad-3-{code}";
        await ProduceAsync("accounts", key, type, body);

        Assert.Equal(code, Text(await ParkedAsync(key), "errorCode"));
        // What names no message is nobody's: of the groups that read the topic its keeper alone parks it.
        if (code is "unknown_type" or "missing_type")
            Assert.Single((await api.GetAsync("/v1/parked?limit=500")).Json.GetProperty("items").EnumerateArray(), i => Text(i, "key") == key);
    }

    Task ProduceAsync(string topic, string key, string? type, string body) => api.ProduceAsync(
        topic,
        Encoding.UTF8.GetBytes(key),
        Encoding.UTF8.GetBytes(body),
        [
            ("ce_id", Encoding.UTF8.GetBytes($"{key}-{type}")),
            ("ce_source", "/tests"u8.ToArray()),
            .. type is null ? Array.Empty<(string, byte[])>() : [("ce_type", Encoding.UTF8.GetBytes(type))],
        ]);

    // Every group that takes a message parks what it cannot read of it; that of the ledger is looked at.
    async Task<JsonElement> ParkedAsync(string key)
    {
        JsonElement? found = null;
        await Eventually.HoldsAsync($"{key} is parked", async () =>
        {
            var items = (await api.GetAsync("/v1/parked?limit=500")).Json.GetProperty("items").EnumerateArray();
            found = items.Cast<JsonElement?>().FirstOrDefault(i => Text(i!.Value, "key") == key && Text(i.Value, "group") == "ledger");
            return found is not null;
        });
        return found!.Value;
    }

    static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
