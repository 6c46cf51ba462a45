using System.Net;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>People release what is held in the moment in which its time is over: either counts, never both, and who was too late is told.</summary>
public sealed class ReviewExpiryTests(TestInfrastructure infrastructure)
{
    const int Holds = 24;

    [Fact]
    public async Task Release_and_expiry_when_they_come_together_let_one_win_and_tell_the_other()
    {
        await using var api = new ApiFixture(infrastructure)
        {
            Name = "review-expiry",
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Sagas__Transaction__ReviewTimeout"] = "00:00:03" },
        };
        await api.InitializeAsync();
        var won = await Task.WhenAll(Enumerable.Range(1, Holds).Select(number => RaceAsync(api, number)));

        Assert.Equal(Holds, won.Length);
        TestContext.Current.TestOutputHelper?.WriteLine($"{won.Count(w => w)} of {Holds} were released in time");
    }

    // Whether the release has won.
    static async Task<bool> RaceAsync(ApiFixture api, int number)
    {
        var (payer, payee, id) = ($"expiry-payer-{number}", $"expiry-payee-{number}", new Guid($"018f4e2a-e001-7000-8000-{number:x12}"));
        await api.OpenAsync(payer, 5_000_000);
        await api.OpenAsync(payee, 0);
        await api.PostAsync(
            "/v1/transactions",
            $$"""
            { "transactionId": "{{id}}", "sourceAccountId": "{{payer}}", "destinationAccountId": "{{payee}}", "amountMinor": 1000000, "currency": "EUR", "kind": "transfer" }
            """);
        var due = default(DateTimeOffset);
        await Eventually.HoldsAsync($"{id} is held", async () =>
        {
            var json = (await api.GetAsync($"/v1/transactions/{id}")).Json;
            if (!json.TryGetProperty("state", out var state) || state.GetString() != "held")
                return false;
            due = json.GetProperty("dueAt").GetDateTimeOffset();
            return true;
        });
        // From a little before the end of the hold to a little after it, so that both have their chance.
        var release = due - TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds((number - (Holds / 2)) * 12);
        if (release > TimeSpan.Zero)
            await Task.Delay(release);
        using var carol = api.As("carol", Orchestrator.Api.Security.Roles.CaseWorker);
        var answer = await Answer.OfAsync(await carol.PostAsync(
            $"/v1/transactions/{id}/review", new StringContent("""{ "decision": "release", "reason": "called" }""", System.Text.Encoding.UTF8, "application/json")));

        var ended = await api.EndedAsync(id);
        var counters = (await api.GetAsync($"/v1/accounts/{payer}")).Json.GetProperty("counters");
        var paid = counters.GetProperty("debitsPostedMinor").GetInt64();
        Assert.Equal(0, counters.GetProperty("debitsPendingMinor").GetInt64());
        if (ended.GetProperty("state").GetString() == "completed")
        {
            Assert.Equal((HttpStatusCode.Accepted, 1_000_000L), (answer.Status, paid));
            return true;
        }
        Assert.Equal(("declined", "review_expired", 0L), (ended.GetProperty("state").GetString(), ended.GetProperty("reason").GetString(), paid));
        if (answer.Status != HttpStatusCode.Accepted)
        {
            Assert.Equal("transaction_not_held", answer.Problem);
            return false;
        }
        await Eventually.HoldsAsync("who was too late is told", async () =>
            (await api.GetAsync($"/v1/transactions/{id}/requests")).Json.GetProperty("items").EnumerateArray()
                .Any(r => r.GetProperty("kind").GetString() == "review" && r.TryGetProperty("refusal", out var refusal) && refusal.GetString() == "not_held"));
        return false;
    }
}
