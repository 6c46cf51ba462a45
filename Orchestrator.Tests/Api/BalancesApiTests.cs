using System.Net;
using System.Text.Json;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class BalancesApiTests(ApiFixture api)
{
    [Fact]
    public async Task Balance_when_money_has_moved_is_told_now_and_as_of_before()
    {
        await api.OpenAsync("balance-from", 1_000);
        await api.OpenAsync("balance-to", 0);
        var funded = (await EntriesAsync("balance-from", 2)).EnumerateArray().Last().GetProperty("recordedAt").GetString()!;
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        await api.PostAsync("/v1/transactions", $$"""
            { "transactionId": "{{id}}", "sourceAccountId": "balance-from", "destinationAccountId": "balance-to", "amountMinor": 250, "currency": "EUR", "kind": "transfer" }
            """);
        await api.EndedAsync(id);
        var entries = await EntriesAsync("balance-from", 4);

        Assert.Equal(["opened", "credited", "hold_placed", "hold_captured"], entries.EnumerateArray().Select(e => e.GetProperty("type").GetString()));
        Assert.Equal([0L, 1_000, 1_000, 750], entries.EnumerateArray().Select(e => e.GetProperty("postedMinor").GetInt64()));
        Assert.Equal([0L, 0, 250, 0], entries.EnumerateArray().Select(e => e.GetProperty("heldMinor").GetInt64()));
        Assert.Equal((750, 750, 4, "recorded"), await BalanceAsync(""));
        Assert.Equal((1_000, 1_000, 2, "recorded"), await BalanceAsync($"?asOf={Uri.EscapeDataString(funded)}"));
        Assert.Equal((0, 0, 0, "recorded"), await BalanceAsync("?asOf=2020-01-01&by=recorded"));
        Assert.Equal((750, 750, 4, "effective"), await BalanceAsync("?by=effective"));
        Assert.Equal((0, 0, 4, "effective"), await BalanceAsync("?by=effective&asOf=2020-01-01T00:00:00Z"));

        async Task<(long, long, long, string)> BalanceAsync(string query)
        {
            var balance = (await api.GetAsync($"/v1/accounts/balance-from/balance{query}")).Json;
            Assert.Equal("EUR", balance.GetProperty("currency").GetString());
            return (balance.GetProperty("postedMinor").GetInt64(), balance.GetProperty("availableWithoutOverdraftMinor").GetInt64(),
                balance.GetProperty("version").GetInt64(), balance.GetProperty("by").GetString()!);
        }
    }

    [Fact]
    public async Task Entries_when_paged_and_filtered_are_each_told_once()
    {
        await api.OpenAsync("paged-entries", 40);
        await api.PostAsync("/v1/accounts/paged-entries/freeze", """{ "reason": "r" }""", "paged-freeze");
        await EntriesAsync("paged-entries", 3);
        await api.PostAsync("/v1/accounts/paged-entries/unfreeze", """{ "reason": "r" }""", "paged-unfreeze");
        await EntriesAsync("paged-entries", 4);

        foreach (var by in new[] { "recorded", "effective" })
        {
            var (versions, after) = (new List<long>(), "");
            do
            {
                var page = (await api.GetAsync($"/v1/accounts/paged-entries/entries?by={by}&limit=1{after}")).Json;
                versions.AddRange(page.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("version").GetInt64()));
                after = page.TryGetProperty("next", out var next) ? $"&after={next.GetString()}" : "";
            }
            while (after.Length > 0);
            Assert.Equal([1L, 2, 3, 4], versions);
        }
        Assert.Equal([3L], await VersionsAsync("type=frozen"));
        Assert.Empty(await VersionsAsync("type=debited"));
        Assert.Empty(await VersionsAsync("to=2020-01-01"));
        Assert.Equal([1L, 2, 3, 4], await VersionsAsync("from=2020-01-01&to=2199-01-01T00:00:00Z"));

        async Task<IEnumerable<long>> VersionsAsync(string query) =>
            (await api.GetAsync($"/v1/accounts/paged-entries/entries?{query}")).Json.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task Accounts_when_listed_come_page_by_page_in_order()
    {
        foreach (var name in new[] { "zz-list-1", "zz-list-2", "zz-list-3" })
            await api.OpenAsync(name, 1);

        var first = (await api.GetAsync("/v1/accounts?after=zz-list-0&limit=2")).Json;
        var second = (await api.GetAsync($"/v1/accounts?after={first.GetProperty("next").GetString()}&limit=2")).Json;

        Assert.Equal(["zz-list-1", "zz-list-2"], Ids(first));
        Assert.Equal("zz-list-3", Ids(second).First());
        Assert.Equal(1, second.GetProperty("items")[0].GetProperty("availableMinor").GetInt64());

        static IEnumerable<string?> Ids(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(a => a.GetProperty("accountId").GetString());
    }

    [Theory]
    [InlineData("balance?by=guess", "unknown_time by")]
    [InlineData("balance?by=1", "unknown_time by")]
    [InlineData("balance?asOf=yesterday", "invalid_time asOf")]
    [InlineData("balance?asOf=1066-10-14", "invalid_time asOf")]
    [InlineData("balance?asOf=2026-02-30T00:00:00Z", "invalid_time asOf")]
    [InlineData("balance?asOf=", "invalid_time asOf")]
    [InlineData("entries?type=stolen", "unknown_type type")]
    [InlineData("entries?from=x", "invalid_time from")]
    [InlineData("entries?to=9999-12-31", "invalid_time to")]
    [InlineData("entries?limit=0", "out_of_range limit")]
    [InlineData("entries?limit=1001", "out_of_range limit")]
    [InlineData("entries?after=7", "invalid_cursor after")]
    [InlineData("entries?after=99999999999999999999_1", "invalid_cursor after")]
    [InlineData("entries?after=1_-1", "invalid_cursor after")]
    public async Task Question_when_a_value_is_not_acceptable_does_name_it(string query, string error)
    {
        var answer = await api.GetAsync($"/v1/accounts/anybody/{query}");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid"), (answer.Status, answer.Problem));
        Assert.Equal([error], answer.Errors);
    }

    [Theory]
    [InlineData("nobody-has-it")]
    [InlineData("settlement:EUR:1")]
    [InlineData("with%20space")]
    public async Task Account_when_there_is_none_has_no_balance_and_no_entries(string account)
    {
        await ReadyAsync();
        Assert.Equal("account_not_found", (await api.GetAsync($"/v1/accounts/{account}/balance")).Problem);
        Assert.Equal("account_not_found", (await api.GetAsync($"/v1/accounts/{account}/entries")).Problem);
    }

    // A service that has just started answers projection_not_ready.
    Task ReadyAsync() => Eventually.HoldsAsync(
        "balances are served", async () => (await api.GetAsync("/v1/accounts/nobody/balance")).Problem != "projection_not_ready");

    async Task<JsonElement> EntriesAsync(string account, int count)
    {
        var items = default(JsonElement);
        await Eventually.HoldsAsync($"{count} entries", async () =>
            (await api.GetAsync($"/v1/accounts/{account}/entries")).Json.TryGetProperty("items", out items) && items.GetArrayLength() >= count);
        return items;
    }
}
