using System.Net;
using System.Text.Json;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>People decide about held transactions over HTTP, and the whole service follows.</summary>
[Collection(ApiCollection.Name)]
public sealed class ReviewsApiTests(ApiFixture api)
{
    [Fact]
    public async Task Review_when_it_releases_posts_what_was_held()
    {
        var id = await HeldAsync(1);

        var answer = await ReviewAsync(id, "release", "carol");
        var ended = await api.EndedAsync(id);

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal("completed", ended.GetProperty("state").GetString());
        Assert.Contains(ended.GetProperty("timeline").EnumerateArray(), e => e.GetProperty("what").GetString() == "released" && e.GetProperty("why").GetString()!.StartsWith("carol", StringComparison.Ordinal));
        var payer = (await api.GetAsync("/v1/accounts/review-payer-1")).Json.GetProperty("counters");
        Assert.Equal((0, 1_000_000), (payer.GetProperty("debitsPendingMinor").GetInt64(), payer.GetProperty("debitsPostedMinor").GetInt64()));
        await Eventually.HoldsAsync("the label is kept", async () => await LabelAsync(id) == false);
    }

    [Fact]
    public async Task Review_when_it_confirms_the_fraud_gives_the_funds_back()
    {
        var id = await HeldAsync(2);

        await ReviewAsync(id, "confirm_fraud", "carol");
        var ended = await api.EndedAsync(id);

        Assert.Equal(("declined", "fraud_confirmed"), (ended.GetProperty("state").GetString(), ended.GetProperty("reason").GetString()));
        var payer = (await api.GetAsync("/v1/accounts/review-payer-2")).Json.GetProperty("counters");
        Assert.Equal((0, 0), (payer.GetProperty("debitsPendingMinor").GetInt64(), payer.GetProperty("debitsPostedMinor").GetInt64()));
        await Eventually.HoldsAsync("the label is kept", async () => await LabelAsync(id) == true);
    }

    [Fact]
    public async Task Review_when_many_decide_at_once_lets_one_win_and_tells_the_others()
    {
        var id = await HeldAsync(3);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => ReviewAsync(id, i % 2 == 0 ? "release" : "confirm_fraud", $"worker-{i}")));
        var ended = await api.EndedAsync(id);

        var won = answers.Where(a => a.Status == HttpStatusCode.Accepted).ToList();
        Assert.Equal(6, won.Count);
        Assert.Single(won.Select(a => a.Text).Distinct());
        Assert.All(answers.Except(won), a => Assert.Equal("review_exists", a.Problem));
        Assert.Equal(
            won[0].Json.GetProperty("decision").GetString() == "release" ? "completed" : "declined", ended.GetProperty("state").GetString());
        Assert.Equal(won[0].Text, (await ReviewAsync(id, won[0].Json.GetProperty("decision").GetString()!, "somebody-else")).Text);
    }

    [Fact]
    public async Task Review_when_more_is_asked_for_gives_more_time()
    {
        var id = await HeldAsync(4);
        var before = (await api.GetAsync($"/v1/transactions/{id}")).Json.GetProperty("dueAt").GetDateTimeOffset();

        Assert.Equal(HttpStatusCode.Accepted, (await ReviewAsync(id, "ask_for_more", "carol")).Status);

        await Eventually.HoldsAsync(
            "there is more time", async () => (await api.GetAsync($"/v1/transactions/{id}")).Json.GetProperty("dueAt").GetDateTimeOffset() > before);
        await ReviewAsync(id, "release", "carol");
        Assert.Equal("completed", (await api.EndedAsync(id)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Review_when_it_cannot_be_says_why()
    {
        await api.OpenAsync("review-small", 1_000);
        await api.OpenAsync("review-shop", 0);
        await SubmitAsync(IdOf(5), "review-small", "review-shop", 10);
        await api.EndedAsync(IdOf(5));

        Assert.Equal("transaction_not_held", (await ReviewAsync(IdOf(5), "release", "carol")).Problem);
        Assert.Equal("transaction_not_found", (await ReviewAsync(IdOf(6), "release", "carol")).Problem);
        Assert.Equal("wrong_shape", (await ReviewAsync(IdOf(5), "perhaps", "carol")).Problem);
    }

    async Task<Guid> HeldAsync(int number)
    {
        await api.OpenAsync($"review-payer-{number}", 5_000_000);
        await api.OpenAsync($"review-payee-{number}", 0);
        var id = IdOf(number);
        // A large first payment goes to review by the built-in rules.
        await SubmitAsync(id, $"review-payer-{number}", $"review-payee-{number}", 1_000_000);
        await Eventually.HoldsAsync(
            $"{id} is held", async () => (await api.GetAsync($"/v1/transactions/{id}")).Json is var json
                && json.TryGetProperty("state", out var state) && state.GetString() == "held");
        return id;
    }

    static Guid IdOf(int number) => new($"018f4e2a-b000-7000-8000-{number:x12}");

    Task<Answer> SubmitAsync(Guid id, string source, string destination, long amount) => api.PostAsync(
        "/v1/transactions",
        $$"""
        { "transactionId": "{{id}}", "sourceAccountId": "{{source}}", "destinationAccountId": "{{destination}}",
          "amountMinor": {{amount}}, "currency": "EUR", "kind": "transfer" }
        """);

    async Task<Answer> ReviewAsync(Guid id, string decision, string? actor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/transactions/{id}/review")
        {
            Content = new StringContent($$"""{ "decision": "{{decision}}", "reason": "called" }""", System.Text.Encoding.UTF8, "application/json"),
        };
        return await api.SendAsync(request, actor);
    }

    async Task<bool?> LabelAsync(Guid id) =>
        (await api.GetAsync($"/v1/decisions/{id}")).Json is var json && json.TryGetProperty("labels", out var labels) && labels.ValueKind == JsonValueKind.Array
            ? labels.EnumerateArray().Select(l => (bool?)l.GetProperty("isFraud").GetBoolean()).FirstOrDefault()
            : null;
}
