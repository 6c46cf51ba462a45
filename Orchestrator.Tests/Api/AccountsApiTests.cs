using System.Net;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class AccountsApiTests(ApiFixture api)
{
    [Fact]
    public async Task Account_when_requested_does_open_with_its_four_counters()
    {
        var answer = await api.PostAsync("/v1/accounts", Account("four-counters", """, "initialBalanceMinor": 2500, "limits": { "overdraftMinor": 500 }"""));

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal("/v1/accounts/four-counters", answer.Header("Location"));
        var account = await OpenedAsync("four-counters");
        Assert.Equal(2_500, account.Json.GetProperty("counters").GetProperty("creditsPostedMinor").GetInt64());
        Assert.Equal(0, account.Json.GetProperty("counters").GetProperty("debitsPostedMinor").GetInt64());
        Assert.Equal(0, account.Json.GetProperty("counters").GetProperty("debitsPendingMinor").GetInt64());
        Assert.Equal(0, account.Json.GetProperty("counters").GetProperty("creditsPendingMinor").GetInt64());
        Assert.Equal(3_000, account.Json.GetProperty("availableMinor").GetInt64());
    }

    [Fact]
    public async Task Account_when_it_is_open_does_list_its_events()
    {
        await api.PostAsync("/v1/accounts", Account("with-events", """, "initialBalanceMinor": 1"""));
        await OpenedAsync("with-events");

        var all = (await api.GetAsync("/v1/accounts/with-events/events")).Json.GetProperty("items");
        var second = (await api.GetAsync("/v1/accounts/with-events/events?after=1&limit=1")).Json;

        Assert.Equal(["opened", "credited"], all.EnumerateArray().Select(e => e.GetProperty("type").GetString()));
        Assert.Equal("credited", Assert.Single(second.GetProperty("items").EnumerateArray()).GetProperty("type").GetString());
        Assert.Equal("2", second.GetProperty("next").GetString());
    }

    [Fact]
    public async Task Account_when_requested_twice_does_give_the_same_answer()
    {
        var first = await api.PostAsync("/v1/accounts", Account("twice"));
        var again = await api.PostAsync("/v1/accounts", """{ "currency": "EUR", "customerId": "customer", "accountId": "twice", "later": true }""");

        Assert.Equal((first.Status, first.Text), (again.Status, again.Text));
        Assert.Equal((null, "true"), (first.Header("Idempotency-Replayed"), again.Header("Idempotency-Replayed")));
    }

    [Fact]
    public async Task Account_when_requested_with_another_body_does_conflict()
    {
        await api.PostAsync("/v1/accounts", Account("taken"));

        Assert.Equal("account_exists", (await api.PostAsync("/v1/accounts", Account("taken", """, "initialBalanceMinor": 1"""))).Problem);
    }

    [Theory]
    [InlineData("nobody-asked-for-it")]
    [InlineData("settlement:EUR:1")]
    [InlineData("with%20space")]
    public async Task Account_when_it_was_never_requested_does_not_exist(string id)
    {
        var answer = await api.GetAsync($"/v1/accounts/{id}");

        Assert.Equal((HttpStatusCode.NotFound, "account_not_found"), (answer.Status, answer.Problem));
        Assert.Equal("account_not_found", (await api.GetAsync($"/v1/accounts/{id}/events")).Problem);
    }

    [Theory]
    [InlineData("""{ "accountId": "a", "customerId": "c", "currency": "XXX" }""", "unknown_currency currency")]
    [InlineData("""{ "accountId": "a", "customerId": "c", "currency": "eur" }""", "unknown_currency currency")]
    [InlineData("""{ "accountId": ":a", "customerId": "c", "currency": "EUR" }""", "invalid_account_id accountId")]
    [InlineData("""{ "accountId": "", "customerId": "c", "currency": "EUR" }""", "invalid_account_id accountId")]
    [InlineData("""{ "accountId": "a", "customerId": " ", "currency": "EUR" }""", "missing_field customerId")]
    [InlineData("""{ "accountId": "a", "customerId": "c", "currency": "EUR", "initialBalanceMinor": -1 }""", "amount_out_of_range initialBalanceMinor")]
    [InlineData("""{ "accountId": "a", "customerId": "c", "currency": "EUR", "initialBalanceMinor": 9000000000000000000 }""", "amount_out_of_range initialBalanceMinor")]
    [InlineData("""{ "accountId": "a", "customerId": "c", "currency": "EUR", "limits": { "overdraftMinor": -5 } }""", "amount_out_of_range limits.overdraftMinor")]
    public async Task Account_when_a_value_is_not_acceptable_does_name_the_field(string body, string error)
    {
        var answer = await api.PostAsync("/v1/accounts", body);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid"), (answer.Status, answer.Problem));
        Assert.Equal([error], answer.Errors);
    }

    [Fact]
    public async Task Account_when_frozen_unfrozen_and_closed_does_show_it_with_the_reasons()
    {
        await api.OpenAsync("comes-and-goes", 0);
        var frozen = await api.PostAsync("/v1/accounts/comes-and-goes/freeze", """{ "reason": "reported stolen" }""", "freeze-it");
        Assert.Equal((HttpStatusCode.Accepted, "/v1/accounts/comes-and-goes"), (frozen.Status, frozen.Header("Location")));
        await StatusAsync("comes-and-goes", "frozen");

        var again = await api.PostAsync("/v1/accounts/comes-and-goes/freeze", """{ "reason": "reported stolen" }""", "freeze-it");
        Assert.Equal((frozen.Text, "true"), (again.Text, again.Header("Idempotency-Replayed")));
        var refused = await api.PostAsync("/v1/accounts/comes-and-goes/close", """{ "reason": "moved" }""", "close-it");
        Assert.Equal(("account_refused", "account_frozen"), (refused.Problem, refused.Json.GetProperty("detail").GetString()));
        Assert.Equal("idempotency_key_reused", (await api.PostAsync("/v1/accounts/comes-and-goes/unfreeze", """{ "reason": "found" }""", "freeze-it")).Problem);

        await api.PostAsync("/v1/accounts/comes-and-goes/unfreeze", """{ "reason": "found" }""", "unfreeze-it");
        await StatusAsync("comes-and-goes", "open");
        await api.PostAsync("/v1/accounts/comes-and-goes/close", """{ "reason": "moved" }""", "close-it");
        await StatusAsync("comes-and-goes", "closed");
        var events = (await api.GetAsync("/v1/accounts/comes-and-goes/events")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["opened", "frozen", "unfrozen", "closed"], events.Select(e => e.GetProperty("type").GetString()));
        Assert.Equal(["reported stolen", "found", "moved"], events.Skip(1).Select(e => e.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Account_when_a_change_cannot_be_does_say_why()
    {
        await api.OpenAsync("not-to-be-changed", 5);
        Assert.Equal("account_not_found", (await api.PostAsync("/v1/accounts/never-opened/freeze", """{ "reason": "r" }""", "k-1")).Problem);
        Assert.Equal(["missing_field commandId"], (await api.PostAsync("/v1/accounts/not-to-be-changed/freeze", """{ "reason": "r" }""")).Errors);
        Assert.Equal(["missing_field reason"], (await api.PostAsync("/v1/accounts/not-to-be-changed/freeze", """{ "reason": " " }""", "k-2")).Errors);
        var close = await api.PostAsync("/v1/accounts/not-to-be-changed/close", """{ "reason": "r" }""", "k-3");
        Assert.Equal(("account_refused", "account_not_empty"), (close.Problem, close.Json.GetProperty("detail").GetString()));
        const string Id = "018f4e2a-0000-7000-8000-00000000c001";
        await api.PostAsync("/v1/accounts/not-to-be-changed/freeze", $$"""{ "reason": "r", "commandId": "{{Id}}" }""");
        Assert.Equal("command_exists", (await api.PostAsync("/v1/accounts/not-to-be-changed/freeze", $$"""{ "reason": "other", "commandId": "{{Id}}" }""")).Problem);
    }

    Task StatusAsync(string id, string status) => Eventually.HoldsAsync(
        $"{id} is {status}", async () => (await api.GetAsync($"/v1/accounts/{id}")).Json.GetProperty("status").GetString() == status);

    static string Account(string id, string more = "") => $$"""{ "accountId": "{{id}}", "customerId": "customer", "currency": "EUR"{{more}} }""";

    async Task<Answer> OpenedAsync(string id)
    {
        Answer? account = null;
        await Eventually.HoldsAsync($"{id} is open", async () => (account = await api.GetAsync($"/v1/accounts/{id}")).Status == HttpStatusCode.OK);
        return account!;
    }
}
