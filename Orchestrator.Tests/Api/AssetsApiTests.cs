using System.Net;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>A service with an asset beside ISO 4217: PEARL, of 4 decimal digits.</summary>
[Collection(ApiCollection.Name)]
public sealed class AssetsApiTests(ApiFixture api)
{
    [Fact]
    public async Task Transaction_when_it_is_in_an_asset_is_completed_and_stands_on_the_statement()
    {
        await OpenAsync("pearl-payer", "PEARL", 100_000);
        await OpenAsync("pearl-payee", "PEARL", 0);
        var id = new Guid("018f4e2a-6000-7000-8000-000000000001");

        var accepted = await api.PostAsync("/v1/transactions", $$"""
            { "transactionId": "{{id}}", "sourceAccountId": "pearl-payer", "destinationAccountId": "pearl-payee", "amountMinor": 12345, "currency": "PEARL",
              "kind": "transfer", "occurredAt": "2026-03-02T12:00:00Z" }
            """);

        Assert.Equal(HttpStatusCode.Accepted, accepted.Status);
        Assert.Equal("completed", (await api.EndedAsync(id)).GetProperty("state").GetString());
        Assert.Equal(87_655, (await api.GetAsync("/v1/accounts/pearl-payer")).Json.GetProperty("availableMinor").GetInt64());
        var month = TimeProvider.System.GetUtcNow().ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        await Eventually.HoldsAsync("the statement has it", async () =>
            (await api.GetAsync($"/v1/accounts/pearl-payee/statements/{month}?format=csv")).Text.Contains(",1.2345,1.2345,PEARL,", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/v1/accounts", """{ "accountId": "a", "customerId": "c", "currency": "DOUBLOON" }""")]
    [InlineData("/v1/transfers", """{ "sourceAccountId": "a", "destinationAccountId": "b", "amountMinor": 1, "currency": "DOUBLOON" }""")]
    [InlineData("/v1/transfers?dryRun=true", """{ "sourceAccountId": "a", "destinationAccountId": "b", "amountMinor": 1, "currency": "XXX" }""")]
    [InlineData("/v1/holds", """{ "accountId": "a", "amountMinor": 1, "currency": "XXX" }""")]
    [InlineData("/v1/accounts/a/credits", """{ "amountMinor": 1, "currency": "XXX" }""")]
    [InlineData("/v1/transactions", """{ "sourceAccountId": "a", "destinationAccountId": "b", "amountMinor": 1, "currency": "XXX", "kind": "transfer" }""")]
    public async Task Request_when_there_is_no_such_currency_names_the_field(string path, string body)
    {
        var answer = await api.PostAsync(path, body, "no-such-currency");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid"), (answer.Status, answer.Problem));
        Assert.Equal(["unknown_currency currency"], answer.Errors);
    }

    [Fact]
    public async Task Bulk_when_one_is_in_no_currency_says_so_for_it()
    {
        var answer = await api.PostAsync("/v1/transfers/bulk", """
            { "transfers": [ { "transferId": "018f4e2a-6000-7000-8000-000000000002", "sourceAccountId": "a", "destinationAccountId": "b", "amountMinor": 1, "currency": "XXX" } ] }
            """);

        var item = Assert.Single(answer.Json.GetProperty("items").EnumerateArray());
        Assert.Equal("invalid", item.GetProperty("outcome").GetString());
        Assert.Equal("unknown_currency", Assert.Single(item.GetProperty("errors").EnumerateArray()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Message_when_there_is_no_such_currency_is_answered_or_parked_and_never_lost()
    {
        await OpenAsync("no-doubloons", "EUR", 100);
        var (command, transaction) = (new Guid("018f4e2a-6000-7000-8000-000000000003"), new Guid("018f4e2a-6000-7000-8000-000000000004"));
        var now = TimeProvider.System.GetUtcNow();

        await api.PublishAsync(new Debit(command, command, "no-doubloons", 5, "DOUBLOON", "no-doubloons", now), command);
        await api.PublishAsync(
            new TransactionSubmitted(transaction, "no-doubloons", "shop", 5, "DOUBLOON", TransactionKind.Transfer, now), transaction);

        await Eventually.HoldsAsync("the ledger has refused it by name", async () => await api.ScalarAsync<long>(
            $"select count(*) from ledger.refusal where command_id = '{command}' and reason = 'unknown_currency'") == 1);
        await Eventually.HoldsAsync("the saga has parked it", async () => (await api.GetAsync("/v1/parked?limit=500")).Json.GetProperty("items")
            .EnumerateArray().Any(m => m.GetProperty("key").GetString() == "no-doubloons" && m.GetProperty("errorCode").GetString() == BadMessageCodes.Invalid));
    }

    async Task OpenAsync(string account, string currency, long balance)
    {
        await api.PostAsync(
            "/v1/accounts", $$"""{ "accountId": "{{account}}", "customerId": "c", "currency": "{{currency}}", "initialBalanceMinor": {{balance}} }""");
        await Eventually.HoldsAsync($"{account} is open", async () => (await api.GetAsync($"/v1/accounts/{account}")).Json.TryGetProperty("counters", out _));
    }
}
