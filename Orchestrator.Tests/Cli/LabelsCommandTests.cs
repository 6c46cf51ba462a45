using Orchestrator.Cli.Labels;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Decisioning.Records;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Cli;

/// <summary><c>orchestrator labels publish</c>, against a running service.</summary>
[Collection(ApiCollection.Name)]
public sealed class LabelsCommandTests(ApiFixture api)
{
    static readonly Guid Known = new("018f4e2a-6000-7000-8000-000000000001");

    [Fact]
    public async Task File_when_it_is_given_twice_labels_once_and_names_what_was_skipped()
    {
        await api.PublishAsync(Decisions.Plain(Known, "cli-labelled", at: Noon), Known);
        await Eventually.HoldsAsync("it is stored", async () => (await api.GetAsync($"/v1/decisions/{Known}")).Status == System.Net.HttpStatusCode.OK);
        var file =
            $"""
            transactionId,fraud,scenario,labelledAt
            {Known},1,2,2026-05-01
            018f4e2a-6000-7000-8000-0000000000ff,0,0,2026-05-01
            {Known},yes,0,2026-05-01
            first,1,0,2026-05-01
            """;
        using var labels = new LabelsApi(api.Access("cli-test"));

        var first = await labels.PublishAsync(LabelFiles.ReadCsv(new StringReader(file), LabelSource.Customer), 10, CancellationToken.None);
        var again = await labels.PublishAsync(LabelFiles.ReadCsv(new StringReader(file), LabelSource.Customer), 10, CancellationToken.None);

        Assert.Equal((4L, 1L, 0L, 3L), (first.Rows, first.Accepted, first.Repeated, first.Skipped));
        Assert.Equal((4L, 0L, 1L, 3L), (again.Rows, again.Accepted, again.Repeated, again.Skipped));
        Assert.Equal(["invalid_id 5", "invalid_label 4", "unknown_transaction 3"], first.FirstErrors.Select(e => $"{e.Code} {e.Line}").Order(StringComparer.Ordinal));
        Assert.Equal("customer", (await LabelAsync()).GetProperty("source").GetString());
    }

    [Fact]
    public void Json_lines_when_read_give_labels_with_ids_that_follow_from_them_and_name_what_is_wrong()
    {
        var rows = LabelFiles.ReadJson(new StringReader(
            $$"""
            { "transactionId": "{{Known}}", "isFraud": true, "source": "case" }

            { "transactionId": "{{Known}}", "isFraud": true, "source": "case" }
            { "transactionId": "{{Known}}", "isFraud": false, "source": "case" }
            { "transactionId": "{{Known}}", "isFraud": true, "source": "rumour" }
            { "transactionId": "{{Known}}", "isFraud": true }
            {
            null
            """)).ToList();

        Assert.Equal(rows[0].Label!.LabelId, rows[1].Label!.LabelId);
        Assert.NotEqual(rows[0].Label!.LabelId, rows[2].Label!.LabelId);
        Assert.Equal(["wrong_shape", "wrong_shape", "not_json", "wrong_shape"], rows.Skip(3).Select(r => r.Error!.Code));
        Assert.Equal([1L, 3, 4, 5, 6, 7, 8], rows.Select(r => r.Line));
    }

    async Task<System.Text.Json.JsonElement> LabelAsync()
    {
        var labels = default(System.Text.Json.JsonElement);
        await Eventually.HoldsAsync("the label is stored", async () =>
        {
            labels = (await api.GetAsync($"/v1/decisions/{Known}")).Json.GetProperty("labels");
            return labels.GetArrayLength() == 1;
        });
        return labels[0];
    }
}
