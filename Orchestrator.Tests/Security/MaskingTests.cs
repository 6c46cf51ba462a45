using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Api.Security;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Security;

/// <summary>Who works with accounts sees their numbers whole, and nobody else does.</summary>
[Collection(ApiCollection.Name)]
public sealed class MaskingTests(ApiFixture api)
{
    const string Payer = "masked-payer-0001";
    const string Payee = "masked-payee-0002";
    const string HiddenPayer = "****0001";

    [Theory]
    [InlineData(Roles.Service, Payer)]
    [InlineData(Roles.CaseWorker, Payer)]
    [InlineData(Roles.Supervisor, Payer)]
    [InlineData(Roles.Auditor, Payer)]
    [InlineData(Roles.Analyst, HiddenPayer)]
    [InlineData(Roles.Operator, HiddenPayer)]
    public async Task Transaction_when_read_shows_its_accounts_to_those_who_work_with_them(string role, string shown)
    {
        var id = await PaidAsync();
        using var client = api.As($"masked-{role}", role);

        var one = (await Answer.OfAsync(await client.GetAsync($"/v1/transactions/{id}"))).Json;
        var listed = (await Answer.OfAsync(await client.GetAsync($"/v1/transactions?account={Payer}"))).Json.GetProperty("items")[0];

        Assert.Equal((shown, shown), (one.GetProperty("sourceAccountId").GetString(), listed.GetProperty("sourceAccountId").GetString()));
        Assert.Equal(shown == Payer, one.GetRawText().Contains(Payee, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Decision_when_an_analyst_reads_it_shows_no_whole_account()
    {
        var id = await PaidAsync();
        using var ann = api.As("masked-ann", Roles.Analyst);
        var decision = default(Answer);
        await Eventually.HoldsAsync("the decision is stored", async () =>
            (decision = await Answer.OfAsync(await ann.GetAsync($"/v1/decisions/{id}"))).Status == HttpStatusCode.OK);

        Assert.Equal(HiddenPayer, decision!.Json.GetProperty("sourceAccountId").GetString());
        Assert.DoesNotContain(Payer, await ann.GetStringAsync($"/v1/decisions?account={Payer}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sentence_of_a_decision_when_an_analyst_reads_it_names_no_whole_account()
    {
        using var ann = api.As("masked-ann", Roles.Analyst);
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync("/v1/lists/watched_accounts/entries", """{ "entries": [{ "value": "masked-watched-0004" }], "reason": "tests" }""")).Status);
        var (number, id) = (0, Guid.Empty);
        await Eventually.HoldsAsync("the list counts", async () =>
        {
            id = new Guid($"018f4e2a-d000-7000-8000-{0x400 + number++:x12}");
            return (await api.PostAsync(
                "/v1/decisions",
                $$"""{ "transactionId": "{{id}}", "sourceAccountId": "masked-asking", "destinationAccountId": "masked-watched-0004", "amountMinor": 100, "currency": "EUR", "kind": "transfer" }"""))
                .Text.Contains("masked-watched-0004 is on", StringComparison.Ordinal);
        });
        await Eventually.HoldsAsync("the decision is stored", async () => (await api.GetAsync($"/v1/decisions/{id}")).Status == HttpStatusCode.OK);

        foreach (var path in new[] { $"/v1/decisions/{id}", $"/v1/decisions/{id}/explain", $"/v1/decisions/{id}/explain?trace=true" })
        {
            var text = await ann.GetStringAsync(path);
            Assert.Contains("****0004 is on", text, StringComparison.Ordinal);
            Assert.DoesNotContain("masked-watched", text, StringComparison.Ordinal);
            Assert.Contains("masked-watched-0004 is on", (await api.GetAsync(path)).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Report_when_an_analyst_takes_it_hides_accounts_in_rows_files_and_cursors()
    {
        await PaidAsync();
        using var ann = api.As("masked-ann", Roles.Analyst);
        using var audrey = api.As("masked-audrey", Roles.Auditor);
        var today = $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}";
        var report = $"/v1/reports/large_transactions?from={today}&to={today}";
        await Eventually.HoldsAsync("the report has both", async () => (await audrey.GetStringAsync($"{report}&limit=1000")).Split($"\"{Payer}\"").Length > 2);

        var whole = (await Answer.OfAsync(await audrey.GetAsync($"{report}&format=csv"))).Text;
        var hidden = (await Answer.OfAsync(await ann.GetAsync($"{report}&format=csv"))).Text;
        Assert.Contains(Payer, whole, StringComparison.Ordinal);
        Assert.DoesNotContain(Payer, hidden, StringComparison.Ordinal);
        Assert.Contains(HiddenPayer, hidden, StringComparison.Ordinal);
        Assert.Equal(whole.Split('\n').Length, hidden.Split('\n').Length);

        // Page by page: what says how to go on says nothing else.
        var (rows, after, pages) = (0, "", 0);
        do
        {
            var page = await Answer.OfAsync(await ann.GetAsync($"{report}&limit=1{after}"));
            Assert.DoesNotContain(Payer, page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(Payee, page.Text, StringComparison.Ordinal);
            rows += page.Json.GetProperty("items").GetArrayLength();
            after = page.Json.TryGetProperty("next", out var next) ? $"&after={next.GetString()}" : "";
        }
        while (after.Length > 0 && ++pages < 100);
        Assert.True(rows >= 2, $"{rows} rows in {pages} pages");
        Assert.Equal(["invalid_cursor after"], (await Answer.OfAsync(await ann.GetAsync($"{report}&after={today}~{Payer}:1"))).Errors);
    }

    [Fact]
    public async Task Parked_message_when_an_operator_looks_into_it_shows_no_whole_account()
    {
        const string account = "masked-parked-0003";
        await api.ProduceAsync(
            "accounts",
            Encoding.UTF8.GetBytes(account),
            Encoding.UTF8.GetBytes($$"""{ "accountId": "{{account}}", "nested": [{ "otherAccountId": "{{account}}" }], "note": "of {{account}}" }"""),
            ("ce_specversion", "1.0"u8.ToArray()), ("ce_id", Encoding.UTF8.GetBytes($"{new Guid("018f4e2a-d000-7000-8000-000000000201")}")),
            ("ce_type", "orchestrator.account.open.v1"u8.ToArray()), ("ce_source", "/tests"u8.ToArray()), ("content-type", "application/json"u8.ToArray()));
        using var otto = api.As("masked-otto", Roles.Operator);
        using var audrey = api.As("masked-audrey", Roles.Auditor);
        var found = default(JsonElement);
        await Eventually.HoldsAsync("it is parked", async () =>
        {
            found = (await Answer.OfAsync(await audrey.GetAsync("/v1/parked?limit=500"))).Json.GetProperty("items").EnumerateArray()
                .FirstOrDefault(p => p.GetProperty("key").GetString() == account);
            return found.ValueKind == JsonValueKind.Object;
        });
        var path = $"/v1/parked/{found.GetProperty("parkedId").GetInt64()}";

        var whole = await audrey.GetStringAsync(path);
        var hidden = await Answer.OfAsync(await otto.GetAsync(path));

        Assert.Contains(account, whole, StringComparison.Ordinal);
        Assert.DoesNotContain(account, hidden.Text, StringComparison.Ordinal);
        Assert.Equal("****0003", hidden.Json.GetProperty("message").GetProperty("key").GetString());
        Assert.Contains("of ****0003", hidden.Json.GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(account, await otto.GetStringAsync("/v1/parked?limit=500"), StringComparison.Ordinal);
    }

    // Large enough for a report, and held by nobody: a payment that is made again and again is one that is known.
    async Task<Guid> PaidAsync()
    {
        var id = new Guid("018f4e2a-d000-7000-8000-000000000301");
        if ((await api.GetAsync($"/v1/transactions/{id}")).Status == HttpStatusCode.OK)
            return id;
        await api.OpenAsync(Payer, 10_000_000);
        await api.OpenAsync(Payee, 0);
        await api.PostAsync(
            "/v1/transactions",
            $$"""{ "transactionId": "{{id}}", "sourceAccountId": "{{Payer}}", "destinationAccountId": "{{Payee}}", "amountMinor": 100, "currency": "EUR", "kind": "transfer" }""");
        await api.EndedAsync(id);
        foreach (var large in new[] { "018f4e2a-d000-7000-8000-000000000302", "018f4e2a-d000-7000-8000-000000000303" })
        {
            await api.PostAsync(
                "/v1/transfers",
                $$"""{ "transferId": "{{large}}", "sourceAccountId": "{{Payer}}", "destinationAccountId": "{{Payee}}", "amountMinor": 4500000, "currency": "EUR" }""");
        }
        return id;
    }
}
