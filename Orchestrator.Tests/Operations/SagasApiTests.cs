using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Operations;

/// <summary>What operators and case workers see over HTTP, of the whole service as it runs.</summary>
[Collection(ApiCollection.Name)]
public sealed class SagasApiTests(ApiFixture api)
{
    [Fact]
    public async Task Hold_when_it_is_open_is_listed_with_why_until_when_and_what_can_be_done_and_gone_once_it_is_decided()
    {
        var id = await HeldAsync(1);

        var listed = await OneHoldAsync("/v1/holds?account=desk-payer-1", id);

        Assert.Equal(("held", 1_000_000L, "EUR", "desk-payee-1"), (
            Text(listed, "state"), listed.GetProperty("amountMinor").GetInt64(), Text(listed, "currency"), Text(listed, "destinationAccountId")));
        Assert.Contains("given back", Text(listed, "atExpiry"), StringComparison.Ordinal);
        Assert.Contains("release", Texts(listed, "actions"));
        Assert.NotEmpty(Texts(listed, "reasons"));
        Assert.True(listed.GetProperty("score").GetInt32() > 0);
        await Eventually.HoldsAsync("the case is known", async () => Texts(await OneHoldAsync("/v1/holds?account=desk-payer-1", id), "caseIds").Count == 1);
        var hold = await api.GetAsync($"/v1/holds/{Text(listed, "holdId")}");
        var behind = hold.Json.GetProperty("transaction");
        Assert.Equal((id.ToString(), "held", Text(listed, "etag")), (Text(behind, "transactionId"), Text(behind, "state"), hold.Message.Headers.ETag!.Tag));
        Assert.Equal("open", Text(hold.Json, "state"));
        Assert.Equal("fraud_review", Text(behind.GetProperty("alerts")[0], "kind"));
        foreach (var (query, found) in new[]
        {
            ("state=held&sort=age", true), ("state=authorised", false), ("sort=amount&minAmountMinor=1000000&maxAmountMinor=1000000&currency=EUR", true), ("minAmountMinor=1000001", false),
            ("currency=USD", false), ("olderThan=1h", false), ("expiringBefore=2026-01-01", false), ("expiringBefore=2199-01-01", true),
        })
        {
            Assert.Equal(found, Items((await api.GetAsync($"/v1/holds?account=desk-payer-1&{query}")).Json).Any(h => Text(h, "transactionId") == id.ToString()));
        }

        await ReviewAsync(id, "release");
        await api.EndedAsync(id);

        Assert.Empty(Items((await api.GetAsync("/v1/holds?account=desk-payer-1")).Json));
        Assert.Equal("captured", Text((await api.GetAsync($"/v1/holds/{Text(listed, "holdId")}")).Json, "state"));
    }

    [Theory]
    [InlineData("/v1/holds?state=open", "unknown_state state")]
    [InlineData("/v1/holds?sort=name", "unknown_sort sort")]
    [InlineData("/v1/holds?olderThan=2", "invalid_age olderThan")]
    [InlineData("/v1/holds?olderThan=99999d", "invalid_age olderThan")]
    [InlineData("/v1/holds?expiringBefore=soon", "invalid_time expiringBefore")]
    [InlineData("/v1/holds?minAmountMinor=2&maxAmountMinor=1", "out_of_range minAmountMinor")]
    [InlineData("/v1/holds?currency=eur", "invalid_currency currency")]
    [InlineData("/v1/holds?after=x", "invalid_cursor after")]
    [InlineData("/v1/holds?limit=501", "out_of_range limit")]
    [InlineData("/v1/sagas/transactions?state=lost", "unknown_state state")]
    [InlineData("/v1/sagas/transactions?account=-", "invalid_account_id account")]
    [InlineData("/v1/sagas/transactions?newerThan=1w", "invalid_age newerThan")]
    [InlineData("/v1/sagas/transactions?after=x", "invalid_cursor after")]
    [InlineData("/v1/sagas/transactions?account=alice&after=q1", "invalid_cursor after")]
    [InlineData("/v1/sagas/transactions?stuck=true&after=q1", "invalid_cursor after")]
    [InlineData("/v1/sagas/accounts?state=lost", "unknown_state state")]
    [InlineData("/v1/sagas/accounts?olderThan=1w", "invalid_age olderThan")]
    [InlineData("/v1/sagas/accounts?after=x", "invalid_cursor after")]
    [InlineData("/v1/sagas/machines/transaction/diagram?format=png", "unknown_format format")]
    public async Task List_when_something_is_not_acceptable_names_it(string path, string error) => Assert.Equal([error], (await api.GetAsync(path)).Errors);

    [Fact]
    public async Task Saga_when_it_is_looked_at_shows_where_it_is_how_it_got_there_and_what_comes_next()
    {
        var id = await HeldAsync(2);

        var answer = await api.GetAsync($"/v1/sagas/transactions/{id}");

        var (saga, outlook) = (answer.Json.GetProperty("saga"), answer.Json.GetProperty("outlook"));
        Assert.Equal(("transaction", "held", Text(saga, "etag")), (Text(answer.Json, "type"), Text(saga, "state"), answer.Message.Headers.ETag!.Tag));
        // The decision comes over another topic, and may be heard first.
        var timeline = Items(answer.Json, "timeline").Select(e => Text(e, "what")).ToList();
        Assert.Equal(["assessed", "submitted"], timeline.Take(2).Order(StringComparer.Ordinal));
        Assert.Equal(["placing_hold", "hold_placed", "held"], timeline.Skip(2));
        Assert.All(Items(answer.Json, "timeline").Skip(1), e => Assert.True(e.GetProperty("afterMs").GetDouble() >= 0));
        Assert.Equal(["review", "credit", "capture"], Items(outlook, "remaining").Select(r => Text(r, "step")));
        Assert.Equal(["releasing"], Texts(outlook.GetProperty("atDeadline"), "leads"));
        Assert.Contains("release", Texts(outlook, "actions"));
        var command = Assert.Single(Items(answer.Json, "commands"));
        Assert.Equal(("hold", "accepted", "desk-payer-2"), (Text(command, "step"), Text(command, "state"), Text(command, "accountId")));
        Assert.Equal("transfer", Text(answer.Json.GetProperty("data"), "kind"));
        await Eventually.HoldsAsync(
            "its case is known", async () => Texts((await api.GetAsync($"/v1/sagas/transactions/{id}")).Json, "caseIds").Count == 1);
        Assert.Equal("transaction_not_found", (await api.GetAsync($"/v1/sagas/transactions/{IdOf(99)}")).Problem);

        var types = Items((await api.GetAsync("/v1/sagas")).Json, "types").Single(t => Text(t, "type") == "transaction");
        Assert.True(types.GetProperty("states").GetProperty("held").GetInt64() >= 1);
        Assert.True(types.GetProperty("attention").GetProperty("held").GetInt64() >= 1);
        Assert.Contains(id.ToString(), await IdsAsync("/v1/sagas/transactions?state=held&account=desk-payer-2"));
        Assert.Contains(id.ToString(), await IdsAsync($"/v1/sagas/transactions?text={id.ToString()[..18]}&account=desk-payer-2"));
        Assert.DoesNotContain(id.ToString(), await IdsAsync("/v1/sagas/transactions?stuck=true"));
    }

    [Fact]
    public async Task Sagas_of_an_account_when_they_are_listed_are_what_it_pays_and_receives_each_once()
    {
        await api.OpenAsync("desk-shop", 0);
        await api.OpenAsync("desk-buyer", 1_000_000);
        await api.OpenAsync("desk-other", 1_000_000);
        var paid = Enumerable.Range(30, 4).ToList();
        var received = Enumerable.Range(40, 3).ToList();
        foreach (var number in paid)
            await SubmitAsync(IdOf(number), "desk-buyer", "desk-shop", 100 + number);
        foreach (var number in received)
            await SubmitAsync(IdOf(number), "desk-other", "desk-buyer", 100 + number);
        foreach (var number in paid.Concat(received))
            await api.EndedAsync(IdOf(number));

        // A decision that is stored while somebody goes through the pages may be missed: it is newer than where they are, and the ledger's part leaves it to the decisions.
        await Eventually.HoldsAsync(
            "decisions are stored", async () => await api.ScalarAsync<long>("select count(*) from decisioning.decision where source_account_id = 'desk-buyer'") == paid.Count);
        foreach (var limit in new[] { 100, 3 })
        {
            var found = await PagesAsync($"/v1/sagas/transactions?account=desk-buyer&limit={limit}");
            Assert.Equal(paid.Concat(received).Select(n => IdOf(n).ToString()).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        }
        Assert.Equal(7, (await PagesAsync("/v1/sagas/transactions?account=desk-buyer&state=completed&limit=2")).Count);
        Assert.Empty(await PagesAsync("/v1/sagas/transactions?account=desk-buyer&state=voided"));
    }

    [Fact]
    public async Task Diagram_when_it_is_asked_for_marks_the_state_and_is_svg_or_mermaid()
    {
        var id = await HeldAsync(3);

        var svg = await api.GetAsync($"/v1/sagas/transactions/{id}/diagram");
        var mermaid = await api.GetAsync($"/v1/sagas/transactions/{id}/diagram?format=mermaid");
        var machine = await api.GetAsync("/v1/sagas/machines/transaction/diagram?format=svg");

        Assert.Equal(("image/svg+xml", "text/vnd.mermaid"), (svg.MediaType, mermaid.MediaType));
        Assert.Equal("default-src 'none'; style-src 'unsafe-inline'", svg.Header("Content-Security-Policy"));
        XNamespace names = "http://www.w3.org/2000/svg";
        Assert.Contains(XDocument.Parse(svg.Text).Root!.Elements(names + "g"), g => g.Attribute("class")?.Value == "current" && g.Value == "held");
        Assert.Contains("class Held current", mermaid.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(XDocument.Parse(machine.Text).Root!.Elements(names + "g"), g => g.Attribute("class") is not null);
        Assert.Equal("machine_not_found", (await api.GetAsync("/v1/sagas/machines/lottery/diagram")).Problem);
        Assert.Equal("transaction_not_found", (await api.GetAsync($"/v1/sagas/transactions/{IdOf(99)}/diagram")).Problem);
    }

    [Fact]
    public async Task Operator_when_they_move_a_saga_is_taken_at_their_word_once_and_it_is_kept_who_and_why()
    {
        var id = await HeldAsync(4);
        var etag = (await api.GetAsync($"/v1/sagas/transactions/{id}")).Message.Headers.ETag!.Tag;

        Assert.Equal("saga_changed", (await OperateAsync(id, "move", """{ "reason": "seen", "toState": "posting" }""", ifMatch: "\"1\"")).Problem);
        Assert.Equal("saga_operation_refused", (await OperateAsync(id, "retry", """{ "reason": "again" }""")).Problem);
        var refused = await OperateAsync(id, "resolve", """{ "reason": "over", "toState": "completed" }""");
        Assert.Equal((HttpStatusCode.Conflict, "saga_operation_refused"), (refused.Status, refused.Problem));
        Assert.Contains("not_parked: it is held", Text(refused.Json, "detail"), StringComparison.Ordinal);
        Assert.Contains("move to posting", Text(refused.Json, "detail"), StringComparison.Ordinal);
        Assert.Equal(["unknown_state toState"], (await OperateAsync(id, "move", """{ "reason": "seen", "toState": "lost" }""")).Errors);
        Assert.Equal("wrong_shape", (await OperateAsync(id, "move", """{ "reason": "seen" }""")).Problem);
        Assert.Equal(["missing_field reason"], (await OperateAsync(id, "move", """{ "reason": "", "toState": "posting" }""")).Errors);
        Assert.Equal("transaction_not_found", (await OperateAsync(IdOf(99), "retry", """{ "reason": "again" }""")).Problem);
        Assert.Equal(HttpStatusCode.Forbidden, (await OperateAsync(id, "retry", """{ "reason": "again" }""", role: Orchestrator.Api.Security.Roles.Supervisor)).Status);

        var moved = await OperateAsync(id, "move", """{ "reason": "the customer is here", "toState": "posting" }""", ifMatch: etag, key: "desk-move-4");
        Assert.Equal("completed", Text(await api.EndedAsync(id), "state"));
        var again = await OperateAsync(id, "move", """{ "reason": "the customer is here", "toState": "posting" }""", ifMatch: etag, key: "desk-move-4");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted, moved.Text, "true"), (moved.Status, again.Status, again.Text, again.Header("Idempotency-Replayed")));
        Assert.Equal("idempotency_key_reused", (await OperateAsync(id, "move", """{ "reason": "another", "toState": "posting" }""", key: "desk-move-4")).Problem);
        var operation = Assert.Single(Items((await api.GetAsync($"/v1/sagas/transactions/{id}/operations")).Json), o => Text(o, "operation") == "move");
        Assert.Equal(
            ("olga", "held", "posting", "the customer is here", "done", Text(moved.Json, "operationId")),
            (Text(operation, "actor"), Text(operation, "fromState"), Text(operation, "toState"), Text(operation, "reason"), Text(operation, "outcome"), Text(operation, "operationId")));
        Assert.Empty(Items((await api.GetAsync("/v1/holds?account=desk-payer-4")).Json));
    }

    async Task<Answer> OperateAsync(Guid id, string operation, string body, string? ifMatch = null, string? key = null, string role = Orchestrator.Api.Security.Roles.Operator)
    {
        using var client = api.As("olga", role);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/sagas/transactions/{id}/{operation}")
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await Answer.OfAsync(await client.SendAsync(request));
    }

    async Task<Guid> HeldAsync(int number)
    {
        await api.OpenAsync($"desk-payer-{number}", 5_000_000);
        await api.OpenAsync($"desk-payee-{number}", 0);
        // A large first payment goes to review by the built-in rules.
        await SubmitAsync(IdOf(number), $"desk-payer-{number}", $"desk-payee-{number}", 1_000_000);
        await Eventually.HoldsAsync(
            $"{number} is held", async () => (await api.GetAsync($"/v1/transactions/{IdOf(number)}")).Json is var json
                && json.TryGetProperty("state", out var state) && state.GetString() == "held");
        return IdOf(number);
    }

    static Guid IdOf(int number) => new($"018f4e2a-1a00-7000-8000-{number:x12}");

    async Task SubmitAsync(Guid id, string source, string destination, long amount) => Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync(
        "/v1/transactions",
        $$"""
        { "transactionId": "{{id}}", "sourceAccountId": "{{source}}", "destinationAccountId": "{{destination}}",
          "amountMinor": {{amount}}, "currency": "EUR", "kind": "transfer" }
        """)).Status);

    async Task ReviewAsync(Guid id, string decision)
    {
        using var client = api.As("carol", Orchestrator.Api.Security.Roles.Supervisor);
        using var body = new StringContent($$"""{ "decision": "{{decision}}", "reason": "called" }""", System.Text.Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync($"/v1/transactions/{id}/review", body)).StatusCode);
    }

    async Task<JsonElement> OneHoldAsync(string path, Guid id) =>
        Items((await api.GetAsync(path)).Json).Single(h => Text(h, "transactionId") == id.ToString());

    async Task<List<string>> IdsAsync(string path) => [.. Items((await api.GetAsync(path)).Json).Select(i => Text(i, "id"))];

    async Task<List<string>> PagesAsync(string path)
    {
        var found = new List<string>();
        string? after = null;
        do
        {
            var page = (await api.GetAsync(after is null ? path : $"{path}&after={after}")).Json;
            found.AddRange(Items(page).Select(i => Text(i, "id")));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);
        return found;
    }

    static List<JsonElement> Items(JsonElement json, string name = "items") => [.. json.GetProperty(name).EnumerateArray()];

    static List<string> Texts(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
