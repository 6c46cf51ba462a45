using System.Net;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class TransactionsApiTests(ApiFixture api)
{
    [Fact]
    public async Task Transaction_when_submitted_by_id_does_say_where_to_look()
    {
        var answer = await api.PostAsync("/v1/transactions", Body("018f4e2a-0000-7000-8000-000000000001"));

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal("/v1/transactions/018f4e2a-0000-7000-8000-000000000001", answer.Header("Location"));
        Assert.Equal("submitted", answer.Json.GetProperty("state").GetString());
        var found = (await api.GetAsync(answer.Header("Location")!)).Json;
        Assert.Equal("alice", found.GetProperty("sourceAccountId").GetString());
        Assert.Equal("submitted", found.GetProperty("timeline")[0].GetProperty("what").GetString());
    }

    [Fact]
    public async Task Transaction_when_nobody_submitted_it_does_not_exist() =>
        Assert.Equal("transaction_not_found", (await api.GetAsync("/v1/transactions/018f4e2a-0000-7000-8000-0000000000fe")).Problem);

    [Fact]
    public async Task Transaction_when_submitted_by_key_alone_does_get_an_id_that_follows_from_it()
    {
        var first = await api.PostAsync("/v1/transactions", Body(id: null), "derived");
        var again = await api.PostAsync("/v1/transactions", Body(id: null), "derived");

        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        Assert.Equal((first.Status, first.Text, first.Header("Location")), (again.Status, again.Text, again.Header("Location")));
        Assert.Equal("true", again.Header("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Transaction_when_the_key_comes_with_another_body_does_conflict()
    {
        await api.PostAsync("/v1/transactions", Body(id: null), "reused");
        var other = await api.PostAsync("/v1/transactions", Body(id: null, amount: "2"), "reused");

        Assert.Equal((HttpStatusCode.Conflict, "idempotency_key_reused"), (other.Status, other.Problem));
    }

    [Fact]
    public async Task Transaction_when_its_id_comes_with_another_body_does_conflict()
    {
        const string id = "018f4e2a-0000-7000-8000-000000000002";
        await api.PostAsync("/v1/transactions", Body(id));

        Assert.Equal("transaction_exists", (await api.PostAsync("/v1/transactions", Body(id, amount: "2"))).Problem);
        Assert.Equal("transaction_exists", (await api.PostAsync("/v1/transactions", Body(id, amount: "2"), "a-new-key")).Problem);
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync("/v1/transactions", Body(id), "another-new-key")).Status);
    }

    [Fact]
    public async Task Transaction_when_the_same_key_comes_many_times_at_once_does_take_effect_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => api.PostAsync("/v1/transactions", Body(id: null), "at-once")));

        Assert.All(answers, a => Assert.Equal((HttpStatusCode.Accepted, answers[0].Text), (a.Status, a.Text)));
        Assert.Equal(39, answers.Count(a => a.Header("Idempotency-Replayed") == "true"));
        Assert.Equal(1, await api.ScalarAsync<long>("select count(*) from api.submission where idempotency_key = 'at-once'"));
    }

    [Fact]
    public async Task Transaction_when_different_bodies_race_for_a_key_does_let_one_win()
    {
        var answers = await Task.WhenAll(Enumerable.Range(1, 40).Select(amount => api.PostAsync("/v1/transactions", Body(id: null, $"{amount}"), "race")));

        Assert.Single(answers, a => a.Status == HttpStatusCode.Accepted);
        Assert.Equal(39, answers.Count(a => a.Problem == "idempotency_key_reused"));
    }

    [Theory]
    [InlineData("", "not_json", 400)]
    [InlineData("hello", "not_json", 400)]
    [InlineData("{", "not_json", 400)]
    [InlineData("{}{}", "not_json", 400)]
    [InlineData("\"text\"", "wrong_shape", 400)]
    [InlineData("null", "wrong_shape", 400)]
    [InlineData("[]", "wrong_shape", 400)]
    [InlineData("{}", "wrong_shape", 400)]
    public async Task Transaction_when_the_body_is_no_object_of_its_kind_does_say_so(string body, string problem, int status)
    {
        var answer = await api.PostAsync("/v1/transactions", body, "bad-body");

        Assert.Equal((status, problem), ((int)answer.Status, answer.Problem));
    }

    [Theory]
    [InlineData("amountMinor", "\"5\"")]
    [InlineData("amountMinor", "5.5")]
    [InlineData("amountMinor", "1e40")]
    [InlineData("kind", "\"loan\"")]
    [InlineData("kind", "7")]
    [InlineData("transactionId", "\"not-a-uuid\"")]
    [InlineData("occurredAt", "\"yesterday\"")]
    [InlineData("sourceAccountId", "{}")]
    [InlineData("metadata", "[]")]
    public async Task Transaction_when_a_field_has_another_type_does_name_it(string field, string value)
    {
        var answer = await api.PostAsync("/v1/transactions", With(field, value), "wrong-type");

        Assert.Equal((HttpStatusCode.BadRequest, "wrong_shape"), (answer.Status, answer.Problem));
        Assert.Equal([$"wrong_type {field}"], answer.Errors);
    }

    [Theory]
    [InlineData("sourceAccountId")]
    [InlineData("destinationAccountId")]
    [InlineData("amountMinor")]
    [InlineData("currency")]
    [InlineData("kind")]
    public async Task Transaction_when_a_field_is_missing_or_null_does_name_it(string field)
    {
        Assert.Equal([$"missing_field {field}"], (await api.PostAsync("/v1/transactions", With(field, null), "missing")).Errors);
        Assert.Equal([$"missing_field {field}"], (await api.PostAsync("/v1/transactions", With(field, "null"), "missing")).Errors);
    }

    [Theory]
    [InlineData("amountMinor", "0", "amount_out_of_range")]
    [InlineData("amountMinor", "-1", "amount_out_of_range")]
    [InlineData("amountMinor", "1000000000000001", "amount_out_of_range")]
    [InlineData("currency", "\"DEM\"", "unknown_currency")]
    [InlineData("destinationAccountId", "\"alice\"", "same_account")]
    [InlineData("sourceAccountId", "\"clearing:EUR:1\"", "invalid_account_id")]
    [InlineData("ipAddress", "\"not an address\"", "invalid_ip_address")]
    [InlineData("latitude", "90.5", "degrees_out_of_range")]
    [InlineData("occurredAt", "\"0001-01-01T00:00:00Z\"", "time_out_of_range")]
    [InlineData("channel", "\"a\\u0000b\"", "control_characters")]
    public async Task Transaction_when_a_value_is_not_acceptable_does_name_it(string field, string value, string code)
    {
        var answer = await api.PostAsync("/v1/transactions", With(field, value), "not-acceptable");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid"), (answer.Status, answer.Problem));
        Assert.Equal([$"{code} {field}"], answer.Errors);
    }

    [Fact]
    public async Task Transaction_when_it_has_neither_id_nor_key_does_ask_for_one()
    {
        Assert.Equal(["missing_field transactionId"], (await api.PostAsync("/v1/transactions", Body(id: null))).Errors);
        Assert.Equal(["missing_id transactionId"], (await api.PostAsync("/v1/transactions", Body($"{Guid.Empty}"))).Errors);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("")]
    public async Task Transaction_when_the_key_is_malformed_does_say_so(string key)
    {
        Assert.Contains("invalid_idempotency_key Idempotency-Key", (await api.PostAsync("/v1/transactions", Body(id: null), key)).Errors);
        Assert.Contains("invalid_idempotency_key Idempotency-Key", (await api.PostAsync("/v1/transactions", Body(id: null), new string('k', 256))).Errors);
    }

    [Fact]
    public async Task Transaction_when_the_body_is_huge_does_refuse_it()
    {
        var answer = await api.PostAsync("/v1/transactions", With("channel", $"\"{new string('x', 70_000)}\""), "huge");

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "body_too_large"), (answer.Status, answer.Problem));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData(null)]
    public async Task Transaction_when_the_media_type_is_another_does_refuse_it(string? mediaType)
    {
        var answer = await api.PostAsync("/v1/transactions", Body(id: null), "media", mediaType);

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported_media_type"), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task Cancellation_when_the_transaction_is_unknown_does_not_exist()
    {
        Assert.Equal("transaction_not_found", (await api.PostAsync("/v1/transactions/018f4e2a-0000-7000-8000-0000000000ff/cancel", "{}")).Problem);
        Assert.Equal("not_found", (await api.PostAsync("/v1/transactions/not-a-uuid/cancel", "{}")).Problem);
    }

    [Fact]
    public async Task Cancellation_when_the_transaction_came_over_Kafka_is_accepted_while_it_waits_and_refused_once_it_has_ended()
    {
        await api.OpenAsync("cancel-payer", 10_000_000);
        await api.OpenAsync("cancel-payee", 0);
        var held = new Guid("018f4e2a-3000-7000-8000-000000000001");
        await api.PublishAsync(
            new TransactionSubmitted(held, "cancel-payer", "cancel-payee", 5_000_000, "EUR", TransactionKind.CashOut, TimeProvider.System.GetUtcNow()), held);
        await Eventually.HoldsAsync("it is held", async () =>
            (await api.GetAsync($"/v1/transactions/{held}")).Json.TryGetProperty("state", out var state) && state.GetString() == "held");

        var accepted = await api.PostAsync($"/v1/transactions/{held}/cancel", """{ "reason": "ordered twice" }""");

        Assert.Equal(HttpStatusCode.Accepted, accepted.Status);
        var ended = await api.EndedAsync(held);
        Assert.Equal("voided", ended.GetProperty("state").GetString());
        Assert.Contains("ordered twice", ended.GetProperty("timeline").EnumerateArray().Select(e => e.TryGetProperty("why", out var why) ? why.GetString() : null));
        var again = await api.PostAsync($"/v1/transactions/{held}/cancel", body: null);
        Assert.Equal((HttpStatusCode.Accepted, accepted.Text), (again.Status, again.Text));

        var completed = new Guid("018f4e2a-3000-7000-8000-000000000002");
        await api.PublishAsync(
            new TransactionSubmitted(completed, "cancel-payer", "cancel-payee", 100, "EUR", TransactionKind.Transfer, TimeProvider.System.GetUtcNow()), completed);
        Assert.Equal("completed", (await api.EndedAsync(completed)).GetProperty("state").GetString());
        var late = await api.PostAsync($"/v1/transactions/{completed}/cancel", body: null);
        Assert.Equal((HttpStatusCode.Conflict, "transaction_ended"), (late.Status, late.Problem));
        Assert.Contains("completed", late.Json.GetProperty("detail").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_when_filtered_does_page_through_what_matches()
    {
        await api.OpenAsync("list-payer", 1_000);
        await api.OpenAsync("list-payee", 0);
        var ids = Enumerable.Range(0, 5).Select(i => new Guid($"018f4e2a-4000-7000-8000-{i:x12}")).ToList();
        foreach (var id in ids)
        {
            await api.PostAsync("/v1/transactions", Body($"{id}").Replace("alice", "list-payer", StringComparison.Ordinal).Replace("bob", "list-payee", StringComparison.Ordinal));
            await api.EndedAsync(id);
        }

        var found = new List<string>();
        var next = "";
        do
        {
            var page = (await api.GetAsync($"/v1/transactions?account=list-payee&state=completed&limit=2{next}")).Json;
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("transactionId").GetString()!));
            next = page.TryGetProperty("next", out var after) ? $"&after={after.GetString()}" : null;
        }
        while (next is not null);

        Assert.Equal(ids.Select(id => $"{id}"), found);
        Assert.Empty((await api.GetAsync("/v1/transactions?account=list-payer&state=held")).Json.GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("state=vanished", "unknown_state state")]
    [InlineData("account=clearing:EUR:1", "invalid_account_id account")]
    [InlineData("limit=0", "out_of_range limit")]
    [InlineData("limit=501", "out_of_range limit")]
    public async Task List_when_asked_for_what_cannot_be_does_say_so(string query, string error) =>
        Assert.Equal([error], (await api.GetAsync($"/v1/transactions?{query}")).Errors);

    [Fact]
    public async Task List_when_after_is_no_id_does_say_so() =>
        Assert.Equal("bad_request", (await api.GetAsync("/v1/transactions?after=yesterday")).Problem);

    static string Body(string? id, string amount = "1") =>
        $$"""{ {{(id is null ? "" : $"\"transactionId\": \"{id}\", ")}}"sourceAccountId": "alice", "destinationAccountId": "bob", "amountMinor": {{amount}}, "currency": "EUR", "kind": "transfer" }""";

    // A good body with one field replaced, or left out.
    static string With(string field, string? value)
    {
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["sourceAccountId"] = "\"alice\"",
            ["destinationAccountId"] = "\"bob\"",
            ["amountMinor"] = "1",
            ["currency"] = "\"EUR\"",
            ["kind"] = "\"transfer\"",
            [field] = value,
        };
        return $"{{{string.Join(", ", fields.Where(f => f.Value is not null).Select(f => $"\"{f.Key}\": {f.Value}"))}}}";
    }
}
