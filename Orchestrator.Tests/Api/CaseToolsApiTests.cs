using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Api.Security;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Tests.Casework;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>What people have at hand for cases, over the whole service: many at once, files, links, webhooks, and lists that follow.</summary>
[Collection(ApiCollection.Name)]
public sealed class CaseToolsApiTests(ApiFixture api)
{
    [Fact]
    public async Task Cases_when_many_are_closed_at_once_are_each_closed_or_refused()
    {
        var files = await OpenAsync(1, 3);
        using var http = api.As("sue-bulk", Roles.Supervisor);
        await ActAsync(http, $"/v1/cases/{files[1]}/assign", """{ "assignee": "somebody-else" }""");
        var ids = string.Join(", ", files.Append($"{new Guid("018f4e2a-a000-7000-8000-00000000ffff")}").Select(f => $"\"{f}\""));

        var assigned = await ActAsync(http, "/v1/cases/bulk", $$"""{ "action": "assign", "caseIds": ["{{files[0]}}", "{{files[2]}}"], "assignee": "sue-bulk" }""", "bulk-1");
        var closed = await ActAsync(http, "/v1/cases/bulk", $$"""{ "action": "close", "caseIds": [{{ids}}], "outcome": "inconclusive", "reason": "a known test" }""", "bulk-2");
        var again = await ActAsync(http, "/v1/cases/bulk", $$"""{ "action": "close", "caseIds": [{{ids}}], "outcome": "inconclusive", "reason": "a known test" }""", "bulk-2");

        Assert.Equal(2, assigned.Json.GetProperty("done").GetInt32());
        Assert.Equal((2, 2), (closed.Json.GetProperty("done").GetInt32(), closed.Json.GetProperty("refused").GetInt32()));
        Assert.Equal(
            [null, "case_not_yours", null, "case_not_found"],
            closed.Json.GetProperty("results").EnumerateArray().Select(r => r.TryGetProperty("refused", out var refused) ? refused.GetString() : null));
        Assert.Equal(
            [true, false, true, false], again.Json.GetProperty("results").EnumerateArray().Select(r => r.TryGetProperty("replayed", out var replayed) && replayed.GetBoolean()));
        Assert.Equal(["outcome_needs_approval outcome"], (await ActAsync(http, "/v1/cases/bulk", $$"""{ "action": "close", "caseIds": ["{{files[1]}}"], "outcome": "fraud", "reason": "x" }""")).Errors);
        Assert.Equal(["missing_field reason", "out_of_range caseIds", "unknown_action action"], (await ActAsync(http, "/v1/cases/bulk", """{ "action": "burn", "caseIds": [] }""")).Errors.Order());
    }

    [Fact]
    public async Task Claim_when_its_answer_was_lost_is_asked_again_and_gets_the_same()
    {
        await OpenAsync(10, 2, "case_tools_claim");
        using var http = api.As("clara-claims", Roles.CaseWorker);

        var first = await ActAsync(http, "/v1/cases/claim", """{ "queue": "general" }""", "claim-1");
        var again = await ActAsync(http, "/v1/cases/claim", """{ "queue": "general" }""", "claim-1");
        var other = await ActAsync(http, "/v1/cases/claim", """{ "queue": "operations" }""", "claim-1");

        Assert.Equal(first.Json.GetProperty("caseId").GetString(), again.Json.GetProperty("caseId").GetString());
        Assert.Equal((null, "true"), (first.Header("Idempotency-Replayed"), again.Header("Idempotency-Replayed")));
        Assert.Equal((HttpStatusCode.Conflict, "idempotency_key_reused"), (other.Status, other.Problem));
    }

    [Fact]
    public async Task Attachment_when_it_is_added_is_read_and_removed_over_http()
    {
        var file = (await OpenAsync(20, 1))[0];
        using var http = api.As("carl-files", Roles.CaseWorker);
        using var supervisor = api.As("sue-files", Roles.Supervisor);
        var pdf = Encoding.UTF8.GetBytes("%PDF-1.7 a proof");

        var raw = await AttachAsync(http, $"/v1/cases/{file}/attachments?name=proof.pdf", Content(pdf, "application/pdf"));
        using var form = new MultipartFormDataContent { { Content(Encoding.UTF8.GetBytes("a;b\n1;2\n"), "text/csv"), "file", "Liste ü.csv" } };
        var multipart = await AttachAsync(http, $"/v1/cases/{file}/attachments", form);
        var again = await AttachAsync(http, $"/v1/cases/{file}/attachments?name=proof.pdf", Content(pdf, "application/pdf"));
        var disguised = await AttachAsync(http, $"/v1/cases/{file}/attachments?name=proof.png", Content(pdf, "image/png"));
        var unknown = await AttachAsync(http, $"/v1/cases/{file}/attachments?name=page.html", Content(pdf, "text/html"));
        var large = await AttachAsync(http, $"/v1/cases/{file}/attachments?name=large.pdf", Content([.. pdf, .. new byte[10 << 20]], "application/pdf"));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.OK), (raw.Status, multipart.Status, again.Status));
        Assert.Equal(["content_mismatch content"], disguised.Errors);
        Assert.Equal(("unsupported_media_type", "body_too_large"), (unknown.Problem, large.Problem));
        var id = raw.Json.GetProperty("attachmentId").GetString();
        var hash = Convert.ToHexStringLower(SHA256.HashData(pdf));
        using var content = await http.GetAsync($"/v1/cases/{file}/attachments/{id}/content");
        Assert.Equal(pdf, await content.Content.ReadAsByteArrayAsync());
        Assert.Equal(($"\"{hash}\"", "attachment", "nosniff"), (content.Headers.ETag!.Tag, content.Content.Headers.ContentDisposition!.DispositionType, content.Headers.GetValues("X-Content-Type-Options").Single()));
        using var known = new HttpRequestMessage(HttpMethod.Get, $"/v1/cases/{file}/attachments/{id}/content") { Headers = { { "If-None-Match", $"\"{hash}\"" } } };
        Assert.Equal(HttpStatusCode.NotModified, (await http.SendAsync(known)).StatusCode);
        using var csv = await http.GetAsync($"/v1/cases/{file}/attachments/{multipart.Json.GetProperty("attachmentId").GetString()}/content");
        Assert.Equal("Liste ü.csv", csv.Content.Headers.ContentDisposition!.FileNameStar);

        Assert.Equal(["missing_field reason"], (await Answer.OfAsync(await supervisor.DeleteAsync($"/v1/cases/{file}/attachments/{id}"))).Errors);
        var removed = await Answer.OfAsync(await supervisor.DeleteAsync($"/v1/cases/{file}/attachments/{id}?reason=mistaken"));
        Assert.Equal(("sue-files", hash), (removed.Json.GetProperty("removedBy").GetString(), removed.Json.GetProperty("sha256").GetString()));
        Assert.Equal("attachment_not_found", (await Answer.OfAsync(await http.GetAsync($"/v1/cases/{file}/attachments/{id}/content"))).Problem);
        Assert.Equal(2, (await Answer.OfAsync(await http.GetAsync($"/v1/cases/{file}/attachments"))).Json.GetArrayLength());
        Assert.Equal("case_not_found", (await Answer.OfAsync(await http.GetAsync($"/v1/cases/{Guid.Empty}/attachments"))).Problem);
    }

    [Fact]
    public async Task Links_are_added_listed_and_removed_over_http()
    {
        var files = await OpenAsync(30, 2);
        using var http = api.As("lea-links", Roles.CaseWorker);

        var added = await ActAsync(http, $"/v1/cases/{files[0]}/links", $$"""{ "kind": "case", "target": "{{files[1].ToUpperInvariant()}}", "note": "the same device" }""");
        var again = await ActAsync(http, $"/v1/cases/{files[0]}/links", $$"""{ "kind": "case", "target": "{{files[1]}}" }""");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (added.Status, again.Status));
        Assert.Equal(["invalid_id target"], (await ActAsync(http, $"/v1/cases/{files[0]}/links", """{ "kind": "transaction", "target": "x" }""")).Errors);
        Assert.Equal(["unknown_case target"], (await ActAsync(http, $"/v1/cases/{files[0]}/links", $$"""{ "kind": "case", "target": "{{files[0]}}" }""")).Errors);
        var links = (await Answer.OfAsync(await http.GetAsync($"/v1/cases/{files[0]}/links"))).Json.EnumerateArray().ToList();
        Assert.Contains(links, l => l.GetProperty("source").GetString() == "person" && l.GetProperty("target").GetString() == files[1]);
        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync($"/v1/cases/{files[0]}/links/{added.Json.GetProperty("linkId").GetString()}?reason=mistaken")).StatusCode);
        Assert.Equal("link_not_found", (await Answer.OfAsync(await http.DeleteAsync($"/v1/cases/{files[0]}/links/{added.Json.GetProperty("linkId").GetString()}?reason=mistaken"))).Problem);
    }

    [Fact]
    public async Task Webhook_hears_of_a_case_within_seconds()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var http = api.As("olga-hooks", Roles.Operator);
        var made = await ActAsync(http, "/v1/webhooks", $$"""{ "url": "{{receiver.Url}}", "kinds": ["case.opened", "alert.raised"] }""");
        var webhook = made.Json.GetProperty("webhook").GetProperty("webhookId").GetString();

        var file = (await OpenAsync(40, 1))[0];

        await Eventually.HoldsAsync("the webhook has heard of the case", () => Task.FromResult(receiver.Messages.Any(m => m.Body.Contains(file, StringComparison.Ordinal) && m.Body.Contains("case.opened", StringComparison.Ordinal))));
        var secret = made.Json.GetProperty("secret").GetString()!;
        Assert.All(receiver.Messages, m => Assert.True(m.IsGenuine(secret, TimeProvider.System.GetUtcNow())));
        var all = await Answer.OfAsync(await http.GetAsync("/v1/webhooks"));
        Assert.DoesNotContain("ecret\"", all.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, all.Text, StringComparison.Ordinal);
        await Eventually.HoldsAsync("deliveries are seen", async () =>
            (await Answer.OfAsync(await http.GetAsync($"/v1/webhooks/{webhook}/deliveries?state=delivered"))).Json.GetProperty("items").GetArrayLength() > 0);
        Assert.NotEqual(secret, (await ActAsync(http, $"/v1/webhooks/{webhook}/rotate", "")).Json.GetProperty("secret").GetString());
        Assert.Equal("disabled", (await ActAsync(http, $"/v1/webhooks/{webhook}/disable", """{ "reason": "done" }""")).Json.GetProperty("state").GetString());
        Assert.Equal(["unknown_kind kinds"], (await ActAsync(http, "/v1/webhooks", """{ "url": "https://example.com", "kinds": ["case.changed"] }""")).Errors);
        Assert.Equal(["invalid_url url"], (await ActAsync(http, "/v1/webhooks", """{ "url": "example", "kinds": ["case.opened"] }""")).Errors);
        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync($"/v1/webhooks/{webhook}")).StatusCode);
        Assert.Equal("webhook_not_found", (await Answer.OfAsync(await http.GetAsync($"/v1/webhooks/{webhook}"))).Problem);
    }

    [Fact]
    public async Task Alert_when_it_is_raised_arrives_at_who_listens_and_cases_follow()
    {
        using var http = api.As("eve-listens", Roles.CaseWorker);
        await using var alerts = await SseAsync(http, "/v1/alerts/live?account=case-tools-50");
        await using var cases = await SseAsync(http, "/v1/cases/live?account=case-tools-50");

        var file = (await OpenAsync(50, 1))[0];
        var alert = await alerts.NextAsync();
        var opened = await cases.NextAsync();
        await ActAsync(http, $"/v1/cases/{file}/assign", """{ "assignee": "eve-listens" }""");
        var assigned = await cases.NextAsync();
        await using var resumed = await SseAsync(http, "/v1/cases/live?account=case-tools-50", opened.Id);

        Assert.Equal(("alert.raised", "case-tools-50"), (alert.Kind, alert.Data.GetProperty("accountId").GetString()));
        Assert.Equal(("case.opened", file), (opened.Kind, opened.Data.GetProperty("caseId").GetString()));
        Assert.Equal(("case.assigned", "eve-listens"), (assigned.Kind, assigned.Data.GetProperty("assignee").GetString()));
        Assert.Equal(assigned.Id, (await resumed.NextAsync()).Id);
        Assert.Equal(["invalid_cursor Last-Event-ID"], (await Answer.OfAsync(await http.GetAsync("/v1/cases/live?after=x"))).Errors);
        // From the message to who listens: half a second at rest, and time for a busy machine.
        Assert.InRange(alert.Heard - alert.Data.GetProperty("raisedAt").GetDateTimeOffset(), TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Lists_when_they_are_filtered_and_sorted_say_what_is_wrong_and_go_on()
    {
        var files = await OpenAsync(60, 3, score: 300);
        var first = await api.GetAsync("/v1/cases?sort=priority&minPriority=300&maxPriority=302&queue=general&limit=1");
        Assert.Equal(files[2], first.Json.GetProperty("items")[0].GetProperty("caseId").GetString());
        var second = await api.GetAsync($"/v1/cases?sort=priority&minPriority=300&maxPriority=302&queue=general&limit=1&after={first.Json.GetProperty("next").GetString()}");
        Assert.Equal(files[1], second.Json.GetProperty("items")[0].GetProperty("caseId").GetString());
        Assert.Equal(["invalid_cursor after"], (await api.GetAsync($"/v1/cases?sort=due&after={first.Json.GetProperty("next").GetString()}")).Errors);
        Assert.Equal(
            ["out_of_range minPriority", "unknown_sort sort", "invalid_time openedTo"], (await api.GetAsync("/v1/cases?sort=age&minPriority=-1&openedTo=never")).Errors);
        Assert.Empty((await api.GetAsync("/v1/cases?overdue=true&account=case-tools-60&sort=due")).Json.GetProperty("items").EnumerateArray());
        var grouped = (await api.GetAsync("/v1/alerts?account=case-tools-60&group=true&minScore=300")).Json.GetProperty("items");
        Assert.Equal(1, grouped[0].GetProperty("group").GetProperty("alerts").GetInt32());
    }

    // Opens cases about accounts of their own, by alerts as another service publishes them.
    async Task<IReadOnlyList<string>> OpenAsync(int first, int count, string kind = "case_tools", int score = 10)
    {
        for (var i = first; i < first + count; i++)
        {
            var id = new Guid($"018f4e2a-a000-7000-8000-{i:x12}");
            await api.PublishAsync(new AlertRaised(id, $"case-tools-{i}", kind, score + i - first, ["Something is odd."], TimeProvider.System.GetUtcNow(), id), id);
        }
        var files = new List<string>();
        for (var i = first; i < first + count; i++)
        {
            await Eventually.HoldsAsync($"there is a case about case-tools-{i}", async () =>
            {
                var items = (await api.GetAsync($"/v1/cases?account=case-tools-{i}")).Json.GetProperty("items");
                if (items.GetArrayLength() > 0)
                    files.Add(items[0].GetProperty("caseId").GetString()!);
                return items.GetArrayLength() > 0;
            });
        }
        return files;
    }

    static async Task<Answer> ActAsync(HttpClient http, string path, string body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body.Length > 0)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await Answer.OfAsync(await http.SendAsync(request));
    }

    // What is too large is refused before it is sent.
    static async Task<Answer> AttachAsync(HttpClient http, string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content, Headers = { ExpectContinue = true } };
        return await Answer.OfAsync(await http.SendAsync(request));
    }

    static ByteArrayContent Content(byte[] bytes, string mediaType) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };

    static async Task<EventReading> SseAsync(HttpClient http, string path, string? after = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (after is not null)
            request.Headers.Add("Last-Event-ID", after);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return new EventReading(response, new StreamReader(await response.Content.ReadAsStreamAsync(), Encoding.UTF8));
    }

    sealed record ServerSent(string Id, string Kind, JsonElement Data, DateTimeOffset Heard);

    sealed class EventReading(HttpResponseMessage response, StreamReader lines) : IAsyncDisposable
    {
        public async Task<ServerSent> NextAsync()
        {
            using var limit = new CancellationTokenSource(Eventually.Bound);
            var (id, kind) = ("", "");
            while (await lines.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                    id = line[4..];
                else if (line.StartsWith("event: ", StringComparison.Ordinal))
                    kind = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                    return new ServerSent(id, kind, JsonDocument.Parse(line[6..]).RootElement, TimeProvider.System.GetUtcNow());
            }
            throw new InvalidOperationException("the stream has ended");
        }

        public ValueTask DisposeAsync()
        {
            lines.Dispose();
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
