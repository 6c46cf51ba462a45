using System.Net;
using System.Text.Json;
using Orchestrator.Tests.Decisioning.Records;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Api;

/// <summary>Labels over HTTP, through Kafka, to the decision that they are about.</summary>
[Collection(ApiCollection.Name)]
public sealed class LabelsApiTests(ApiFixture api)
{
    static int _lastId;

    [Fact]
    public async Task Label_when_it_is_given_again_or_at_once_is_one_and_shows_with_the_decision()
    {
        var id = await DecidedAsync();
        var body = Label(id, NextId(), "chargeback");

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => api.PostAsync("/v1/labels", body)));
        var other = await api.PostAsync("/v1/labels", body.Replace("true", "false", StringComparison.Ordinal));

        Assert.All(answers, a => Assert.Equal((HttpStatusCode.Accepted, answers[0].Text, $"/v1/decisions/{id}"), (a.Status, a.Text, a.Header("Location"))));
        Assert.Equal(9, answers.Count(a => a.Header("Idempotency-Replayed") == "true"));
        Assert.Equal((HttpStatusCode.Conflict, "label_exists"), (other.Status, other.Problem));
        var label = Assert.Single(await LabelsAsync(id, 1));
        Assert.Equal(("chargeback", true, "10.4"), (label.GetProperty("source").GetString(), label.GetProperty("isFraud").GetBoolean(), label.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Label_when_given_by_key_alone_gets_an_id_that_follows_from_it()
    {
        var id = await DecidedAsync();
        var body = Label(id, labelId: null, "customer");

        var first = await api.PostAsync("/v1/labels", body, $"label-{id}");
        var again = await api.PostAsync("/v1/labels", body, $"label-{id}");

        Assert.Equal((HttpStatusCode.Accepted, first.Text), (again.Status, again.Text));
        Assert.Equal("idempotency_key_reused", (await api.PostAsync("/v1/labels", Label(id, labelId: null, "analyst"), $"label-{id}")).Problem);
        Assert.Equal(["missing_field labelId"], (await api.PostAsync("/v1/labels", body)).Errors);
        await LabelsAsync(id, 1);
    }

    [Fact]
    public async Task Labels_when_several_are_given_do_count_by_their_time()
    {
        var id = await DecidedAsync();
        await api.PostAsync("/v1/labels", Label(id, NextId(), "customer", "2026-05-01T00:00:00Z"));
        await api.PostAsync("/v1/labels", Label(id, NextId(), "analyst", "2026-07-01T00:00:00Z"));
        await api.PostAsync("/v1/labels", Label(id, NextId(), "chargeback", "2026-06-01T00:00:00Z"));

        Assert.Equal(["analyst", "chargeback", "customer"], (await LabelsAsync(id, 3)).Select(l => l.GetProperty("source").GetString()));
    }

    [Fact]
    public async Task Label_when_the_transaction_was_only_just_submitted_is_taken()
    {
        var id = NextId();
        await api.PostAsync(
            "/v1/transactions",
            $$"""{ "transactionId": "{{id}}", "sourceAccountId": "hasty", "destinationAccountId": "shop", "amountMinor": 1, "currency": "EUR", "kind": "transfer" }""");

        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync("/v1/labels", Label(id, NextId(), "case"))).Status);
        await LabelsAsync(id, 1);
    }

    [Fact]
    public async Task Bulk_when_some_are_wrong_takes_the_others_and_says_so_for_each()
    {
        var (id, labelId) = (await DecidedAsync(), NextId());
        var bulk =
            $$"""
            { "labels": [ {{Label(id, labelId, "chargeback")}}, {{Label(NextId(), NextId(), "chargeback")}}, {{Label(id, labelId: null, "chargeback")}},
              {{Label(id, labelId, "customer")}}, {{Label(id, NextId(), "case", "2190-01-01T00:00:00Z")}} ] }
            """;

        var first = (await api.PostAsync("/v1/labels/bulk", bulk)).Json;
        var again = (await api.PostAsync("/v1/labels/bulk", bulk)).Json;
        var keyed = (await api.PostAsync("/v1/labels/bulk", bulk, $"bulk-{id}")).Json;
        var keyedAgain = (await api.PostAsync("/v1/labels/bulk", bulk, $"bulk-{id}")).Json;

        Assert.Equal(["accepted", "unknown_transaction", "invalid", "exists", "invalid"], Outcomes(first));
        Assert.Equal(["repeated", "unknown_transaction", "invalid", "exists", "invalid"], Outcomes(again));
        Assert.Equal(["repeated", "unknown_transaction", "accepted", "exists", "invalid"], Outcomes(keyed));
        Assert.Equal(["repeated", "unknown_transaction", "repeated", "exists", "invalid"], Outcomes(keyedAgain));
        Assert.Equal(1, first.GetProperty("accepted").GetInt32());
        Assert.Equal("time_in_future", first.GetProperty("items")[4].GetProperty("errors")[0].GetProperty("code").GetString());
        await LabelsAsync(id, 2);
    }

    [Fact]
    public async Task Bulk_when_it_has_500_labels_with_long_reasons_is_taken_and_one_more_is_not()
    {
        var id = await DecidedAsync();
        string Bulk(int count) => $$"""{ "labels": [ {{string.Join(", ", Enumerable.Range(0, count).Select(_ =>
            Label(id, NextId(), "analyst").Replace("10.4", new string('r', 400), StringComparison.Ordinal)))}} ] }""";

        var full = await api.PostAsync("/v1/labels/bulk", Bulk(500));

        Assert.Equal(500, full.Json.GetProperty("accepted").GetInt32());
        Assert.Equal(["count_out_of_range labels"], (await api.PostAsync("/v1/labels/bulk", Bulk(501))).Errors);
        Assert.Equal(["count_out_of_range labels"], (await api.PostAsync("/v1/labels/bulk", """{ "labels": [] }""")).Errors);
        Assert.Equal(["missing_field labels"], (await api.PostAsync("/v1/labels/bulk", """{ "labels": [ null ] }""")).Errors);
        Assert.Equal("body_too_large", (await api.PostAsync("/v1/labels/bulk", Bulk(900))).Problem);
        await Eventually.HoldsAsync("all are stored", async () => await api.ScalarAsync<long>($"select count(*) from decisioning.label where transaction_id = '{id}'") == 500);
        await LabelsAsync(id, 100);
    }

    [Theory]
    [InlineData("""{ "transactionId": "018f4e2a-0000-7000-8000-0000000000fe", "isFraud": true, "source": "chargeback" }""", "transaction_not_found", "")]
    [InlineData("""{ "transactionId": "018f4e2a-0000-7000-8000-0000000000fe", "isFraud": true, "source": "rumour" }""", "wrong_shape", "wrong_type source")]
    [InlineData("""{ "transactionId": "018f4e2a-0000-7000-8000-0000000000fe", "source": "case" }""", "wrong_shape", "missing_field isFraud")]
    [InlineData("""{ "transactionId": 1, "isFraud": true, "source": "case" }""", "wrong_shape", "wrong_type transactionId")]
    public async Task Label_when_it_cannot_be_taken_gets_a_problem(string body, string problem, string error)
    {
        var answer = await api.PostAsync("/v1/labels", body, "refused-label");

        Assert.Equal(problem, answer.Problem);
        Assert.Equal(error, string.Join(", ", answer.Errors));
    }

    static Guid NextId() => new($"018f4e2a-5000-7000-8000-{Interlocked.Increment(ref _lastId):x12}");

    static string Label(Guid transactionId, Guid? labelId, string source, string at = "2026-05-05T12:00:00Z") =>
        $$"""
        { {{(labelId is null ? "" : $"\"labelId\": \"{labelId}\", ")}}"transactionId": "{{transactionId}}", "isFraud": true, "source": "{{source}}", "labelledAt": "{{at}}", "reason": "10.4" }
        """;

    static IEnumerable<string?> Outcomes(JsonElement result) => result.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("outcome").GetString());

    async Task<Guid> DecidedAsync()
    {
        var id = NextId();
        await api.PublishAsync(Decisions.Plain(id, $"labelled-{id:N}", at: Noon), id);
        await Eventually.HoldsAsync("it is stored", async () => (await api.GetAsync($"/v1/decisions/{id}")).Status == HttpStatusCode.OK);
        return id;
    }

    async Task<List<JsonElement>> LabelsAsync(Guid id, int count)
    {
        var labels = new List<JsonElement>();
        await Eventually.HoldsAsync($"{count} labels of {id} are stored", async () =>
        {
            var decision = await api.GetAsync($"/v1/decisions/{id}");
            labels = decision.Status == HttpStatusCode.OK ? [.. decision.Json.GetProperty("labels").EnumerateArray()] : [];
            return labels.Count == count;
        });
        return labels;
    }
}
