using System.Text.Json;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>Transactions through the whole service: HTTP, Kafka, decisioning, sagas, ledger and back.</summary>
[Collection(ApiCollection.Name)]
public sealed class TransactionFlowTests(ApiFixture api)
{
    [Fact]
    public async Task Transaction_when_all_is_well_moves_the_money()
    {
        await api.OpenAsync("flow-payer", 10_000);
        await api.OpenAsync("flow-payee", 0);

        var ended = await RunAsync("018f4e2a-1000-7000-8000-000000000001", "flow-payer", "flow-payee", 2_500);

        Assert.Equal("completed", ended.GetProperty("state").GetString());
        Assert.Empty(ended.GetProperty("remaining").EnumerateArray());
        Assert.Equal(
            ["assessed", "completed", "credited", "hold_captured", "hold_placed", "posting", "submitted"],
            ended.GetProperty("timeline").EnumerateArray().Select(e => e.GetProperty("what").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(2_500, (await api.GetAsync("/v1/accounts/flow-payee")).Json.GetProperty("counters").GetProperty("creditsPostedMinor").GetInt64());
        Assert.Equal(2_500, (await api.GetAsync("/v1/accounts/flow-payer")).Json.GetProperty("counters").GetProperty("debitsPostedMinor").GetInt64());
        await Eventually.HoldsAsync("figures count it", async () => (await api.GetAsync("/v1/figures")).Json.GetProperty("completed").GetInt64() > 0);
        Assert.Matches(
            "(?m)^orchestrator_transaction_duration_seconds_count{.*outcome=\"completed\".*} [1-9]", (await api.GetAsync("/metrics")).Text);
    }

    [Fact]
    public async Task Transaction_when_the_funds_do_not_suffice_is_declined()
    {
        await api.OpenAsync("flow-poor", 10);
        await api.OpenAsync("flow-shop", 0);

        var ended = await RunAsync("018f4e2a-1000-7000-8000-000000000002", "flow-poor", "flow-shop", 11);

        Assert.Equal(("declined", "insufficient_funds"), (ended.GetProperty("state").GetString(), ended.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Transaction_when_the_payee_does_not_exist_is_undone()
    {
        await api.OpenAsync("flow-generous", 1_000);

        var ended = await RunAsync("018f4e2a-1000-7000-8000-000000000003", "flow-generous", "flow-nobody", 100);

        Assert.Equal(("compensated", "account_not_found"), (ended.GetProperty("state").GetString(), ended.GetProperty("reason").GetString()));
        var payer = (await api.GetAsync("/v1/accounts/flow-generous")).Json.GetProperty("counters");
        Assert.Equal((0, 0), (payer.GetProperty("debitsPendingMinor").GetInt64(), payer.GetProperty("debitsPostedMinor").GetInt64()));
    }

    async Task<JsonElement> RunAsync(string id, string source, string destination, long amount)
    {
        await api.PostAsync(
            "/v1/transactions",
            $$"""
            { "transactionId": "{{id}}", "sourceAccountId": "{{source}}", "destinationAccountId": "{{destination}}",
              "amountMinor": {{amount}}, "currency": "EUR", "kind": "transfer" }
            """);
        return await api.EndedAsync(new Guid(id));
    }
}
