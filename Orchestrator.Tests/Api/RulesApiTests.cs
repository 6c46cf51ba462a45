using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class RulesApiTests(ApiFixture api)
{
    const string Why = """{ "reason": "tests" }""";

    static string Draft(string version, string when = "amount > 1_000", int score = 600) => $$"""
        { "version": "{{version}}", "reason": "tests", "content": { "thresholds": { "review": 500, "decline": 900 }, "rules": [
          { "name": "large", "when": {{JsonSerializer.Serialize(when)}}, "score": {{score}}, "sentence": "{amount:money} is much." } ] } }
        """;

    [Fact]
    public async Task Rule_set_when_it_goes_live_needs_another_pair_of_eyes_and_can_be_rolled_back()
    {
        var created = await PostAsync("/v1/rulesets", Draft("life-1"), "ann");
        var again = await PostAsync("/v1/rulesets", Draft("life-1"), "ann");
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (created.Status, again.Status));
        Assert.Equal(("\"1\"", created.Text, "true"), (created.Header("ETag"), again.Text, again.Header("Idempotency-Replayed")));
        Assert.Equal("rule_set_exists", (await PostAsync("/v1/rulesets", Draft("life-1", score: 1), "ann")).Problem);

        Assert.Equal("rule_set_state", (await PostAsync("/v1/rulesets/life-1/activate", Why, "ben")).Problem);
        Assert.Equal("rule_set_changed", (await PostAsync("/v1/rulesets/life-1/shadow", Why, "ann", "\"7\"")).Problem);
        var shadow = await PostAsync("/v1/rulesets/life-1/shadow", Why, "ann", "\"1\"");
        Assert.Equal((HttpStatusCode.OK, "\"2\"", "shadow"), (shadow.Status, shadow.Header("ETag"), shadow.Json.GetProperty("state").GetString()));
        var refused = await PostAsync("/v1/rulesets/life-1/activate", Why, "ANN");
        Assert.Equal((HttpStatusCode.Forbidden, "four_eyes"), (refused.Status, refused.Problem));
        Assert.Equal("live", (await PostAsync("/v1/rulesets/life-1/activate", Why, "ben")).Json.GetProperty("state").GetString());
        Assert.Equal("true", (await PostAsync("/v1/rulesets/life-1/activate", Why, "ben")).Header("Idempotency-Replayed"));

        Assert.Equal("retired", (await PostAsync("/v1/rulesets/life-1/rollback", Why, "ann")).Json.GetProperty("state").GetString());
        var view = (await api.GetAsync("/v1/rulesets/life-1")).Json;
        Assert.Equal(
            ["create ann", "shadow ann", "activate ben", "roll_back ann"],
            view.GetProperty("log").EnumerateArray().Select(e => $"{e.GetProperty("action").GetString()} {e.GetProperty("actor").GetString()}"));
        Assert.Contains("life-1", (await api.GetAsync("/v1/rulesets?limit=200")).Json.GetProperty("items").EnumerateArray().Select(r => r.GetProperty("version").GetString()));
    }

    [Fact]
    public async Task Rule_set_when_it_is_wrong_is_refused_at_line_and_column()
    {
        var answer = await PostAsync("/v1/rulesets", Draft("wrong", "amount > 1_000\n  and destination in list('unheard')"), "ann");

        Assert.Equal((HttpStatusCode.BadRequest, "rule_set_invalid"), (answer.Status, answer.Problem));
        var error = Assert.Single(answer.Json.GetProperty("errors").EnumerateArray());
        Assert.Equal(
            ("unknown_list", "content.rules[0].when", 2, 27),
            (error.GetProperty("code").GetString(), error.GetProperty("field").GetString(), error.GetProperty("line").GetInt32(), error.GetProperty("column").GetInt32()));
    }

    [Theory]
    [InlineData("""{ "version": "x" }""", "ann", "wrong_shape", "missing_field content")]
    [InlineData("""{ "version": "X", "reason": "", "content": { "thresholds": { "review": 1, "decline": 2 }, "rules": [] } }""", "ann", "invalid", "invalid_version version")]
    [InlineData("""{ "version": "built-in", "reason": "x", "content": { "thresholds": { "review": 1, "decline": 2 }, "rules": [] } }""", "ann", "invalid", "invalid_version version")]
    [InlineData("""{ "version": "x", "reason": "x", "content": { "thresholds": { "review": 1, "decline": 2 }, "rules": [], "rulez": [] } }""", "ann", "wrong_shape", "wrong_type content.rulez")]
    [InlineData("""{ "version": "x", "reason": "x", "content": { "thresholds": { "review": 0, "decline": 2 }, "rules": [] } }""", "ann", "rule_set_invalid", "out_of_range content.thresholds.review")]
    public async Task Draft_when_it_is_none_is_refused_by_name(string body, string actor, string problem, string error)
    {
        var answer = await PostAsync("/v1/rulesets", body, actor);

        Assert.Equal((problem, error), (answer.Problem, answer.Errors[0]));
    }

    [Fact]
    public async Task Rule_set_when_tested_shows_every_part_of_every_rule()
    {
        await PostAsync("/v1/lists/watched_accounts/entries", """{ "entries": [{ "value": "tried" }], "reason": "tests" }""", "ann");
        var answer = await PostAsync(
            "/v1/rulesets/built-in/test",
            """{ "input": { "amount": 20000, "currency": "EUR", "kind": "cash_out", "source": "alice", "destination": "tried", "occurredAt": "2026-03-04T02:30:00Z" }, "unavailable": ["account_count_1h"] }""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var totals = answer.Json.GetProperty("totals");
        Assert.Equal((300 + 522 + 100, "decline", 1, true), (
            totals.GetProperty("score").GetInt32(), totals.GetProperty("outcome").GetString(), totals.GetProperty("failed").GetInt32(), totals.GetProperty("degraded").GetBoolean()));
        var rules = answer.Json.GetProperty("rules").EnumerateArray().ToDictionary(r => r.GetProperty("name").GetString()!, StringComparer.Ordinal);
        Assert.Equal("tried is on the list of watched accounts.", rules["watched_account"].GetProperty("sentence").GetString());
        Assert.Equal("failed", rules["velocity"].GetProperty("failure").GetString());
        Assert.Contains(
            "amount >= 10_000 = true",
            rules["large_first_payment"].GetProperty("trace").EnumerateArray().Select(s => $"{s.GetProperty("expression").GetString()} = {s.GetProperty("value").GetString()}"));
    }

    [Theory]
    [InlineData("""{ "input": { "amout": 1 } }""", "unknown_name input.amout")]
    [InlineData("""{ "input": { "amount": "1" } }""", "wrong_type input.amount")]
    [InlineData("""{ "input": { "occurredAt": "soon" } }""", "invalid_time input.occurredAt")]
    [InlineData("""{ "input": { "merchant": "\ud800" } }""", "wrong_type input.merchant")]
    [InlineData("""{ "input": {}, "unavailable": ["x"] }""", "unknown_name unavailable")]
    [InlineData("""{ "input": {}, "modelScore": 1001 }""", "out_of_range modelScore")]
    public async Task Test_when_its_input_does_not_fit_is_refused_by_name(string body, string error) =>
        Assert.Equal([error], (await PostAsync("/v1/rulesets/built-in/test", body)).Errors);

    [Fact]
    public async Task Rule_sets_when_compared_show_what_differs()
    {
        await PostAsync("/v1/rulesets", Draft("diff-1"), "ann");
        await PostAsync("/v1/rulesets", Draft("diff-2", score: 700), "ann");

        var diff = (await api.GetAsync("/v1/rulesets/diff-2/diff?from=diff-1")).Json;

        Assert.Equal("""[{"name":"large","changes":[{"field":"score","from":600,"to":700}]}]""", diff.GetProperty("changed").GetRawText());
        Assert.Equal(7, (await api.GetAsync("/v1/rulesets/diff-2/diff?from=built-in")).Json.GetProperty("removed").GetArrayLength());
        Assert.Equal(["missing_field from"], (await api.GetAsync("/v1/rulesets/diff-2/diff")).Errors);
    }

    [Fact]
    public async Task List_when_entries_come_and_go_is_paged_and_recorded()
    {
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("/v1/lists", """{ "name": "mules", "kind": "deny", "description": "mules" }""", "ann")).Status);
        Assert.Equal("list_exists", (await PostAsync("/v1/lists", """{ "name": "mules", "kind": "allow", "description": "mules" }""", "ann")).Problem);
        var body = JsonSerializer.Serialize(new { entries = Enumerable.Range(0, 1_000).Select(i => new { value = $"{new string('m', 100)}-{i:0000}" }), reason = "found" });

        var added = await PostAsync("/v1/lists/mules/entries", body, "ann");
        var again = await PostAsync("/v1/lists/mules/entries", body, "ann");
        var page = (await api.GetAsync("/v1/lists/mules/entries?limit=600")).Json;
        var rest = (await api.GetAsync($"/v1/lists/mules/entries?limit=600&after={page.GetProperty("next").GetString()}")).Json;
        var one = page.GetProperty("items")[0].GetProperty("value").GetString()!;
        var removed = await PostAsync("/v1/lists/mules/entries/remove", $$"""{ "values": ["{{one}}", "nobody"], "reason": "cleared" }""", "ben");

        Assert.Equal((1_000, 0, 1), (added.Json.GetProperty("changed").GetInt32(), again.Json.GetProperty("changed").GetInt32(), removed.Json.GetProperty("changed").GetInt32()));
        Assert.Equal((600, 400), (page.GetProperty("items").GetArrayLength(), rest.GetProperty("items").GetArrayLength()));
        Assert.Equal(["remove cleared", "add found"], (await api.GetAsync($"/v1/lists/mules/audit?value={one}")).Json.EnumerateArray().Select(a => $"{a.GetProperty("action").GetString()} {a.GetProperty("reason").GetString()}"));
        Assert.Equal(999, (await api.GetAsync("/v1/lists/mules")).Json.GetProperty("entries").GetInt32());
    }

    [Theory]
    [InlineData("/v1/lists", """{ "name": "A b", "kind": "deny", "description": "x" }""", "invalid_name name")]
    [InlineData("/v1/lists", """{ "name": "a", "kind": "block", "description": "x" }""", "wrong_type kind")]
    [InlineData("/v1/lists/denied_accounts/entries", """{ "entries": [], "reason": "x" }""", "out_of_range entries")]
    [InlineData("/v1/lists/denied_accounts/entries", """{ "entries": [{ "value": "" }], "reason": "x" }""", "missing_field entries[0].value")]
    [InlineData("/v1/lists/denied_accounts/entries", """{ "entries": [{ "value": "a" }, { "value": "a" }], "reason": "x" }""", "repeated_value entries[1].value")]
    [InlineData("/v1/lists/denied_accounts/entries", """{ "entries": [{ "value": "a", "expiresAt": "2020-01-01T00:00:00Z" }], "reason": "x" }""", "invalid_time entries[0].expiresAt")]
    [InlineData("/v1/lists/denied_accounts/entries/remove", """{ "values": ["a"], "reason": "" }""", "missing_field reason")]
    public async Task List_request_when_it_is_wrong_is_refused_by_name(string path, string body, string error) =>
        Assert.Equal([error], (await PostAsync(path, body, "ann")).Errors);

    [Fact]
    public async Task Rule_set_when_it_is_longer_than_other_bodies_is_taken()
    {
        var rules = Enumerable.Range(0, 500).Select(i => new { name = $"r{i}", when = "amount > 1_000 and channel in ['web', 'mobile', 'pos', 'atm']", score = 1, sentence = "{amount:money} is much, and it came in over {channel}." });
        var body = JsonSerializer.Serialize(new { version = "long", reason = "tests", content = new { thresholds = new { review = 500, decline = 900 }, rules } });

        Assert.True(Encoding.UTF8.GetByteCount(body) > 64 << 10);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync("/v1/rulesets", body, "ann")).Status);
    }

    [Theory]
    [InlineData("/v1/rulesets/nothing", "rule_set_not_found")]
    [InlineData("/v1/rulesets/nothing/diff?from=built-in", "rule_set_not_found")]
    [InlineData("/v1/rulesets?limit=0", "invalid")]
    [InlineData("/v1/lists/nothing", "list_not_found")]
    [InlineData("/v1/lists/nothing/entries", "list_not_found")]
    [InlineData("/v1/lists/nothing/audit?value=x", "list_not_found")]
    [InlineData("/v1/lists/denied_accounts/entries?limit=1001", "invalid")]
    public async Task Request_when_it_cannot_be_served_does_get_a_problem(string path, string problem) => Assert.Equal(problem, (await api.GetAsync(path)).Problem);

    [Theory]
    [InlineData("/v1/rulesets/nothing/shadow", "ann", null, "rule_set_not_found")]
    [InlineData("/v1/rulesets/built-in/rollback", "ann", null, "rule_set_state")]
    [InlineData("/v1/rulesets/nothing/shadow", "ann", "W/\"1\"", "invalid")]
    [InlineData("/v1/rulesets/nothing/test", null, null, "wrong_shape")]
    public async Task Change_when_it_cannot_be_made_is_refused_by_name(string path, string? actor, string? ifMatch, string problem) =>
        Assert.Equal(problem, (await PostAsync(path, Why, actor, ifMatch)).Problem);

    [Fact]
    public async Task Names_when_asked_for_are_those_that_rules_may_use()
    {
        await PostAsync("/v1/rulesets", Draft("example", "scoreSoFar >= 0"), "ann");
        var names = (await api.GetAsync("/v1/rulesets/names")).Json.EnumerateArray().Select(n => $"{n.GetProperty("name").GetString()} {n.GetProperty("type").GetString()}").ToList();

        Assert.Contains("amount number", names);
        Assert.Contains("occurredAt time", names);
        Assert.Equal("built-in", (await api.GetAsync("/v1/rulesets/built-in")).Json.GetProperty("version").GetString());
    }

    async Task<Answer> PostAsync(string path, string body, string? actor = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await api.SendAsync(request, actor);
    }
}
