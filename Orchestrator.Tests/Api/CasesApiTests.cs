using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>Cases through the whole service: a doubtful transaction is held, an alert opens a case, people decide, and the money moves or does not.</summary>
[Collection(ApiCollection.Name)]
public sealed class CasesApiTests(ApiFixture api)
{
    [Fact]
    public async Task Case_when_nothing_was_wrong_lets_the_transaction_go_on()
    {
        var (transaction, file) = await OpenedAsync(1);

        var assigned = await ActAsync(file, "assign", """{ "assignee": "carol" }""", "carol");
        var closed = await ActAsync(file, "close", """{ "outcome": "genuine", "reason": "the customer has confirmed it" }""", "carol");

        Assert.Equal("investigating", assigned.Json.GetProperty("state").GetString());
        Assert.Equal(("closed", "genuine"), (closed.Json.GetProperty("state").GetString(), closed.Json.GetProperty("outcome").GetString()));
        Assert.Equal("completed", (await api.EndedAsync(transaction)).GetProperty("state").GetString());
        var whole = (await api.GetAsync($"/v1/cases/{file}")).Json;
        Assert.Equal(["assign", "close"], whole.GetProperty("log").EnumerateArray().Select(l => l.GetProperty("action").GetString()));
        Assert.Equal($"{transaction}", whole.GetProperty("alerts")[0].GetProperty("transactionId").GetString());
    }

    [Fact]
    public async Task Case_of_fraud_when_another_agrees_gives_the_funds_back()
    {
        var (transaction, file) = await OpenedAsync(2);
        await ActAsync(file, "assign", """{ "assignee": "carol" }""", "carol");

        var proposed = await ActAsync(file, "close", """{ "outcome": "fraud", "reason": "mule" }""", "carol");
        var alone = await ActAsync(file, "approve", """{ "reason": "sure" }""", "carol");
        var approved = await ActAsync(file, "approve", """{ "reason": "agreed" }""", "dave");

        Assert.Equal("awaiting_approval", proposed.Json.GetProperty("state").GetString());
        Assert.Equal((HttpStatusCode.Forbidden, "maker_is_checker"), (alone.Status, alone.Problem));
        Assert.Equal("closed", approved.Json.GetProperty("state").GetString());
        var ended = await api.EndedAsync(transaction);
        Assert.Equal(("declined", "fraud_confirmed"), (ended.GetProperty("state").GetString(), ended.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Case_when_it_cannot_be_says_why()
    {
        var (_, file) = await OpenedAsync(3);
        var before = await api.GetAsync($"/v1/cases/{file}");

        Assert.Equal("case_refused", (await ActAsync(file, "close", """{ "outcome": "genuine", "reason": "x" }""", "carol")).Problem);
        Assert.Equal("case_not_found", (await ActAsync(Guid.Empty.ToString(), "assign", "{}", "carol")).Problem);
        Assert.Equal(["snooze_out_of_range until"], (await ActAsync(file, "snooze", """{ "until": "2020-01-01T00:00:00Z", "reason": "x" }""", "carol")).Errors);
        Assert.Equal(["missing_field reason"], (await ActAsync(file, "snooze", """{ "until": "2020-01-01T00:00:00Z", "reason": "" }""", "carol")).Errors);
        Assert.Equal(HttpStatusCode.NoContent, (await ActAsync(file, "notes", """{ "text": "called" }""", "carol")).Status);
        await ActAsync(file, "assign", """{ "assignee": "carol" }""", "carol", before.Header("ETag"));
        Assert.Equal("case_changed", (await ActAsync(file, "assign", "{}", "dave", before.Header("ETag"))).Problem);
        Assert.Equal(["unknown_state state"], (await api.GetAsync("/v1/cases?state=lost")).Errors);
        Assert.Equal(["invalid_cursor after"], (await api.GetAsync("/v1/alerts?after=x")).Errors);
    }

    [Fact]
    public async Task Cases_when_asked_for_are_listed_claimed_and_counted()
    {
        var (_, file) = await OpenedAsync(4);

        Assert.Contains((await api.GetAsync("/v1/cases?account=case-payer-4&state=pending")).Json.GetProperty("items").EnumerateArray(), c => c.GetProperty("caseId").GetString() == file);
        Assert.NotEmpty((await api.GetAsync("/v1/alerts?account=case-payer-4&kind=fraud_review")).Json.GetProperty("items").EnumerateArray());
        Assert.Contains((await api.GetAsync("/v1/cases/queues")).Json.EnumerateArray(), q => q.GetProperty("queue").GetString() == "fraud_review");
        var claimed = await PostAsync("/v1/cases/claim", """{ "queue": "fraud_review" }""", "erin", ifMatch: null);
        Assert.Equal(("investigating", "erin"), (claimed.Json.GetProperty("state").GetString(), claimed.Json.GetProperty("assignee").GetString()));
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync("/v1/cases/claim", """{ "queue": "nothing_here" }""", "erin", ifMatch: null)).Status);
    }

    async Task<(Guid Transaction, string Case)> OpenedAsync(int number)
    {
        await api.OpenAsync($"case-payer-{number}", 5_000_000);
        await api.OpenAsync($"case-payee-{number}", 0);
        var id = new Guid($"018f4e2a-c000-7000-8000-{number:x12}");
        // A large first payment goes to review by the built-in rules.
        await api.PostAsync(
            "/v1/transactions",
            $$"""
            { "transactionId": "{{id}}", "sourceAccountId": "case-payer-{{number}}", "destinationAccountId": "case-payee-{{number}}",
              "amountMinor": 1000000, "currency": "EUR", "kind": "transfer" }
            """);
        var file = "";
        await Eventually.HoldsAsync($"there is a case for {id}", async () =>
        {
            var items = (await api.GetAsync($"/v1/cases?account=case-payer-{number}")).Json.GetProperty("items");
            if (items.GetArrayLength() > 0)
                file = items[0].GetProperty("caseId").GetString()!;
            return file.Length > 0;
        });
        return (id, file);
    }

    Task<Answer> ActAsync(string file, string action, string body, string? actor, string? ifMatch = null) => PostAsync($"/v1/cases/{file}/{action}", body, actor, ifMatch);

    async Task<Answer> PostAsync(string path, string body, string? actor, string? ifMatch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await api.SendAsync(request, actor);
    }
}
