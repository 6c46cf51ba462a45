using System.Net;
using System.Text.Json;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>Captures, reversals and what operators do, over HTTP and the wire; where two exclude each other, one wins and the other is told by name.</summary>
[Collection(ApiCollection.Name)]
public sealed class TransactionRequestsApiTests(ApiFixture api)
{
    [Fact]
    public async Task Capture_of_a_part_moves_it_and_gives_the_rest_back()
    {
        var id = await AuthorisedAsync(1, 1_000);

        var answer = await CaptureAsync(id, 400);
        var ended = await api.EndedAsync(id);

        Assert.Equal((HttpStatusCode.Accepted, 400), (answer.Status, answer.Json.GetProperty("amountMinor").GetInt64()));
        Assert.Equal(("completed", 400, "manual"), (ended.GetProperty("state").GetString(), ended.GetProperty("movedMinor").GetInt64(), ended.GetProperty("capture").GetString()));
        Assert.Equal((0, 400, 400), await MovedAsync(1));
        Assert.Equal(["capture taken"], await RequestsAsync(id));
        Assert.Equal("reverse_transfer registered", Compensation(ended));
        Assert.Equal(answer.Text, (await CaptureAsync(id, 400)).Text);
        Assert.Equal("capture_exists", (await CaptureAsync(id, 500)).Problem);
    }

    [Fact]
    public async Task Capture_of_all_needs_no_body()
    {
        var id = await AuthorisedAsync(8, 1_000);

        Assert.Equal(1_000, (await api.PostAsync($"/v1/transactions/{id}/capture", body: null, mediaType: null)).Json.GetProperty("amountMinor").GetInt64());

        Assert.Equal(1_000, (await api.EndedAsync(id)).GetProperty("movedMinor").GetInt64());
        Assert.Equal((0, 1_000, 1_000), await MovedAsync(8));
        // What was held for a person or a capture names who is paid, as what is posted at once does.
        Assert.Equal(Payee(8), await api.ScalarAsync<string>($"select counterparty_account_id from ledger.event where transaction_id = '{id}' and type = 3"));
    }

    [Fact]
    public async Task Capture_when_it_cannot_be_says_why()
    {
        var id = await AuthorisedAsync(2, 1_000);
        Assert.Equal(["exceeds_hold amountMinor"], (await CaptureAsync(id, 1_001)).Errors);
        Assert.Equal(["amount_out_of_range amountMinor"], (await CaptureAsync(id, 0)).Errors);
        Assert.Equal("transaction_not_found", (await CaptureAsync(IdOf(0xfff), 1)).Problem);

        await api.PostAsync($"/v1/transactions/{id}/cancel", body: null, mediaType: null);
        Assert.Equal("voided", (await api.EndedAsync(id)).GetProperty("state").GetString());
        Assert.Equal("transaction_not_authorised", (await CaptureAsync(id, 1)).Problem);
        Assert.Equal((0, 0, 0), await MovedAsync(2));
    }

    [Fact]
    public async Task Captures_when_many_come_at_once_let_one_win_and_tell_the_others()
    {
        var id = await AuthorisedAsync(3, 1_000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => CaptureAsync(id, 100 + i)));
        var ended = await api.EndedAsync(id);

        var won = Assert.Single(answers, a => a.Status == HttpStatusCode.Accepted);
        Assert.All(answers.Except([won]), a => Assert.Equal("capture_exists", a.Problem));
        Assert.Equal(won.Json.GetProperty("amountMinor").GetInt64(), ended.GetProperty("movedMinor").GetInt64());
        Assert.Equal((0, ended.GetProperty("movedMinor").GetInt64(), ended.GetProperty("movedMinor").GetInt64()), await MovedAsync(3));
    }

    [Fact]
    public async Task Captures_when_they_come_over_kafka_let_one_win_and_tell_the_others()
    {
        var id = await AuthorisedAsync(4, 1_000);

        await Task.WhenAll(Enumerable.Range(1, 4).Select(i => PublishAsync(new CaptureRequested(IdOf(0x400 + i), id, Payer(4), Now(), 100 * i))));
        await api.EndedAsync(id);

        await DecidedAsync(id, 4);
        Assert.Equal(["capture refused already_captured", "capture taken"], (await RequestsAsync(id)).Distinct().Order(StringComparer.Ordinal));
        Assert.Single(await RequestsAsync(id), r => r == "capture taken");
    }

    [Fact]
    public async Task Cancellation_and_capture_when_they_come_at_once_let_one_win_and_tell_the_other()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => AuthorisedAsync(0x10 + i, 1_000)));

        await Task.WhenAll(ids.Select(async (id, i) =>
        {
            var capture = i % 2 == 0 ? CaptureAsync(id, 400) : null;
            var cancellation = api.PostAsync($"/v1/transactions/{id}/cancel", """{ "reason": "changed my mind" }""");
            capture ??= CaptureAsync(id, 400);
            var (captured, cancelled) = (await capture, await cancellation);
            var state = (await api.EndedAsync(id)).GetProperty("state").GetString();
            Assert.Contains(state, new[] { "completed", "voided" });
            await DecidedAsync(id, new[] { captured, cancelled }.Count(a => a.Status == HttpStatusCode.Accepted));
            var (winner, loser, answer) = state == "completed"
                ? ("capture taken", "cancellation refused too_late", cancelled)
                : ("cancellation taken", "capture refused not_authorised", captured);
            var requests = await RequestsAsync(id);
            Assert.Contains(winner, requests);
            if (answer.Status == HttpStatusCode.Accepted)
                Assert.Contains(requests, r => r == loser || r == "cancellation refused completed");
            else
                Assert.Contains(answer.Problem, new[] { "transaction_under_way", "transaction_ended", "transaction_not_authorised" });
            Assert.Equal(state == "completed" ? (0, 400, 400) : (0, 0, 0), await MovedAsync(0x10 + i));
        }));
    }

    [Fact]
    public async Task Reviews_when_two_people_decide_over_kafka_let_one_win_and_tell_the_other()
    {
        var id = IdOf(5);
        await SubmitAsync(5, 1_000_000, "automatic");
        await StateAsync(id, "held");

        await Task.WhenAll(
            PublishAsync(new TransactionReviewed(IdOf(0x501), id, Payer(5), ReviewDecision.Release, "carol", Now())),
            PublishAsync(new TransactionReviewed(IdOf(0x502), id, Payer(5), ReviewDecision.ConfirmFraud, "dave", Now())));
        var ended = await api.EndedAsync(id);

        await DecidedAsync(id, 2);
        Assert.Equal(["review refused not_held", "review taken"], (await RequestsAsync(id)).Order(StringComparer.Ordinal));
        Assert.Contains(ended.GetProperty("state").GetString(), new[] { "completed", "declined" });
        Assert.Contains((await api.GetAsync($"/v1/transactions/{id}")).Json.GetProperty("timeline").EnumerateArray(), e => e.GetProperty("what").GetString() == "review_refused");
    }

    [Fact]
    public async Task Reversal_sends_back_what_had_moved_once()
    {
        var id = IdOf(6);
        await SubmitAsync(6, 1_000, "automatic");
        Assert.Equal("completed", (await api.EndedAsync(id)).GetProperty("state").GetString());
        Assert.Equal("transaction_ended", (await api.PostAsync($"/v1/transactions/{id}/cancel", body: null, mediaType: null)).Problem);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ReverseAsync(id)));
        await StateAsync(id, "reversed");

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.Status));
        Assert.Single(answers.Select(a => a.Text).Distinct());
        Assert.Equal((0, 1_000, 1_000), await MovedAsync(6));
        var payer = (await api.GetAsync($"/v1/accounts/{Payer(6)}")).Json.GetProperty("counters");
        Assert.Equal(5_000_000 + 1_000, payer.GetProperty("creditsPostedMinor").GetInt64());
        Assert.Equal(["reversal taken"], await RequestsAsync(id));
        Assert.Equal("transaction_not_found", (await ReverseAsync(IdOf(0xffe))).Problem);
    }

    [Fact]
    public async Task Reversal_when_the_payee_has_spent_it_waits_for_an_operator_who_has_it_asked_anew()
    {
        var id = IdOf(7);
        await SubmitAsync(7, 1_000, "automatic");
        await api.EndedAsync(id);
        Assert.Equal(HttpStatusCode.Accepted, (await TransferAsync(0x701, Payee(7), Payer(7), 1_000)).Status);
        await Eventually.HoldsAsync("it is spent", async () => await BalanceAsync(Payee(7)) == 0);

        await ReverseAsync(id);
        await StateAsync(id, "compensation_failed");
        Assert.Equal("reverse_transfer failed", Compensation((await api.GetAsync($"/v1/transactions/{id}")).Json));
        await Eventually.HoldsAsync("people are told", async () =>
            (await api.GetAsync($"/v1/alerts?account={Payer(7)}&kind=compensation_failed")).Json.GetProperty("items").GetArrayLength() == 1);

        await PublishAsync(Operated(0x702, id, SagaOperation.Resolve, "voided"));
        await Eventually.HoldsAsync("it was refused", async () => (await RequestsAsync(id)).Contains("resolve refused resolution_not_allowed"));
        await TransferAsync(0x703, Payer(7), Payee(7), 1_000);
        await Eventually.HoldsAsync("there is money again", async () => await BalanceAsync(Payee(7)) == 1_000);
        await PublishAsync(Operated(0x704, id, SagaOperation.Retry));
        await StateAsync(id, "reversed");

        Assert.Contains("retry taken", await RequestsAsync(id));
        Assert.Equal((0L, 5_000_000L), (await BalanceAsync(Payee(7)), await BalanceAsync(Payer(7))));
    }

    static TransactionOperated Operated(int number, Guid id, SagaOperation operation, string? to = null) =>
        new(IdOf(number), id, Payer(7), operation, "olga", Now(), "looked into it", to);

    async Task<Guid> AuthorisedAsync(int number, long amount)
    {
        await SubmitAsync(number, amount, "manual");
        await StateAsync(IdOf(number), "authorised");
        return IdOf(number);
    }

    async Task SubmitAsync(int number, long amount, string capture)
    {
        await api.OpenAsync(Payer(number), 5_000_000);
        await api.OpenAsync(Payee(number), 0);
        await api.PostAsync(
            "/v1/transactions",
            $$"""
            { "transactionId": "{{IdOf(number)}}", "sourceAccountId": "{{Payer(number)}}", "destinationAccountId": "{{Payee(number)}}",
              "amountMinor": {{amount}}, "currency": "EUR", "kind": "transfer", "capture": "{{capture}}" }
            """);
    }

    Task StateAsync(Guid id, string state) => Eventually.HoldsAsync(
        $"{id} is {state}", async () => (await api.GetAsync($"/v1/transactions/{id}")).Json is var json
            && json.TryGetProperty("state", out var now) && now.GetString() == state);

    Task<Answer> CaptureAsync(Guid id, long amount) => api.PostAsync($"/v1/transactions/{id}/capture", $$"""{ "amountMinor": {{amount}}, "reason": "shipped" }""");

    Task<Answer> ReverseAsync(Guid id) => api.PostAsync($"/v1/transactions/{id}/reverse", """{ "reason": "the goods came back" }""");

    Task<Answer> TransferAsync(int number, string source, string destination, long amount) => api.PostAsync(
        "/v1/transfers",
        $$"""{ "transferId": "{{IdOf(number)}}", "sourceAccountId": "{{source}}", "destinationAccountId": "{{destination}}", "amountMinor": {{amount}}, "currency": "EUR" }""");

    Task PublishAsync(Contracts.IContract message) => api.PublishAsync(message, Guid.CreateVersion7(Now()));

    Task DecidedAsync(Guid id, int requests) => Eventually.HoldsAsync(
        $"{requests} requests are decided", async () => await RequestsAsync(id) is var asked && asked.Count == requests && asked.All(r => !r.EndsWith(" pending", StringComparison.Ordinal)));

    async Task<IReadOnlyList<string>> RequestsAsync(Guid id) =>
    [
        .. (await api.GetAsync($"/v1/transactions/{id}/requests")).Json.GetProperty("items").EnumerateArray().Select(r =>
            $"{r.GetProperty("kind").GetString()} {r.GetProperty("status").GetString()} {(r.TryGetProperty("refusal", out var refusal) ? refusal.GetString() : null)}".TrimEnd()),
    ];

    // What is held of the payer, what has left it, and what the payee has received.
    async Task<(long Held, long Paid, long Received)> MovedAsync(int number)
    {
        var payer = (await api.GetAsync($"/v1/accounts/{Payer(number)}")).Json.GetProperty("counters");
        var payee = (await api.GetAsync($"/v1/accounts/{Payee(number)}")).Json.GetProperty("counters");
        return (payer.GetProperty("debitsPendingMinor").GetInt64(), payer.GetProperty("debitsPostedMinor").GetInt64(), payee.GetProperty("creditsPostedMinor").GetInt64());
    }

    async Task<long> BalanceAsync(string account)
    {
        var counters = (await api.GetAsync($"/v1/accounts/{account}")).Json.GetProperty("counters");
        return counters.GetProperty("creditsPostedMinor").GetInt64() - counters.GetProperty("debitsPostedMinor").GetInt64();
    }

    static string Compensation(JsonElement transaction) =>
        transaction.GetProperty("compensations").EnumerateArray().Select(c => $"{c.GetProperty("what").GetString()} {c.GetProperty("state").GetString()}").Single();

    static Guid IdOf(int number) => new($"018f4e2a-e000-7000-8000-{number:x12}");

    static string Payer(int number) => $"request-payer-{number}";

    static string Payee(int number) => $"request-payee-{number}";

    static DateTimeOffset Now() => TimeProvider.System.GetUtcNow();
}
