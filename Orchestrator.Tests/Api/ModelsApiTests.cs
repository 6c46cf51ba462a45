using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Security;
using Orchestrator.Cli.Models;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Models.Onnx;
using Orchestrator.Tests.Decisioning.Models;
using Orchestrator.Tests.Decisioning.Records;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>Models over HTTP, and by the command line that calls it.</summary>
[Collection(ApiCollection.Name)]
public sealed class ModelsApiTests(ApiFixture api)
{
    const string Why = """{ "reason": "tests" }""";

    static readonly DateTimeOffset Day = new(2026, 2, 3, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Model_when_it_goes_live_needs_another_pair_of_eyes_and_can_be_rolled_back()
    {
        // While it is live it decides nothing about the transactions of other tests.
        var file = TreeModelFormat.Write(SmallModels.Stump("api-life") with { Thresholds = new(DecisionThresholds.Never, DecisionThresholds.Never) });
        var created = await UploadAsync(file, "ann");
        var again = await UploadAsync(file, "ann");
        var version = created.Json.GetProperty("version").GetString()!;
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK, "true"), (created.Status, again.Status, again.Header("Idempotency-Replayed")));
        Assert.Equal(("\"1\"", $"/v1/models/{version}", created.Text), (created.Header("ETag"), created.Header("Location"), again.Text));
        Assert.Equal(("draft", "amount", DecisionThresholds.Never), (
            created.Json.GetProperty("state").GetString(), created.Json.GetProperty("inputs")[0].GetString(), created.Json.GetProperty("thresholds").GetProperty("decline").GetDouble()));

        Assert.Equal("model_state", (await PostAsync($"/v1/models/{version}/activate", Why, "ben")).Problem);
        Assert.Equal("model_changed", (await PostAsync($"/v1/models/{version}/shadow", Why, "ann", "\"7\"")).Problem);
        var shadow = await PostAsync($"/v1/models/{version}/shadow", Why, "ann", "\"1\"");
        Assert.Equal((HttpStatusCode.OK, "\"2\"", "shadow"), (shadow.Status, shadow.Header("ETag"), shadow.Json.GetProperty("state").GetString()));
        var refused = await PostAsync($"/v1/models/{version}/activate", Why, "ANN");
        Assert.Equal((HttpStatusCode.Forbidden, "four_eyes"), (refused.Status, refused.Problem));
        Assert.Equal("retired", (await PostAsync($"/v1/models/{version}/retire", Why, "ann")).Json.GetProperty("state").GetString());
        await PostAsync($"/v1/models/{version}/shadow", Why, "ann");
        Assert.Equal("live", (await PostAsync($"/v1/models/{version}/activate", Why, "ben")).Json.GetProperty("state").GetString());
        Assert.Equal("true", (await PostAsync($"/v1/models/{version}/activate", Why, "ben")).Header("Idempotency-Replayed"));
        Assert.Equal("retired", (await PostAsync($"/v1/models/{version}/rollback", Why, "ann")).Json.GetProperty("state").GetString());

        var view = (await api.GetAsync($"/v1/models/{version}")).Json;
        Assert.Equal(
            ["create ann", "shadow ann", "retire ann", "shadow ann", "activate ben", "roll_back ann"],
            view.GetProperty("log").EnumerateArray().Select(e => $"{e.GetProperty("action").GetString()} {e.GetProperty("actor").GetString()}"));
        Assert.Equal(file, await api.Http.GetByteArrayAsync($"/v1/models/{version}/content"));
        Assert.Contains(version, (await api.GetAsync("/v1/models?limit=200")).Json.GetProperty("items").EnumerateArray().Select(r => r.GetProperty("version").GetString()));
    }

    [Fact]
    public async Task Onnx_model_when_its_graph_stands_beside_its_manifest_is_uploaded_by_the_command_line()
    {
        var folder = Directory.CreateTempSubdirectory("orchestrator-onnx-").FullName;
        try
        {
            var model = OnnxGraph.Model("api-onnx", ["amount"], [0.01f], -2, new OnnxExample([200], 0.5));
            await File.WriteAllBytesAsync(Path.Combine(folder, "graph.onnx"), model.Onnx);
            var manifest = JsonNode.Parse(OnnxModelFormat.Write(model))!;
            manifest["model"]!.AsObject().Remove("onnx");
            manifest["model"]!["onnxFile"] = "graph.onnx";
            await File.WriteAllTextAsync(Path.Combine(folder, "manifest.json"), manifest.ToJsonString());
            using var models = new ModelsApi(api.Access("cli-test"));

            var uploaded = await models.UploadAsync(ModelFiles.Read(Path.Combine(folder, "manifest.json")), "tests", default);

            Assert.Equal("draft", uploaded.State);
            var view = await models.FindAsync(uploaded.Version, default);
            Assert.Equal(("orchestrator-onnx", "cli-test"), (view.GetProperty("format").GetString(), view.GetProperty("author").GetString()));
            Assert.Equal("shadow", (await models.ChangeAsync(uploaded.Version, "shadow", "tests", default)).State);
            Assert.Equal("refused_403", (await Assert.ThrowsAsync<CommandException>(() => models.ChangeAsync(uploaded.Version, "activate", "tests", default))).Code);
            await models.ChangeAsync(uploaded.Version, "retire", "tests", default);
            Assert.Contains((await models.ListAsync(null, 200, default)).Items, m => m.Version == uploaded.Version);
            Assert.Equal(SmallModels.Read(await models.DownloadAsync(uploaded.Version, default)).Model.Version, uploaded.Version);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Comparison_when_decisions_have_shadows_and_labels_says_who_caught_what()
    {
        for (var n = 1; n <= 4; n++)
        {
            var decision = Decisions.Plain(Id(n), "compared", outcome: n <= 2 ? FraudOutcome.Decline : FraudOutcome.Approve, at: Day.AddSeconds(n)) with
            {
                ModelVersion = "trees-live",
                Shadow = new ShadowDecision(n <= 3 ? FraudOutcome.Review : FraudOutcome.Approve, 700, "basic-1+trees-new"),
                Transaction = Decisioning.Transactions.Of(1_000 * n, source: "compared") with { TransactionId = Id(n) },
            };
            await api.PublishAsync(decision, Id(n));
        }
        await Eventually.HoldsAsync("all are stored", async () => (await CompareAsync("")).GetProperty("looked").GetInt64() == 4);
        for (var n = 2; n <= 3; n++)
            await api.PublishAsync(Decisions.Label(Id(10 + n), Id(n), isFraud: n == 3) with { SourceAccountId = "compared" }, Id(10 + n));
        await Eventually.HoldsAsync("both labels are stored", async () => Pair(await CompareAsync("")).GetProperty("labelled").GetInt64() == 2);

        var pair = Pair(await CompareAsync(""));
        Assert.Equal(("trees-live", "basic-1+trees-new", 4, 1), (
            pair.GetProperty("model").GetString(), pair.GetProperty("shadow").GetString(), pair.GetProperty("decisions").GetInt32(), pair.GetProperty("same").GetInt32()));
        Assert.Equal(
            ["approve approve 1", "approve review 1", "decline review 2"],
            pair.GetProperty("outcomes").EnumerateArray().Select(o => $"{o.GetProperty("decided").GetString()} {o.GetProperty("wouldBe").GetString()} {o.GetProperty("decisions").GetInt32()}"));
        Assert.Equal((0.0, 0.5, 1.0), (
            pair.GetProperty("live").GetProperty("stopped").GetProperty("recall").GetDouble(), pair.GetProperty("onTrial").GetProperty("stopped").GetProperty("precision").GetDouble(),
            pair.GetProperty("onTrial").GetProperty("stopped").GetProperty("recall").GetDouble()));
        Assert.Equal(
            """[{"currency":"EUR","fraudMinor":3000,"stoppedMinor":3000,"declinedMinor":0,"stoppedGenuineMinor":2000}]""",
            pair.GetProperty("onTrial").GetProperty("amounts").GetRawText());
        Assert.Equal(4, Pair(await CompareAsync("&assumeGenuine=true")).GetProperty("labelled").GetInt32());
    }

    [Theory]
    [InlineData("""{ "format": "orchestrator-trees", "version": 1, "model": { "name": "x", "schemaHash": "0" } }""", "ann", "model_invalid", "other_schema model.schemaHash")]
    [InlineData("{", "ann", "model_invalid", "not_json $")]
    [InlineData("", "ann", "model_invalid", "out_of_range $")]
    [InlineData("{}", "ann", "model_invalid", "unknown_format format")]
    public async Task File_when_it_is_no_model_is_refused_by_name(string body, string? actor, string problem, string error)
    {
        var answer = await UploadAsync(Encoding.UTF8.GetBytes(body), actor);

        Assert.Equal((problem, error), (answer.Problem, Assert.Single(answer.Errors)));
    }

    [Fact]
    public async Task Upload_when_it_has_no_reason_another_type_or_too_many_bytes_is_refused()
    {
        Assert.Equal(["missing_field reason"], (await UploadAsync([], "ann", reason: "")).Errors);
        Assert.Equal("unsupported_media_type", (await UploadAsync([], "ann", mediaType: "text/csv")).Problem);
        using var request = Request(new byte[1], "tests", "application/json");
        request.Content!.Headers.ContentLength = (64L << 20) + 1;
        using var client = api.As("ann", Roles.Analyst);
        // The server answers before it has read what was never sent; the client may see that or the end of the connection.
        var answer = await Record.ExceptionAsync(async () => Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.SendAsync(request)).StatusCode));
        Assert.True(answer is null or HttpRequestException, $"{answer}");
    }

    [Fact]
    public async Task Example_when_it_is_uploaded_as_it_stands_is_taken()
    {
        var document = (await api.GetAsync("/swagger/v1/swagger.json")).Json;
        var example = document.GetProperty("components").GetProperty("schemas").GetProperty("ModelFileBody").GetProperty("example").GetRawText();

        Assert.Equal(HttpStatusCode.Created, (await UploadAsync(Encoding.UTF8.GetBytes(example), "ann")).Status);
    }

    [Theory]
    [InlineData("/v1/models/nothing", "model_not_found")]
    [InlineData("/v1/models/nothing/content", "model_not_found")]
    [InlineData("/v1/models?limit=0", "invalid")]
    [InlineData("/v1/models/comparison?from=yesterday", "invalid")]
    [InlineData("/v1/models/comparison?from=2026-02-01&to=2026-02-01", "invalid")]
    [InlineData("/v1/models/comparison?from=2025-02-01&to=2026-02-01", "invalid")]
    public async Task Request_when_it_cannot_be_served_gets_a_problem(string path, string problem) => Assert.Equal(problem, (await api.GetAsync(path)).Problem);

    [Theory]
    [InlineData("/v1/models/nothing/shadow", "ann", null, "model_not_found")]
    [InlineData("/v1/models/nothing/rollback", "ann", null, "model_not_found")]
    [InlineData("/v1/models/nothing/activate", "ann", "W/\"1\"", "invalid")]
    public async Task Change_when_it_cannot_be_made_is_refused_by_name(string path, string? actor, string? ifMatch, string problem) =>
        Assert.Equal(problem, (await PostAsync(path, Why, actor, ifMatch)).Problem);

    static Guid Id(int n) => new($"018f4e2a-6000-7000-9000-{n:x12}");

    static JsonElement Pair(JsonElement comparison) => Assert.Single(comparison.GetProperty("pairs").EnumerateArray());

    async Task<JsonElement> CompareAsync(string more) => (await api.GetAsync($"/v1/models/comparison?from=2026-02-03&to=2026-02-04{more}")).Json;

    async Task<Answer> UploadAsync(byte[] file, string? actor, string reason = "tests", string mediaType = "application/json")
    {
        using var request = Request(file, reason, mediaType);
        return await api.SendAsync(request, actor);
    }

    static HttpRequestMessage Request(byte[] file, string reason, string mediaType)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/models?reason={reason}")
        {
            Content = new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
        };
        return request;
    }

    async Task<Answer> PostAsync(string path, string body, string? actor = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await api.SendAsync(request, actor);
    }
}
