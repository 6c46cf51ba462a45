using System.Text;
using System.Text.Json;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>Bad input over Kafka against the whole service: each kind parks under its name with all its bytes, and nothing else waits for it.</summary>
[Collection(ApiCollection.Name)]
public sealed class BadMessagesTests(ApiFixture api)
{
    const string Type = "orchestrator.transaction.submitted.v1";
    const string Payee = "bad-input-payee";

    // Enough accounts that every partition has some.
    static readonly string[] Payers = [.. Enumerable.Range(0, 40).Select(i => $"bad-input-payer-{i}")];

    static readonly (string Code, Bad Message)[] Kinds =
    [
        ("not_json", new Bad("this is not JSON")),
        ("not_json", new Bad("{\"transactionId\":")),
        ("not_json", new Bad("")),
        ("not_json", new Bad([0xff, 0xfe, 0x00, 0x01])),
        ("wrong_shape", new Bad("null")),
        ("wrong_shape", new Bad("[]")),
        ("wrong_shape", new Bad("{}")),
        ("wrong_shape", new Bad(With("amountMinor", "\"5\""))),
        ("wrong_shape", new Bad(With("amountMinor", "5.5"))),
        ("wrong_shape", new Bad(With("amountMinor", "100000000000000000000"))),
        ("wrong_shape", new Bad(With("currency", null))),
        ("wrong_shape", new Bad(With("kind", "\"loan\""))),
        ("invalid", new Bad(With("amountMinor", "0"))),
        ("invalid", new Bad(With("amountMinor", "-1"))),
        ("invalid", new Bad(With("amountMinor", "1000000000000001"))),
        ("invalid", new Bad(With("currency", "\"DEM\""))),
        ("invalid", new Bad(With("destinationAccountId", "\"clearing:EUR:1\""))),
        ("invalid", new Bad(With("channel", "\"a\\u0000b\""))),
        ("wrong_key", new Bad(With("sourceAccountId", "\"somebody-else\""))),
        ("missing_key", new Bad(Good("x")) { Key = null }),
        ("missing_id", new Bad(Good(Payers[0])) { Id = null }),
        ("missing_type", new Bad(Good(Payers[0])) { Type = null }),
        ("unknown_type", new Bad(Good(Payers[0])) { Type = "orchestrator.nobody.knows.v1" }),
        ("unknown_type", new Bad(Good(Payers[0])) { Type = "with\0zero" }),
        ("wrong_key", new Bad(Good(Payers[0])) { Key = "with\0zero" }),
        ("too_large", new Bad(With("channel", $"\"{new string('x', 1_500_000)}\""))),
    ];

    async Task<List<JsonElement>> ItemsAsync() => [.. (await api.GetAsync("/v1/parked?limit=500")).Json.GetProperty("items").EnumerateArray()];

    static long ParkedId(JsonElement item) => item.GetProperty("parkedId").GetInt64();

    [Fact]
    public async Task Bad_messages_of_every_kind_when_published_do_park_by_name_and_hold_nothing_up()
    {
        await api.OpenAsync(Payee, 0);
        await Task.WhenAll(Payers.Select(payer => api.OpenAsync(payer, 100_000)));
        var before = await ParkedAsync();
        var earlier = (await ItemsAsync()).Select(ParkedId).ToHashSet();

        foreach (var (_, bad) in Kinds)
            await bad.PublishAsync(api);
        var ids = Payers.Select((_, i) => new Guid($"018f4e2a-2000-7000-8000-{i:x12}")).ToList();
        foreach (var (payer, id) in Payers.Zip(ids))
            await api.PublishAsync(new TransactionSubmitted(id, payer, Payee, 100, "EUR", TransactionKind.Transfer, TimeProvider.System.GetUtcNow()), id);

        foreach (var id in ids)
            Assert.Equal("completed", (await api.EndedAsync(id)).GetProperty("state").GetString());
        // Both groups that read the topic take what it claims to be; what claims to be nothing is parked by the topic's keeper alone.
        var ofBoth = Kinds.Where(k => k.Message.Type == Type).ToArray();
        await Eventually.HoldsAsync("each kind is parked by those that take it", async () => await ParkedAsync() - before == Kinds.Length + ofBoth.Length);
        var items = (await ItemsAsync()).Where(i => Text(i, "topic") == "transactions" && !earlier.Contains(ParkedId(i))).ToList();
        foreach (var (group, kinds) in new[] { ("sagas", Kinds), ("decisioning", ofBoth) })
        {
            Assert.Equal(
                kinds.Select(k => k.Code).Order(StringComparer.Ordinal),
                items.Where(i => Text(i, "group") == group).Select(i => Text(i, "errorCode")!).Order(StringComparer.Ordinal));
        }
        Assert.All(items, i => Assert.Equal("refused", Text(i, "status")));

        var largest = items.Single(i => Text(i, "errorCode") == "too_large" && Text(i, "group") == "sagas").GetProperty("parkedId").GetInt64();
        Assert.True((await api.GetAsync($"/v1/parked/{largest}")).Json.GetProperty("bodyBytes").GetInt32() > 1_500_000, "nothing of it is lost");
        await Eventually.HoldsAsync("nothing is left to be taken", async () =>
            (await api.GetAsync("/v1/figures")).Json.GetProperty("lag").GetProperty("total").GetInt64() == 0);
        Assert.Equal("healthy", Text((await api.GetAsync("/health/ready")).Json, "status"));
    }

    Task<long> ParkedAsync() => api.ScalarAsync<long>("select count(*) from messaging.parked where topic = 'transactions'");

    static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    static string Good(string payer) => With("sourceAccountId", $"\"{payer}\"");

    // A good body with one field replaced, or left out.
    static string With(string field, string? value)
    {
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["transactionId"] = "\"018f4e2a-2fff-7000-8000-000000000001\"",
            ["sourceAccountId"] = $"\"{Payers[0]}\"",
            ["destinationAccountId"] = $"\"{Payee}\"",
            ["amountMinor"] = "1",
            ["currency"] = "\"EUR\"",
            ["kind"] = "\"transfer\"",
            ["occurredAt"] = "\"2026-01-01T00:00:00Z\"",
            [field] = value,
        };
        return $"{{{string.Join(", ", fields.Where(f => f.Value is not null).Select(f => $"\"{f.Key}\": {f.Value}"))}}}";
    }

    sealed record Bad(byte[] Body)
    {
        static int s_count;

        public Bad(string body) : this(Encoding.UTF8.GetBytes(body))
        {
        }

        public string? Key { get; init; } = Payers[0];

        public string? Id { get; init; } = $"bad-{Interlocked.Increment(ref s_count)}";

        public string? Type { get; init; } = BadMessagesTests.Type;

        public Task PublishAsync(ApiFixture api) => api.ProduceAsync(
            "transactions",
            Key is null ? null : Encoding.UTF8.GetBytes(Key),
            Body,
            [
                ("ce_source", "/tests"u8.ToArray()),
                .. Id is null ? Array.Empty<(string, byte[])>() : [("ce_id", Encoding.UTF8.GetBytes(Id))],
                .. Type is null ? Array.Empty<(string, byte[])>() : [("ce_type", Encoding.UTF8.GetBytes(Type))],
            ]);
    }
}
