using System.Net;
using System.Text.Json;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class PostingsApiTests(ApiFixture api)
{
    static int _lastId;

    [Fact]
    public async Task Transfer_when_posted_moves_the_money_and_is_reversed_once()
    {
        var (payer, payee) = await OpenAsync("transfer", 1_000);
        var id = NextId();
        var accepted = await api.PostAsync("/v1/transfers", Transfer(id, payer, payee, 300));
        Assert.Equal((HttpStatusCode.Accepted, $"/v1/transfers/{id}"), (accepted.Status, accepted.Header("Location")));

        var posted = await TransferAsync(id, "posted");
        Assert.Equal((payer, payee, 300L), (Text(posted, "sourceAccountId"), Text(posted, "destinationAccountId"), posted.GetProperty("amountMinor").GetInt64()));
        var again = await api.PostAsync("/v1/transfers", Transfer(id, payer, payee, 300));
        Assert.Equal((accepted.Text, "true"), (again.Text, again.Header("Idempotency-Replayed")));
        Assert.Equal("command_exists", (await api.PostAsync("/v1/transfers", Transfer(id, payer, payee, 301))).Problem);

        var (first, second) = (NextId(), NextId());
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync($"/v1/transfers/{id}/reverse", $$"""{ "transferId": "{{first}}" }""")).Status);
        Assert.Equal(Text(posted, "transactionId"), Text(await TransferAsync(first, "posted"), "reversesTransactionId"));
        await api.PostAsync($"/v1/transfers/{id}/reverse", $$"""{ "transferId": "{{second}}" }""");
        Assert.Equal("already_reversed", Text(await TransferAsync(second, "refused"), "reason"));
        Assert.Equal($"{first}", Text(await TransferAsync(id, "posted"), "reversedByTransactionId"));
        Assert.Equal((1_000, 1_000), (await AvailableAsync(payer), await AvailableAsync(payee)));
    }

    [Fact]
    public async Task Transfer_when_refused_says_why_and_cannot_be_reversed()
    {
        var (payer, payee) = await OpenAsync("refused", 10);
        var (poor, nobody) = (NextId(), NextId());
        await api.PostAsync("/v1/transfers", Transfer(poor, payer, payee, 11));
        await api.PostAsync("/v1/transfers", Transfer(nobody, payer, "refused-nobody", 5));

        Assert.Equal("insufficient_funds", Text(await TransferAsync(poor, "refused"), "reason"));
        var undone = await TransferAsync(nobody, "refused");
        Assert.Equal(("account_not_found", payer), (Text(undone, "reason"), Text(undone, "sourceAccountId")));
        Assert.Equal("transfer_not_posted", (await api.PostAsync($"/v1/transfers/{poor}/reverse", """{}""", "refused-reverse")).Problem);
        Assert.Equal("transfer_not_found", (await api.GetAsync($"/v1/transfers/{NextId()}")).Problem);
        Assert.Equal("transfer_not_found", (await api.PostAsync($"/v1/transfers/{NextId()}/reverse", """{}""", "refused-unknown")).Problem);
        Assert.Equal(10, await AvailableAsync(payer));
    }

    [Fact]
    public async Task Hold_when_captured_in_part_gives_the_rest_back()
    {
        var (payer, _) = await OpenAsync("held", 1_000);
        var id = NextId();
        await api.PostAsync("/v1/holds", $$"""{ "holdId": "{{id}}", "accountId": "{{payer}}", "amountMinor": 400, "currency": "EUR" }""");
        await HoldAsync(id, "open");
        Assert.Equal(600, await AvailableAsync(payer));

        var captured = await api.PostAsync($"/v1/holds/{id}/capture", """{ "amountMinor": 150 }""", "held-capture");
        var hold = await HoldAsync(id, "captured");
        Assert.Equal((150L, 250L), (hold.GetProperty("capturedMinor").GetInt64(), hold.GetProperty("releasedMinor").GetInt64()));
        Assert.Equal("accepted", Text((await api.GetAsync(captured.Header("Location")!)).Json, "state"));
        var late = (await api.PostAsync($"/v1/holds/{id}/release", """{ "reason": "too late" }""", "held-release")).Header("Location")!;
        Assert.Equal("hold_already_captured", Text(await CommandAsync(late, "refused"), "reason"));
        Assert.Equal(850, await AvailableAsync(payer));
    }

    [Fact]
    public async Task Hold_when_its_time_is_over_expires_by_itself()
    {
        var (payer, _) = await OpenAsync("expiring", 1_000);
        var id = NextId();
        var soon = TimeProvider.System.GetUtcNow().AddSeconds(2);
        await api.PostAsync(
            "/v1/holds", $$"""{ "holdId": "{{id}}", "accountId": "{{payer}}", "amountMinor": 400, "currency": "EUR", "expiresAt": "{{soon:O}}" }""");

        await HoldAsync(id, "expired");

        Assert.Equal(1_000, await AvailableAsync(payer));
    }

    [Fact]
    public async Task Hold_when_it_is_of_a_transfer_is_not_resolved_by_others()
    {
        var (payer, payee) = await OpenAsync("guarded", 1_000);
        var id = NextId();
        await api.PostAsync("/v1/transfers", Transfer(id, payer, payee, 300));
        await TransferAsync(id, "posted");

        Assert.Equal("hold_of_transfer", (await api.PostAsync($"/v1/holds/{id}/release", """{}""", "guarded-release")).Problem);
        Assert.Equal("hold_not_found", (await api.PostAsync($"/v1/holds/{NextId()}/capture", """{}""", "guarded-capture")).Problem);
        Assert.Equal("hold_not_found", (await api.GetAsync($"/v1/holds/{NextId()}")).Problem);
    }

    [Fact]
    public async Task Debit_and_credit_when_posted_have_the_other_side_of_their_purpose()
    {
        var (account, _) = await OpenAsync("posted", 1_000);

        var fee = await api.PostAsync($"/v1/accounts/{account}/debits", """{ "amountMinor": 150, "currency": "EUR", "purpose": "fee" }""", "posted-fee");
        var deposit = await api.PostAsync($"/v1/accounts/{account}/credits", """{ "amountMinor": 20, "currency": "EUR" }""", "posted-deposit");
        await CommandAsync(fee.Header("Location")!, "accepted");
        await CommandAsync(deposit.Header("Location")!, "accepted");

        Assert.Equal(870, await AvailableAsync(account));
        var events = (await api.GetAsync($"/v1/accounts/{account}/events?after=2")).Json.GetProperty("items").EnumerateArray();
        Assert.Equal(
            ["credited settlement", "debited fee"],
            events.Select(e => $"{Text(e, "type")} {Text(e, "contraAccountId")!.Split(':')[0]}").Order(StringComparer.Ordinal));
        Assert.Equal("command_not_found", (await api.GetAsync($"/v1/ledger/commands/{NextId()}")).Problem);
    }

    [Fact]
    public async Task Transfer_when_tried_says_what_would_become_of_it_and_moves_nothing()
    {
        var (payer, payee) = await OpenAsync("tried", 100);

        var fine = await api.PostAsync("/v1/transfers?dryRun=true", Transfer(NextId(), payer, payee, 60));
        var poor = await api.PostAsync("/v1/transfers?dryRun=true", Transfer(NextId(), payer, payee, 101));
        var nobody = await api.PostAsync("/v1/transfers?dryRun=true", Transfer(NextId(), payer, "tried-nobody", 1));

        Assert.Equal((HttpStatusCode.OK, true, 40L), (fine.Status, fine.Json.GetProperty("posted").GetBoolean(), fine.Json.GetProperty("sourceAvailableMinor").GetInt64()));
        Assert.Equal(("insufficient_funds", "account_not_found"), (Text(poor.Json, "reason"), Text(nobody.Json, "reason")));
        Assert.Equal(2, (await api.GetAsync($"/v1/accounts/{payer}")).Json.GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task Bulk_when_some_are_wrong_takes_the_others_and_says_so_for_each()
    {
        var (payer, payee) = await OpenAsync("bulk", 1_000);
        var (good, poor) = (NextId(), NextId());
        var bulk =
            $$"""
            { "transfers": [ {{Transfer(good, payer, payee, 200)}}, {{Transfer(NextId(), payer, payee, 0)}}, {{Transfer(poor, payer, payee, 5000)}},
              { "sourceAccountId": "{{payer}}", "destinationAccountId": "{{payee}}", "amountMinor": 1, "currency": "EUR" }, {{Transfer(good, payer, payee, 201)}} ] }
            """;

        var first = (await api.PostAsync("/v1/transfers/bulk", bulk)).Json;
        var again = (await api.PostAsync("/v1/transfers/bulk", bulk)).Json;

        Assert.Equal(["accepted", "invalid", "accepted", "invalid", "exists"], first.GetProperty("items").EnumerateArray().Select(i => Text(i, "outcome")));
        Assert.Equal(["repeated", "invalid", "repeated", "invalid", "exists"], again.GetProperty("items").EnumerateArray().Select(i => Text(i, "outcome")));
        await TransferAsync(good, "posted");
        Assert.Equal("insufficient_funds", Text(await TransferAsync(poor, "refused"), "reason"));
        Assert.Equal(800, await AvailableAsync(payer));
        Assert.Equal(["count_out_of_range transfers"], (await api.PostAsync("/v1/transfers/bulk", """{ "transfers": [] }""")).Errors);
    }

    [Theory]
    [InlineData("/v1/transfers", """{ "sourceAccountId": "a", "destinationAccountId": ":", "amountMinor": 1, "currency": "EUR" }""", "invalid_account_id destinationAccountId")]
    [InlineData("/v1/transfers", """{ "sourceAccountId": "a", "destinationAccountId": "b", "amountMinor": 0, "currency": "EUR" }""", "amount_out_of_range amountMinor")]
    [InlineData("/v1/transfers", """{ "sourceAccountId": "a", "destinationAccountId": "b", "amountMinor": 1, "currency": "EURO" }""", "unknown_currency currency")]
    [InlineData("/v1/holds", """{ "accountId": ":", "amountMinor": 1, "currency": "EUR" }""", "invalid_account_id accountId")]
    [InlineData("/v1/accounts/a/debits", """{ "amountMinor": 1, "currency": "EUR", "purpose": "transfer" }""", "unsupported_purpose purpose")]
    [InlineData("/v1/accounts/:/credits", """{ "amountMinor": 1, "currency": "EUR" }""", "invalid_account_id accountId")]
    public async Task Posting_when_a_value_is_not_acceptable_names_the_field(string path, string body, string error)
    {
        var answer = await api.PostAsync(path, body, "unacceptable");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid"), (answer.Status, answer.Problem));
        Assert.Equal([error], answer.Errors);
    }

    static Guid NextId() => new($"018f4e2a-2000-7000-8000-{Interlocked.Increment(ref _lastId):x12}");

    static string Transfer(Guid id, string from, string to, long amount) =>
        $$"""{ "transferId": "{{id}}", "sourceAccountId": "{{from}}", "destinationAccountId": "{{to}}", "amountMinor": {{amount}}, "currency": "EUR" }""";

    static string? Text(JsonElement json, string field) => json.TryGetProperty(field, out var value) ? value.GetString() : null;

    async Task<(string Payer, string Payee)> OpenAsync(string name, long balance)
    {
        await api.OpenAsync($"{name}-payer", balance);
        await api.OpenAsync($"{name}-payee", 1_000);
        return ($"{name}-payer", $"{name}-payee");
    }

    async Task<long> AvailableAsync(string account) => (await api.GetAsync($"/v1/accounts/{account}")).Json.GetProperty("availableMinor").GetInt64();

    Task<JsonElement> TransferAsync(Guid id, string state) => InStateAsync($"/v1/transfers/{id}", state);

    Task<JsonElement> HoldAsync(Guid id, string state) => InStateAsync($"/v1/holds/{id}", state);

    Task<JsonElement> CommandAsync(string path, string state) => InStateAsync(path, state);

    async Task<JsonElement> InStateAsync(string path, string state)
    {
        var found = default(JsonElement);
        await Eventually.HoldsAsync($"{path} is {state}", async () =>
        {
            found = (await api.GetAsync(path)).Json;
            return Text(found, "state") == state;
        });
        return found;
    }
}
