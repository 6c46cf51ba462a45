using System.Globalization;
using System.Net;
using System.Text.Json;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Activity;

/// <summary>From a click to what it is good for, through the whole service: the sessions that are shown, the customer's segments, and the numbers that a payment is decided by.</summary>
[Collection(ApiCollection.Name)]
public sealed class ActivityToDecisionTests(ApiFixture api)
{
    int _paid;

    [Fact]
    public async Task Payment_when_its_payer_has_just_been_in_the_shop_is_decided_with_that_in_mind()
    {
        await api.PostAsync("/v1/accounts", """{ "accountId": "shopper-account", "customerId": "shopper", "currency": "EUR", "initialBalanceMinor": 100000 }""");
        await api.OpenAsync("shop-account", 0);
        await Eventually.HoldsAsync("the account is open", async () => (await api.GetAsync("/v1/accounts/shopper-account")).Json.TryGetProperty("counters", out _));
        // Who owns the account is learned from another topic than what the owner does.
        await Eventually.HoldsAsync(
            "the customer is known", async () => await api.ScalarAsync<long>("select count(*) from activity.account_owner where account_id = 'shopper-account'") == 1);
        var now = TimeProvider.System.GetUtcNow();
        var events = string.Join(", ", [
            Event("custom", now.AddSeconds(-60), """ "name": "login" """), Event("page_view", now.AddSeconds(-50), """ "url": "https://shop.example/" """),
            Event("page_view", now.AddSeconds(-40), """ "url": "https://shop.example/product/7" """), Event("page_view", now.AddSeconds(-30), """ "url": "https://shop.example/cart" """),
        ]);
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync($"/v1/activity?key={ApiFixture.ShopKey}", $$"""{ "events": [ {{events}} ] }""")).Status);

        var seen = default(JsonElement);
        await Eventually.HoldsAsync("a payment is decided by three pages", async () =>
        {
            seen = await PayAsync();
            return Feature(seen, "activity_pages_in_session") == 3;
        });

        Assert.InRange(Feature(seen, "activity_seconds_since_login"), 59, 120);
        Assert.Equal((1f, 1f), (Feature(seen, "activity_new_device"), Feature(seen, "activity_sessions_1h")));
        await Eventually.HoldsAsync("the session is shown", async () => await api.ScalarAsync<long>("select coalesce(sum(views), 0)::bigint from activity.session where customer_id = 'shopper'") == 3);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("/v1/activity/visitors/shopper-visitor")).Status);
        var session = Assert.Single((await api.GetAsync("/v1/activity/sessions?customer=shopper")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(("/", "/cart", 3), (session.GetProperty("entryPage").GetString(), session.GetProperty("exitPage").GetString(), session.GetProperty("views").GetInt32()));
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("/v1/customers/shopper/segments")).Status);
    }

    static string Event(string type, DateTimeOffset at, string rest) =>
        $$"""{ "type": "{{type}}", "visitorId": "shopper-visitor", "customerId": "shopper", "createdAt": "{{at.ToString("O", CultureInfo.InvariantCulture)}}", {{rest}} }""";

    async Task<JsonElement> PayAsync()
    {
        var accepted = await api.PostAsync(
            "/v1/transactions", """{ "sourceAccountId": "shopper-account", "destinationAccountId": "shop-account", "amountMinor": 100, "currency": "EUR", "kind": "payment" }""",
            $"shopper-{++_paid}");
        var id = accepted.Json.GetProperty("transactionId").GetGuid();
        var decision = default(JsonElement);
        await Eventually.HoldsAsync("the decision is stored", async () =>
        {
            var answer = await api.GetAsync($"/v1/decisions/{id}");
            decision = answer.Json;
            return answer.Status == HttpStatusCode.OK;
        });
        return decision;
    }

    static float Feature(JsonElement decision, string name) => decision.GetProperty("features").GetProperty("values").EnumerateArray()
        .Single(v => v.GetProperty("name").GetString() == name).GetProperty("value").GetSingle();
}
