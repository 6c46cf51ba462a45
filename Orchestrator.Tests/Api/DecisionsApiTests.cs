using System.Net;
using System.Text.Json;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Tests.Decisioning.Records;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Api;

/// <summary>Decisions over HTTP, those of the service itself and those that others publish.</summary>
[Collection(ApiCollection.Name)]
public sealed class DecisionsApiTests(ApiFixture api)
{
    [Fact]
    public async Task Decision_when_a_transaction_was_assessed_is_there_to_be_read()
    {
        var id = Id(1);
        await api.PublishAsync(Of(5_000, TimeProvider.System.GetUtcNow(), source: "decided") with { TransactionId = id }, id);

        var decision = await DecisionAsync(id);

        Assert.Equal(("decided", "approve", 0), (Text(decision, "sourceAccountId"), Text(decision, "outcome"), decision.GetProperty("score").GetInt32()));
        Assert.StartsWith("built-in-", decision.GetProperty("versions").GetProperty("rules").GetString(), StringComparison.Ordinal);
        Assert.True(decision.GetProperty("times").TryGetProperty("decidedAt", out _));
        Assert.NotEmpty(decision.GetProperty("features").GetProperty("values").EnumerateArray());
    }

    [Fact]
    public async Task Decision_when_it_is_made_again_from_what_is_stored_is_the_same()
    {
        var id = Id(4);
        await api.PublishAsync(Of(5_000_000, TimeProvider.System.GetUtcNow(), source: "decided-again") with { TransactionId = id }, id);
        await DecisionAsync(id);

        var explanation = (await api.GetAsync($"/v1/decisions/{id}/explain?trace=true")).Json;

        Assert.True(explanation.GetProperty("replay").GetProperty("same").GetBoolean(), explanation.GetRawText());
        Assert.NotEmpty(explanation.GetProperty("rules").EnumerateArray());
        Assert.Equal(explanation.GetProperty("rules").GetArrayLength(), explanation.GetProperty("replay").GetProperty("rules").GetArrayLength());
        // Every rule step by step, those that did not match too; and every feature by its name.
        var trace = explanation.GetProperty("replay").GetProperty("trace").EnumerateArray().ToDictionary(r => Text(r, "name")!, StringComparer.Ordinal);
        Assert.Equal(BuiltInRuleSet.Content.Rules.Select(r => r.Name), trace.Keys);
        Assert.Contains(
            "amount >= 10_000 = true",
            trace["large_first_payment"].GetProperty("trace").EnumerateArray().Select(s => $"{Text(s, "expression")} = {Text(s, "value")}"));
        Assert.All(trace.Values, rule => Assert.NotEmpty(rule.GetProperty("trace").EnumerateArray()));
        Assert.Equal(FeaturePlan.Standard.Schema.Names, explanation.GetProperty("features").GetProperty("values").EnumerateArray().Select(v => Text(v, "name")));
    }

    [Fact]
    public async Task Decision_when_it_holds_all_is_shown_with_its_features_by_name()
    {
        await api.ScalarAsync<long>(
            "with kept as (insert into decisioning.feature_schema (hash, names) values ('0123456789abcdef', '{amount,count_1h,share}') on conflict do nothing returning 1) select count(*) from kept");
        var id = Id(2);
        var full = Decisions.Full(id, 12.5f, -0f, float.NaN);
        await api.PublishAsync(full, id);

        var decision = await DecisionAsync(id);

        Assert.Equal("""[{"name":"amount","value":12.5},{"name":"count_1h","value":-0},{"name":"share","notANumber":"NaN"}]""", decision.GetProperty("features").GetProperty("values").GetRawText());
        Assert.Equal(Convert.ToBase64String(full.Features!), decision.GetProperty("features").GetProperty("vector").GetString());
        Assert.Equal(["rule_failed"], decision.GetProperty("degraded").EnumerateArray().Select(d => d.GetString()));
        Assert.Equal("decline", decision.GetProperty("shadow").GetProperty("outcome").GetString());
        Assert.Equal(
            ["62 transactions within the hour.", "The device's history could not be read."],
            decision.GetProperty("rules").EnumerateArray().Select(r => Text(r, "sentence")));
        Assert.Equal(("rules-7-0a1b2c3d", "trees-3", "42"), Versions(decision.GetProperty("versions")));
        Assert.Equal(full.AssessedAt, decision.GetProperty("times").GetProperty("decidedAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task Explanation_when_what_decided_is_gone_has_no_trace_and_all_else()
    {
        var id = Id(3);
        await api.PublishAsync(Decisions.Full(id, 1f, 2f, 3f) with { FeatureSchema = "unheard-of" }, id);
        await DecisionAsync(id);

        var explanation = (await api.GetAsync($"/v1/decisions/{id}/explain")).Json;
        var trace = await api.GetAsync($"/v1/decisions/{id}/explain?trace=true");

        Assert.Equal([250, 390], explanation.GetProperty("reasons").EnumerateArray().Select(r => r.GetProperty("contribution").GetInt32()));
        Assert.Equal(2, explanation.GetProperty("rules").GetArrayLength());
        Assert.Equal("AACAPwAAAEAAAEBA", explanation.GetProperty("features").GetProperty("vector").GetString());
        Assert.False(explanation.GetProperty("features").TryGetProperty("values", out _));
        Assert.False(explanation.TryGetProperty("replay", out _));
        Assert.Equal((HttpStatusCode.Conflict, "decision_not_replayable"), (trace.Status, trace.Problem));
    }

    [Fact]
    public async Task Decisions_when_asked_for_by_account_and_rule_come_in_pages_with_the_newest_first()
    {
        for (var n = 10; n < 15; n++)
        {
            var full = Decisions.Full(Id(n), n);
            await api.PublishAsync(full with { SourceAccountId = "listed", AssessedAt = Noon.AddMinutes(n), Score = n, Degraded = null, Transaction = null }, Id(n));
        }
        await DecisionAsync(Id(14));
        await Eventually.HoldsAsync("all are stored", async () => (await ListAsync("account=listed")).Items.Count == 5);

        var first = await ListAsync("account=listed&rule=velocity&limit=3");
        var second = await ListAsync($"account=listed&rule=velocity&limit=3&after={first.Next}");

        Assert.Equal([14, 13, 12], first.Items);
        Assert.Equal([11, 10], second.Items);
        Assert.Null(second.Next);
        Assert.Equal([12, 11], (await ListAsync("account=listed&minScore=11&maxScore=12&outcome=review&degraded=false")).Items);
        Assert.Equal([13], (await ListAsync("account=listed&from=2026-03-02T12:13:00Z&to=2026-03-02T12:14:00Z")).Items);
        Assert.Empty((await ListAsync("account=listed&outcome=decline")).Items);
        Assert.Empty((await ListAsync("account=listed&degraded=true")).Items);
    }

    [Theory]
    [InlineData("/v1/decisions/018f4e2a-0000-7000-8000-0000000000fe", "decision_not_found", "")]
    [InlineData("/v1/decisions/018f4e2a-0000-7000-8000-0000000000fe/explain", "decision_not_found", "")]
    [InlineData("/v1/decisions/018f4e2a-0000-7000-8000-0000000000fe/explain?trace=true", "decision_not_found", "")]
    [InlineData("/v1/decisions/first", "not_found", "")]
    [InlineData("/v1/decisions?outcome=maybe", "invalid", "unknown_outcome outcome")]
    [InlineData("/v1/decisions?account=:", "invalid", "invalid_account_id account")]
    [InlineData("/v1/decisions?from=yesterday", "invalid", "invalid_time from")]
    [InlineData("/v1/decisions?minScore=2&maxScore=1", "invalid", "out_of_range minScore")]
    [InlineData("/v1/decisions?maxScore=1001", "invalid", "out_of_range minScore")]
    [InlineData("/v1/decisions?limit=501", "invalid", "out_of_range limit")]
    [InlineData("/v1/decisions?after=x", "invalid", "invalid_cursor after")]
    [InlineData("/v1/decisions?degraded=maybe", "bad_request", "")]
    public async Task Request_when_it_cannot_be_served_gets_a_problem(string path, string problem, string error)
    {
        var answer = await api.GetAsync(path);

        Assert.Equal(problem, answer.Problem);
        Assert.Equal(error, string.Join(", ", answer.Errors));
    }

    static Guid Id(int n) => new($"018f4e2a-8000-7000-8000-{n:x12}");

    static string? Text(JsonElement json, string field) => json.TryGetProperty(field, out var value) ? value.GetString() : null;

    static (string?, string?, string?) Versions(JsonElement versions) => (Text(versions, "rules"), Text(versions, "model"), Text(versions, "lists"));

    async Task<JsonElement> DecisionAsync(Guid id)
    {
        var found = default(Answer);
        await Eventually.HoldsAsync($"the decision about {id} is stored", async () => (found = await api.GetAsync($"/v1/decisions/{id}")).Status == HttpStatusCode.OK);
        return found!.Json;
    }

    async Task<(List<int> Items, string? Next)> ListAsync(string query)
    {
        var page = (await api.GetAsync($"/v1/decisions?{query}")).Json;
        return ([.. page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("score").GetInt32())], Text(page, "next"));
    }
}
