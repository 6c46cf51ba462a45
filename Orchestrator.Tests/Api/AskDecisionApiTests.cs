using System.Net;
using System.Text.Json;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>POST /v1/decisions on the whole service.</summary>
[Collection(ApiCollection.Name)]
public sealed class AskDecisionApiTests(ApiFixture api)
{
    [Fact]
    public async Task Decision_when_it_is_asked_for_comes_with_the_answer_and_is_kept()
    {
        var id = Id(1);
        var answer = await AskAsync(Body(id, "asked-1", 5_000_00));

        Assert.Equal((HttpStatusCode.OK, null), (answer.Status, answer.Header("Idempotency-Replayed")));
        var decision = answer.Json;
        Assert.Equal((id, "asked-1"), (decision.GetProperty("transactionId").GetGuid(), decision.GetProperty("sourceAccountId").GetString()));
        Assert.StartsWith("built-in-", decision.GetProperty("versions").GetProperty("rules").GetString(), StringComparison.Ordinal);
        Assert.Empty(decision.GetProperty("degraded").EnumerateArray());
        Assert.True(decision.GetProperty("times").GetProperty("receivedAt").GetDateTimeOffset() <= decision.GetProperty("times").GetProperty("decidedAt").GetDateTimeOffset());

        var stored = await StoredAsync(id);
        foreach (var field in (string[])["outcome", "score", "reasons", "versions", "times"])
            Assert.Equal(decision.GetProperty(field).GetRawText(), stored.GetProperty(field).GetRawText());
        Assert.NotEmpty(stored.GetProperty("features").GetProperty("values").EnumerateArray());
        var explained = (await api.GetAsync($"/v1/decisions/{id}/explain?trace=true")).Json;
        Assert.True(explained.GetProperty("replay").GetProperty("same").GetBoolean(), explained.GetRawText());
    }

    [Fact]
    public async Task Decision_when_it_is_asked_for_again_is_the_same_and_another_body_conflicts()
    {
        var first = await AskAsync(Body(Id(2), "asked-2", 700));
        var again = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => api.PostAsync("/v1/decisions", Body(Id(2), "asked-2", 700))));

        Assert.All(again, a => Assert.Equal((HttpStatusCode.OK, first.Text, "true"), (a.Status, a.Text, a.Header("Idempotency-Replayed"))));
        Assert.Equal((HttpStatusCode.Conflict, "decision_exists"), Problem(await api.PostAsync("/v1/decisions", Body(Id(2), "asked-2", 701))));

        var byKey = await AskAsync(Body(id: null, "asked-2", 700), "asked-by-key");
        Assert.Equal(byKey.Text, (await api.PostAsync("/v1/decisions", Body(id: null, "asked-2", 700), "asked-by-key")).Text);
        Assert.Equal((HttpStatusCode.Conflict, "idempotency_key_reused"), Problem(await api.PostAsync("/v1/decisions", Body(id: null, "asked-2", 701), "asked-by-key")));
    }

    [Fact]
    public async Task Decision_when_many_ask_for_it_at_once_is_made_once()
    {
        await AskAsync(Body(Id(3), "asked-3", 100));
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => api.PostAsync("/v1/decisions", Body(Id(4), "asked-3", 900))));

        Assert.All(answers, a => Assert.Equal((HttpStatusCode.OK, answers[0].Text), (a.Status, a.Text)));
        Assert.Equal(39, answers.Count(a => a.Header("Idempotency-Replayed") == "true"));
    }

    [Fact]
    public async Task Transaction_when_it_was_asked_about_is_decided_likewise_when_it_is_submitted_and_none_exists_before()
    {
        await api.OpenAsync("asked-payer", 10_000);
        await api.OpenAsync("asked-payee", 0);
        var body = Body(Id(5), "asked-payer", 2_500, "asked-payee");
        var asked = (await AskAsync(body)).Json;
        await StoredAsync(Id(5));
        Assert.Equal("transaction_not_found", (await api.GetAsync($"/v1/transactions/{Id(5)}")).Problem);

        await api.PostAsync("/v1/transactions", body);
        var ended = await api.EndedAsync(Id(5));

        Assert.Equal("completed", ended.GetProperty("state").GetString());
        Assert.Equal(asked.GetProperty("times").GetRawText(), (await StoredAsync(Id(5))).GetProperty("times").GetRawText());
        // The event is counted once, so the next one is the second.
        await AskAsync(Body(Id(6), "asked-payer", 2_400, "asked-payee"));
        Assert.Equal(2, Feature(await StoredAsync(Id(6)), "account_count_30d"));
    }

    [Fact]
    public async Task Decision_when_the_transaction_was_submitted_before_is_the_one_that_was_made_then()
    {
        var now = TimeProvider.System.GetUtcNow();
        var submitted = new TransactionSubmitted(Id(7), "asked-7", "shop", 4_200, "EUR", TransactionKind.Transfer, now, Metadata: new Dictionary<string, string>(StringComparer.Ordinal) { ["order"] = "1" });
        await api.PublishAsync(submitted, Id(7));
        var stored = await StoredAsync(Id(7));

        var answer = await AskAsync(Body(Id(7), "asked-7", 4_200, at: now));

        Assert.Equal("true", answer.Header("Idempotency-Replayed"));
        Assert.Equal(stored.GetProperty("times").GetRawText(), answer.Json.GetProperty("times").GetRawText());
        Assert.Equal("decision_exists", (await api.PostAsync("/v1/decisions", Body(Id(7), "asked-7", 4_300, at: now))).Problem);
    }

    [Theory]
    [InlineData("""{ "sourceAccountId": "a", "destinationAccountId": "b", "amountMinor": 1, "currency": "EUR", "kind": "transfer" }""", "invalid", "missing_field transactionId")]
    [InlineData("""{ "transactionId": "018f4e2a-7000-7000-8000-0000000000ff", "sourceAccountId": "a", "destinationAccountId": "a", "amountMinor": 0, "currency": "EUR", "kind": "transfer" }""", "invalid", "same_account destinationAccountId, amount_out_of_range amountMinor")]
    [InlineData("""{ "sourceAccountId": "a" }""", "wrong_shape", "missing_field destinationAccountId, missing_field amountMinor, missing_field currency, missing_field kind")]
    [InlineData("{", "not_json", "")]
    public async Task Request_when_it_cannot_be_decided_gets_a_problem(string body, string problem, string errors)
    {
        var answer = await api.PostAsync("/v1/decisions", body);

        Assert.Equal((HttpStatusCode.BadRequest, problem), Problem(answer));
        Assert.Equal(errors, string.Join(", ", answer.Errors));
    }

    static (HttpStatusCode, string?) Problem(Answer answer) => (answer.Status, answer.Problem);

    static Guid Id(int n) => new($"018f4e2a-7000-7000-8000-{n:x12}");

    static double Feature(JsonElement decision, string name) => decision.GetProperty("features").GetProperty("values").EnumerateArray()
        .Single(f => f.GetProperty("name").GetString() == name).GetProperty("value").GetDouble();

    // Lanes may still be opening.
    async Task<Answer> AskAsync(string body, string? key = null)
    {
        Answer? answer = null;
        await Eventually.HoldsAsync("it is decided", async () =>
        {
            answer = await api.PostAsync("/v1/decisions", body, key);
            return answer.Problem is not ("lane_not_here" or "decision_late");
        });
        Assert.Equal(HttpStatusCode.OK, answer!.Status);
        return answer;
    }

    async Task<JsonElement> StoredAsync(Guid id)
    {
        var found = default(Answer);
        await Eventually.HoldsAsync($"the decision about {id} is stored", async () => (found = await api.GetAsync($"/v1/decisions/{id}")).Status == HttpStatusCode.OK);
        return found!.Json;
    }

    static string Body(Guid? id, string source, long amount, string destination = "shop", DateTimeOffset? at = null) =>
        $$"""
        { {{(id is null ? "" : $"\"transactionId\": \"{id}\",")}} {{(at is null ? "" : $"\"occurredAt\": \"{at:O}\",")}} "sourceAccountId": "{{source}}",
          "destinationAccountId": "{{destination}}", "amountMinor": {{amount}}, "currency": "EUR", "kind": "transfer", "metadata": { "order": "1" } }
        """;
}
