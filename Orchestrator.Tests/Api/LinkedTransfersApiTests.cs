using System.Net;
using System.Text.Json;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class LinkedTransfersApiTests(ApiFixture api)
{
    static int _lastId;

    [Fact]
    public async Task Chain_when_one_of_it_is_refused_moves_nothing_and_the_rest_of_the_bulk_goes_on()
    {
        await OpenAsync("chain-a", "chain-b", "chain-c");
        var ids = Ids(6);
        var bulk = Bulk(
            (ids[0], "chain-a", "chain-b", 100, true), (ids[1], "chain-b", "chain-c", 200, false),
            (ids[2], "chain-a", "chain-c", 10, false),
            (ids[3], "chain-c", "chain-a", 50, true), (ids[4], "chain-c", "chain-nobody", 50, true), (ids[5], "chain-a", "chain-b", 50, false));

        var first = (await api.PostAsync("/v1/transfers/bulk", bulk)).Json;
        var again = (await api.PostAsync("/v1/transfers/bulk", bulk)).Json;

        Assert.All(Items(first), i => Assert.Equal("accepted", Text(i, "outcome")));
        Assert.All(Items(again), i => Assert.Equal("repeated", Text(i, "outcome")));
        foreach (var id in ids[..3])
            await TransferAsync(id, "posted");
        Assert.Equal("account_not_found", Text(await TransferAsync(ids[4], "refused"), "reason"));
        foreach (var id in new[] { ids[3], ids[5] })
        {
            var refused = await TransferAsync(id, "refused");
            Assert.Equal(("linked_transfer_failed", 1), (Text(refused, "reason"), refused.GetProperty("failedIndex").GetInt32()));
        }
        Assert.Equal((890, 900, 1_210), (await AvailableAsync("chain-a"), await AvailableAsync("chain-b"), await AvailableAsync("chain-c")));
        Assert.Equal("command_exists", (await api.PostAsync("/v1/transfers", Transfer(ids[1], "chain-b", "chain-c", 200, linked: false))).Problem);
    }

    [Fact]
    public async Task Chain_when_one_of_it_cannot_be_taken_is_not_asked_for_and_says_which()
    {
        await OpenAsync("bad-chain-a", "bad-chain-b");
        var ids = Ids(9);
        await api.PostAsync("/v1/transfers", Transfer(ids[0], "bad-chain-a", "bad-chain-b", 1, linked: false));

        var answer = (await api.PostAsync("/v1/transfers/bulk", Bulk(
            (ids[1], "bad-chain-a", "bad-chain-b", 5, true), (ids[2], "bad-chain-a", "bad-chain-b", 0, false),
            (ids[3], "bad-chain-a", "bad-chain-b", 5, true), (ids[0], "bad-chain-a", "bad-chain-b", 5, false),
            (ids[4], "bad-chain-a", "bad-chain-b", 5, true), (ids[4], "bad-chain-a", "bad-chain-b", 5, false),
            (ids[5], "bad-chain-a", "bad-chain-b", 5, true), (ids[6], "bad-chain-a", "bad-chain-b", 5, true)))).Json;

        Assert.Equal(
            [
                "linked_transfer_failed 1", "invalid", "linked_transfer_failed 3", "exists", "linked_transfer_failed 5", "invalid",
                "linked_transfer_failed 7", "invalid",
            ],
            Items(answer).Select(i => $"{Text(i, "outcome")} {(i.TryGetProperty("failedIndex", out var index) ? index.GetInt32() : null)}".TrimEnd()));
        Assert.Equal(
            ["amount_out_of_range", "repeated_transfer_id", "linked_chain_open"],
            Items(answer).Where(i => Text(i, "outcome") == "invalid").Select(i => Text(i.GetProperty("errors")[0], "code")));
        Assert.Equal(["linked_chain_open linked"], (await api.PostAsync("/v1/transfers", Transfer(ids[7], "bad-chain-a", "bad-chain-b", 5, linked: true))).Errors);
        await TransferAsync(ids[0], "posted");
        Assert.Equal(999, await AvailableAsync("bad-chain-a"));
        Assert.Equal("transfer_not_found", (await api.GetAsync($"/v1/transfers/{ids[1]}")).Problem);

        var many = string.Join(',', Ids(101).Select((id, i) => Transfer(id, "bad-chain-a", "bad-chain-b", 1, linked: i < 100)));
        var tooLong = Items((await api.PostAsync("/v1/transfers/bulk", $$"""{ "transfers": [ {{many}} ] }""")).Json).ToList();
        Assert.Equal("linked_chain_too_long", Text(tooLong[100].GetProperty("errors")[0], "code"));
        Assert.Equal(("linked_transfer_failed", 100), (Text(tooLong[0], "outcome"), tooLong[0].GetProperty("failedIndex").GetInt32()));
    }

    [Fact]
    public async Task Chain_when_it_is_as_long_as_it_may_be_goes_through()
    {
        await OpenAsync("long-chain-a", "long-chain-b");
        var ids = Ids(100);

        await api.PostAsync("/v1/transfers/bulk", Bulk([.. ids.Select((id, i) => (id, i % 2 == 0 ? "long-chain-a" : "long-chain-b", i % 2 == 0 ? "long-chain-b" : "long-chain-a", i % 2 == 0 ? 3L : 1L, i < 99))]));

        foreach (var id in ids)
            await TransferAsync(id, "posted");
        Assert.Equal((900, 1_100), (await AvailableAsync("long-chain-a"), await AvailableAsync("long-chain-b")));
    }

    [Fact]
    public async Task Bulk_when_tried_says_what_would_become_of_each_and_moves_nothing()
    {
        await OpenAsync("try-a", "try-b");
        var ids = Ids(8);

        var answer = await api.PostAsync("/v1/transfers/bulk?dryRun=true", Bulk(
            (ids[0], "try-a", "try-b", 600, false),
            (ids[1], "try-b", "try-a", 1_500, true), (ids[2], "try-a", "try-b", 500, false),
            (ids[3], "try-a", "try-b", 400, true), (ids[4], "try-b", "try-a", 1, false),
            (ids[5], "try-a", "try-b", 2, false),
            (ids[6], "try-a", "try-b", 1, true), (ids[7], "try-a", "try-b", 0, false)));

        Assert.Equal((HttpStatusCode.OK, 3), (answer.Status, answer.Json.GetProperty("posted").GetInt32()));
        Assert.Equal(
            ["", "linked_transfer_failed 2", "insufficient_funds", "", "", "insufficient_funds", "linked_transfer_failed 7", "invalid"],
            Items(answer.Json).Select(i => $"{Text(i, "reason")} {(i.TryGetProperty("failedIndex", out var index) ? index.GetInt32() : null)}".Trim()));
        Assert.Equal((1_000, 1_000), (await AvailableAsync("try-a"), await AvailableAsync("try-b")));
        Assert.Equal("transfer_not_found", (await api.GetAsync($"/v1/transfers/{ids[0]}")).Problem);
    }

    static List<Guid> Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => new Guid($"018f4e2a-3000-7000-8000-{Interlocked.Increment(ref _lastId):x12}"))];

    static string Bulk(params IEnumerable<(Guid Id, string From, string To, long Amount, bool Linked)> transfers) =>
        $$"""{ "transfers": [ {{string.Join(", ", transfers.Select(t => Transfer(t.Id, t.From, t.To, t.Amount, t.Linked)))}} ] }""";

    static string Transfer(Guid id, string from, string to, long amount, bool linked) =>
        $$"""
        { "transferId": "{{id}}", "sourceAccountId": "{{from}}", "destinationAccountId": "{{to}}", "amountMinor": {{amount}}, "currency": "EUR",
          "linked": {{(linked ? "true" : "false")}} }
        """;

    static JsonElement.ArrayEnumerator Items(JsonElement json) => json.GetProperty("items").EnumerateArray();

    static string? Text(JsonElement json, string field) => json.TryGetProperty(field, out var value) ? value.GetString() : null;

    Task OpenAsync(params IEnumerable<string> accounts) => Task.WhenAll(accounts.Select(a => api.OpenAsync(a, 1_000)));

    async Task<long> AvailableAsync(string account) => (await api.GetAsync($"/v1/accounts/{account}")).Json.GetProperty("availableMinor").GetInt64();

    async Task<JsonElement> TransferAsync(Guid id, string state)
    {
        var found = default(JsonElement);
        await Eventually.HoldsAsync($"{id} is {state}", async () =>
        {
            found = (await api.GetAsync($"/v1/transfers/{id}")).Json;
            return Text(found, "state") == state;
        });
        return found;
    }
}
