using System.Globalization;
using System.Net;
using System.Text.Json;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>Backtests over HTTP, worked on by the service itself.</summary>
[Collection(ApiCollection.Name)]
public sealed class BacktestsApiTests(ApiFixture api)
{
    // Kept, and where no other test's transactions are.
    static readonly DateTimeOffset Day = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddDays(-200);

    [Fact]
    public async Task Backtest_when_stricter_rules_are_tried_shows_what_they_catch_and_whom_they_bother()
    {
        for (var n = 1; n <= 20; n++)
            await DecideAsync(n, amountMinor: n * 10_000, fraud: n is 18 or 20 ? true : n is 19 or 1 ? false : null);
        await Eventually.HoldsAsync("all are stored", async () =>
            await api.ScalarAsync<long>("select count(*) from decisioning.decision where source_account_id = 'backtested'") == 20
            && await api.ScalarAsync<long>("select count(*) from decisioning.label where source_account_id = 'backtested'") == 4);
        await DraftAsync("""
            { "version": "bt-9000", "reason": "tests", "content": { "thresholds": { "review": 500, "decline": 900 }, "rules": [
              { "name": "large", "when": "amount > 1_750", "score": 950, "sentence": "{amount:money} is much." } ] } }
            """);

        var accepted = await PostAsync(Body("bt-9000", Id(100)));
        var done = await EndedAsync(Id(100));

        Assert.Equal((HttpStatusCode.Accepted, $"/v1/backtests/{Id(100)}"), (accepted.Status, accepted.Header("Location")));
        Assert.Equal("done", done.GetProperty("state").GetString());
        var result = done.GetProperty("result");
        var live = result.GetProperty("live");
        Assert.Equal((2, 0, 1, 0), (Number(live, "newlyCaught"), Number(live, "newlyMissed"), Number(live, "newlyBothered"), Number(live, "newlySpared")));
        Assert.Equal((17, 3), (Number(live.GetProperty("matrix").GetProperty("approve"), "approve"), Number(live.GetProperty("matrix").GetProperty("approve"), "decline")));
        Assert.Equal((2.0 / 3, 1.0), (result.GetProperty("atDecline").GetProperty("precision").GetDouble(), result.GetProperty("atDecline").GetProperty("recall").GetDouble()));
        var money = Assert.Single(result.GetProperty("money").EnumerateArray());
        Assert.Equal(("EUR", 380_000, 190_000), (money.GetProperty("currency").GetString(), Number(money, "fraudStopped"), Number(money, "genuineDeclined")));
        Assert.StartsWith("bt-9000-", result.GetProperty("versions").GetProperty("rules").GetString(), StringComparison.Ordinal);
        Assert.Equal([$"{Id(18)}", $"{Id(20)}", $"{Id(19)}"], live.GetProperty("examples").EnumerateArray().Select(e => e.GetProperty("transactionId").GetString()));
        Assert.False((await api.GetAsync("/v1/backtests?limit=1")).Json.GetProperty("items")[0].TryGetProperty("result", out _));
    }

    [Fact]
    public async Task Request_when_it_is_repeated_gets_the_same_backtest_and_another_body_is_refused()
    {
        var body = Body("built-in", id: null);

        var first = await PostAsync(body, "bt-key");
        var again = await PostAsync(body, "bt-key");
        var id = first.Json.GetProperty("backtestId").GetGuid();

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted, "true"), (first.Status, again.Status, again.Header("Idempotency-Replayed")));
        Assert.Equal(id, again.Json.GetProperty("backtestId").GetGuid());
        Assert.Equal("idempotency_key_reused", (await PostAsync(Body("live", id: null), "bt-key")).Problem);
        Assert.Equal("backtest_exists", (await PostAsync(Body("live", id))).Problem);
        Assert.Equal("done", (await EndedAsync(id)).GetProperty("state").GetString());
        Assert.Equal("backtest_ended", (await api.PostAsync($"/v1/backtests/{id}/cancel", body: null)).Problem);
    }

    [Fact]
    public async Task Backtest_when_the_process_that_worked_on_it_is_gone_is_done_by_another()
    {
        await LeaveBehindAsync(Id(110), attempts: 1, leaseSeconds: -1);
        await LeaveBehindAsync(Id(111), attempts: 3, leaseSeconds: -1);

        var (done, failed) = (await EndedAsync(Id(110)), await EndedAsync(Id(111)));

        Assert.Equal(("done", 2), (done.GetProperty("state").GetString(), Number(done, "attempts")));
        Assert.Equal(("failed", "abandoned"), (failed.GetProperty("state").GetString(), failed.GetProperty("failure").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Backtest_when_it_is_cancelled_while_another_process_works_on_it_is_not_begun_again()
    {
        await LeaveBehindAsync(Id(120), attempts: 1, leaseSeconds: 3_600);

        var asked = await api.PostAsync($"/v1/backtests/{Id(120)}/cancel", body: null);
        await api.ScalarAsync<long>($"with expired as (update decisioning.backtest set lease_until = now() - interval '1 second' where id = '{Id(120)}' returning 1) select count(*) from expired");

        Assert.Equal(("running", true), (asked.Json.GetProperty("state").GetString(), asked.Json.GetProperty("cancelRequested").GetBoolean()));
        var ended = await EndedAsync(Id(120));
        Assert.Equal(("cancelled", 1), (ended.GetProperty("state").GetString(), Number(ended, "attempts")));
        Assert.Equal("cancelled", (await api.PostAsync($"/v1/backtests/{Id(120)}/cancel", body: null)).Json.GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("""{ "to": "2026-02-01T00:00:00Z" }""", "wrong_shape", "missing_field from")]
    [InlineData("""{ "from": "2026-02-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "backtestId": "018f4e2a-9000-7000-8000-000000000200" }""", "invalid", "from_after_to from")]
    [InlineData("""{ "from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z" }""", "invalid", "missing_field backtestId")]
    [InlineData("""{ "from": "1066-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z", "backtestId": "018f4e2a-9000-7000-8000-000000000200" }""", "invalid", "time_out_of_range from")]
    [InlineData("""{ "from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z", "rules": "unheard-of", "backtestId": "018f4e2a-9000-7000-8000-000000000200" }""", "invalid", "unknown_version rules")]
    [InlineData("""{ "from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z", "model": "unheard-of-00000000", "backtestId": "018f4e2a-9000-7000-8000-000000000200" }""", "invalid", "unknown_version model")]
    [InlineData("""{ "from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z", "reviewCostMinor": { "eur": 5 }, "backtestId": "018f4e2a-9000-7000-8000-000000000200" }""", "invalid", "unknown_currency reviewCostMinor")]
    [InlineData("""{ "from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z", "reviewCostMinor": { "EUR": -5 }, "backtestId": "018f4e2a-9000-7000-8000-000000000200" }""", "invalid", "amount_out_of_range reviewCostMinor")]
    public async Task Request_when_it_is_wrong_is_refused_by_name(string body, string problem, string error)
    {
        var answer = await PostAsync(body);

        Assert.Equal((problem, error), (answer.Problem, string.Join(", ", answer.Errors)));
    }

    [Theory]
    [InlineData("/v1/backtests/018f4e2a-9000-7000-8000-0000000000fe", "backtest_not_found")]
    [InlineData("/v1/backtests?limit=201", "invalid")]
    [InlineData("/v1/backtests?after=-1", "invalid")]
    public async Task Address_when_there_is_nothing_gets_a_problem(string path, string problem) => Assert.Equal(problem, (await api.GetAsync(path)).Problem);

    [Fact]
    public async Task Cancelling_when_there_is_no_such_backtest_gets_a_problem() =>
        Assert.Equal("backtest_not_found", (await api.PostAsync($"/v1/backtests/{Id(254)}/cancel", body: null)).Problem);

    static Guid Id(int n) => new($"018f4e2a-9000-7000-8000-{n:x12}");

    static int Number(JsonElement json, string field) => json.GetProperty(field).GetInt32();

    static string Body(string rules, Guid? id) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{ "from": "{{Day:O}}", "to": "{{Day.AddDays(1):O}}", "rules": "{{rules}}", "model": "none", "reviewCostMinor": { "EUR": 500 }{{(id is null ? "" : $", \"backtestId\": \"{id}\"")}} }""");

    async Task DraftAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/rulesets") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        Assert.Equal(HttpStatusCode.Created, (await api.SendAsync(request, "ann")).Status);
    }

    Task<Answer> PostAsync(string body, string? key = null) => api.PostAsync("/v1/backtests", body, key);

    async Task<JsonElement> EndedAsync(Guid id)
    {
        var found = default(JsonElement);
        await Eventually.HoldsAsync($"backtest {id} ends", async () =>
        {
            found = (await api.GetAsync($"/v1/backtests/{id}")).Json;
            return found.TryGetProperty("endedAt", out _);
        });
        return found;
    }

    // As others would have decided and labelled it then.
    async Task DecideAsync(int n, long amountMinor, bool? fraud)
    {
        var at = Day.AddHours(12).AddMinutes(n);
        var transaction = new TransactionSubmitted(Id(n), "backtested", "shop", amountMinor, "EUR", TransactionKind.Card, at);
        await api.PublishAsync(
            new FraudAssessed(Id(n), "backtested", FraudOutcome.Approve, 0, [], "rules-of-then", at.AddSeconds(1), EventAt: at, ReceivedAt: at.AddSeconds(1), Transaction: transaction), Id(n));
        if (fraud is { } isFraud)
            await api.PublishAsync(new FraudLabelled(Id(0x1000 + n), Id(n), "backtested", isFraud, LabelSource.Chargeback, at.AddDays(20)), Id(0x1000 + n));
    }

    Task<long> LeaveBehindAsync(Guid id, int attempts, int leaseSeconds) => api.ScalarAsync<long>(
        $$"""
        with left_behind as (
            insert into decisioning.backtest (requested_at, started_at, id, lease_owner, lease_until, attempts, state, requested_by, request_hash, request)
            values (now(), now(), '{{id}}', '018f4e2a-9000-7000-8000-00000000dead', now() + interval '{{leaseSeconds}} seconds', {{attempts}}, 'running', 'tests', '\x00',
                '{ "rules": "built-in", "model": "none", "from": "2026-02-01T00:00:00+00:00", "to": "2026-02-02T00:00:00+00:00" }')
            returning 1)
        select count(*) from left_behind
        """);
}
