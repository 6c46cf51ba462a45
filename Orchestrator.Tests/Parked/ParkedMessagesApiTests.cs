using System.CommandLine;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Orchestrator.Api.Security;
using Orchestrator.Cli;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Parked;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Parked;

/// <summary>Parked messages over HTTP, of the whole service as it runs: who sees what, four eyes, redrives and exports.</summary>
[Collection(ApiCollection.Name)]
public sealed class ParkedMessagesApiTests(ApiFixture api)
{
    const string Open = "orchestrator.account.open.v1";

    [Fact]
    public async Task Message_when_people_look_for_it_is_shown_to_each_as_they_may_see_it()
    {
        const string account = "parked-seen-0001";
        await ProduceAsync("accounts", account, Open, 1, Encoding.UTF8.GetBytes($$"""{ "accountId": "{{account}}", "initialBalanceMinor": 5, "friendAccountId": "parked-friend-0002", "note": "of parked-friend-0002" }"""));
        await ProduceAsync("accounts", "parked-bytes-0003", Open, 2, [0, 1, 2, 0xff]);
        var seen = await ParkedAsync(account, "ledger");
        var bytes = await ParkedAsync("parked-bytes-0003", "ledger");
        using var otto = api.As("parked-otto", Roles.Operator);
        using var audrey = api.As("parked-audrey", Roles.Auditor);

        var whole = await GetAsync(audrey, $"/v1/parked/{seen}");
        var hidden = await GetAsync(otto, $"/v1/parked/{seen}");
        Assert.Equal(("json", "json"), (Text(whole.Json, "bodyEncoding"), Text(hidden.Json, "bodyEncoding")));
        Assert.Contains("parked-friend-0002", Text(whole.Json, "body"), StringComparison.Ordinal);
        Assert.Equal("****0001 5 ****0002 of ****0002", string.Join(' ', JsonDocument.Parse(Text(hidden.Json, "body")!).RootElement.EnumerateObject().Select(p => p.Value.ToString())));
        Assert.DoesNotContain("parked-seen", hidden.Text, StringComparison.Ordinal);
        Assert.Equal(("lane", 0, 1), hidden.Json.GetProperty("queue") is var queue
            ? (Text(queue, "kind"), queue.GetProperty("counts").GetProperty("behind").GetInt32(), queue.GetProperty("counts").GetProperty("refused").GetInt32()) : default);

        // What is no text is shown as bytes, and to nobody who must not see what may be in it.
        Assert.Equal(("base64", Convert.ToBase64String([0, 1, 2, 0xff])), (await GetAsync(audrey, $"/v1/parked/{bytes}")).Json is var raw ? (Text(raw, "bodyEncoding"), Text(raw, "body")) : default);
        Assert.Equal("hidden", Text((await GetAsync(otto, $"/v1/parked/{bytes}")).Json, "bodyEncoding"));

        foreach (var (query, found) in new[]
        {
            ("errorCode=wrong_shape&topic=accounts&status=refused", true), ($"type={Open}&text=WRONG", true), ("text=no such error", false),
            ("from=2200-01-01", false), ("to=2199-12-31", true), ("status=failed", false),
        })
        {
            var page = await GetAsync(audrey, $"/v1/parked?key={account}&lanes=ledger&{query}");
            Assert.Equal(found, page.Json.GetProperty("items").GetArrayLength() == 1);
        }
        Assert.Equal(["unknown_status status", "invalid_time from"], (await GetAsync(otto, "/v1/parked?status=lost&from=never")).Errors.OrderDescending());
        Assert.Contains((await GetAsync(otto, "/v1/parked/groups")).Json.GetProperty("items").EnumerateArray(), g => Text(g, "errorCode") == "wrong_shape" && g.GetProperty("exampleId").GetInt64() > 0);

        // The command line reads the same.
        using var command = new ParkedApi(api.Access("parked-cli"));
        Assert.Equal(seen, Assert.Single((await command.SearchAsync($"key={account}&lanes=ledger", default)).Items).ParkedId);
        Assert.Equal((account, 1L), await command.QueueAsync(seen, after: null, limit: 10, default) is var behind ? (behind.Key, behind.Counts.Refused) : default);
        using var file = new MemoryStream();
        await command.ExportAsync($"key={account}&lanes=ledger", file, default);
        Assert.Equal(seen, JsonDocument.Parse(file.ToArray()).RootElement.GetProperty("message").GetProperty("parkedId").GetInt64());

        // An export is the same, line by line, and both reads are on record.
        var lines = (await audrey.GetStringAsync($"/v1/parked/export?key={account}&lanes=ledger")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("parked-friend-0002", Text(JsonDocument.Parse(Assert.Single(lines)).RootElement, "body"), StringComparison.Ordinal);
        var masked = await GetAsync(otto, "/v1/parked/export?lanes=ledger&topic=accounts&limit=10000");
        Assert.Equal("application/x-ndjson", masked.MediaType);
        Assert.DoesNotContain("parked-seen", masked.Text, StringComparison.Ordinal);
        Assert.Contains("****0001", masked.Text, StringComparison.Ordinal);
        Assert.Equal(2L, await api.ScalarAsync<long>("select count(*) from audit.access where actor in ('parked-otto', 'parked-audrey') and operation = 'GET /v1/parked/export'"));
    }

    [Fact]
    public async Task Message_when_it_waits_behind_another_is_shown_in_its_queue_and_hidden_words_are_not_found()
    {
        // Of a group whose lanes run nowhere, so that nobody takes them.
        const string key = "parked-queue-0004";
        await api.ScalarAsync<int>(
            $$"""
            with g as (insert into messaging.lane_group (name) values ('parked-tests') returning group_id)
            insert into messaging.parked (group_id, partition, status, topic, position, message_key, raw, error_code, exception_type, detail)
            select group_id, 3, s.status, 'accounts', n, '{{key}}', decode('01', 'hex') || decode('ffffffff0000000002000000', 'hex') || convert_to('{}', 'UTF8'), s.code,
                'System.InvalidOperationException', case when s.code is not null then 'no room for {{key}}' end
            from g, (values (1, 'failed', 'handler_failed'), (2, 'queued', null), (3, 'refused', 'invalid'), (4, 'queued', null), (5, 'queued', null)) as s (n, status, code)
            returning 1
            """);
        using var otto = api.As("parked-otto", Roles.Operator);
        var ids = (await GetAsync(otto, "/v1/parked?lanes=parked-tests")).Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("parkedId").GetInt64()).ToList();

        var queue = (await GetAsync(otto, $"/v1/parked/{ids[0]}/queue?limit=2")).Json;
        Assert.Equal([ids[1], ids[3]], queue.GetProperty("behind").EnumerateArray().Select(b => b.GetProperty("parkedId").GetInt64()));
        Assert.Equal([1, 3, 1, 0, 3], queue.GetProperty("counts").EnumerateObject().Select(c => c.Value.GetInt32()));
        Assert.Equal(($"{ids[3]}", ids[0]), (Text(queue, "next"), queue.GetProperty("headId").GetInt64()));
        Assert.Equal([ids[4]], (await GetAsync(otto, $"/v1/parked/{ids[0]}/queue?limit=2&after={ids[3]}")).Json.GetProperty("behind").EnumerateArray().Select(b => b.GetProperty("parkedId").GetInt64()));
        Assert.Equal((2, 1), (await GetAsync(otto, $"/v1/parked/{ids[3]}/queue")).Json.GetProperty("counts") is var counts ? (counts.GetProperty("ahead").GetInt32(), counts.GetProperty("behind").GetInt32()) : default);
        Assert.Equal("parked_behind", (await Answer.OfAsync(await otto.PostAsync($"/v1/parked/{ids[1]}/redrive", null))).Problem);

        // An operator reads the error without the account, and does not find the account by guessing it letter by letter.
        Assert.Equal("no room for ****0004", Text((await GetAsync(otto, $"/v1/parked/{ids[0]}")).Json.GetProperty("message"), "detail"));
        Assert.Equal(2, (await GetAsync(otto, "/v1/parked?lanes=parked-tests&text=no%20room")).Json.GetProperty("items").GetArrayLength());
        var guessed = (await GetAsync(otto, "/v1/parked?lanes=parked-tests&text=parked-q&limit=1")).Json;
        Assert.Equal((0, false), (guessed.GetProperty("items").GetArrayLength(), guessed.TryGetProperty("next", out _)));
        Assert.Equal(2, (await api.GetAsync("/v1/parked?lanes=parked-tests&text=parked-q")).Json.GetProperty("items").GetArrayLength());
        await api.ScalarAsync<short>($"delete from messaging.parked where message_key = '{key}'; delete from messaging.lane_group where name = 'parked-tests' returning group_id");
    }

    [Fact]
    public async Task Message_when_it_is_edited_by_two_people_takes_effect_once()
    {
        const string account = "parked-edited-0005";
        await ProduceAsync("accounts", account, Open, 5, Encoding.UTF8.GetBytes($$"""{ "accountId": "{{account}}", "customerId": "c", "requestedAt": "2026-01-01T00:00:00Z" }"""));
        var id = await ParkedAsync(account, "ledger");
        using var otto = api.As("parked-otto", Roles.Operator);
        using var olga = api.As("parked-olga", Roles.Operator);
        using var clerk = api.As("parked-clerk", Roles.CaseWorker, Roles.Supervisor, Roles.Auditor);
        var editId = Uuid(50);

        // Otto does not see the account, and leaves it as he sees it.
        var shown = JsonDocument.Parse(Text((await GetAsync(otto, $"/v1/parked/{id}")).Json, "body")!).RootElement;
        Assert.Equal("****0005", Text(shown, "accountId"));
        var bad = await PostAsync(otto, $"/v1/parked/{id}/edits", new { payload = new { accountId = "****0005", customerId = "c", currency = "XXX", requestedAt = "2026-01-01T00:00:00Z" }, reason = "no currency", editId });
        Assert.Equal((HttpStatusCode.BadRequest, "invalid payload"), (bad.Status, Assert.Single(bad.Errors)));
        var proposal = new { payload = new { accountId = "****0005", customerId = "c", currency = "EUR", requestedAt = "2026-01-01T00:00:00Z" }, reason = "no currency", editId };
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(clerk, $"/v1/parked/{id}/edits", proposal)).Status);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(otto, $"/v1/parked/{id}/edits", proposal)).Status);
        Assert.Equal("true", (await PostAsync(otto, $"/v1/parked/{id}/edits", proposal)).Header("Idempotency-Replayed"));

        var decision = new { reason = "asked the publisher" };
        Assert.Equal("maker_is_checker", (await PostAsync(otto, $"/v1/parked/edits/{editId}/approve", decision)).Problem);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(clerk, $"/v1/parked/edits/{editId}/approve", decision)).Status);
        await RunAsync($"parked approve {editId} --reason checked --actor parked-olga");
        Assert.Equal("true", (await PostAsync(olga, $"/v1/parked/edits/{editId}/approve", decision)).Header("Idempotency-Replayed"));
        await Eventually.HoldsAsync("the account is open", async () => (await api.GetAsync($"/v1/accounts/{account}")).Json.TryGetProperty("counters", out _));
        await Eventually.HoldsAsync("it is parked no more", async () => (await api.GetAsync($"/v1/parked/{id}")).Status == HttpStatusCode.NotFound);

        Assert.Equal(1L, await api.ScalarAsync<long>($"select count(*) from ledger.event where account_id = '{account}'"));
        var edit = (await GetAsync(clerk, $"/v1/parked/edits/{editId}")).Json;
        Assert.DoesNotContain("EUR", Text(edit, "original"), StringComparison.Ordinal);
        Assert.Contains(account, Text(edit, "edited"), StringComparison.Ordinal);
        Assert.Contains(edit.GetProperty("editedHeaders").EnumerateArray(), h => Text(h, "name") == "orchestrator-edited" && Text(h, "value") == $"{editId}");
        Assert.DoesNotContain("parked-edited", (await GetAsync(otto, $"/v1/parked/edits/{editId}")).Text, StringComparison.Ordinal);
        Assert.Contains((await GetAsync(otto, $"/v1/parked/edits?parkedId={id}&state=approved")).Json.GetProperty("items").EnumerateArray(), e => Text(e, "editId") == $"{editId}");
    }

    [Fact]
    public async Task Redrive_when_it_is_asked_for_says_how_far_it_is_for_lanes_and_streams()
    {
        const string account = "parked-again-0006";
        await ProduceAsync("transactions", account, "orchestrator.transaction.submitted.v1", 6, "{}"u8.ToArray());
        var (lane, stream) = (await ParkedAsync(account, "sagas"), await ParkedAsync(account, "decisioning"));
        Assert.Equal("stream", Text((await api.GetAsync($"/v1/parked/{stream}")).Json.GetProperty("message"), "kind"));
        using var otto = api.As("parked-otto", Roles.Operator);

        Assert.Equal(["choose_one which"], (await PostAsync(otto, "/v1/parked/redrives", new { reason = "r", redriveId = Uuid(60), which = new { } })).Errors);
        Assert.Equal(["out_of_range ratePerSecond"], (await PostAsync(otto, "/v1/parked/redrives", new { reason = "r", redriveId = Uuid(60), all = true, ratePerSecond = 1_001 })).Errors);
        var order = new { reason = "tests", redriveId = Uuid(60), which = new { key = account }, ratePerSecond = 100 };
        var asked = await PostAsync(otto, "/v1/parked/redrives", order);
        Assert.Equal((HttpStatusCode.Accepted, "****0006"), (asked.Status, Text(asked.Json.GetProperty("which"), "key")));
        Assert.Equal("true", (await PostAsync(otto, "/v1/parked/redrives", order)).Header("Idempotency-Replayed"));
        Assert.Equal("idempotency_key_reused", (await PostAsync(otto, "/v1/parked/redrives", order with { ratePerSecond = 1 })).Problem);

        // The lane finds it as bad as before; the stream has it published again, and parks what comes.
        var progress = default(JsonElement);
        await Eventually.HoldsAsync("it is done", async () =>
        {
            var redrive = (await GetAsync(otto, $"/v1/parked/redrives/{Uuid(60)}")).Json;
            progress = redrive.GetProperty("progress");
            return Text(redrive, "state") == "done";
        });
        Assert.Equal(2, progress.GetProperty("requested").GetInt32());
        Assert.Equal((0, 1, 1), (progress.GetProperty("waiting").GetInt32(), progress.GetProperty("taken").GetInt32(), progress.GetProperty("failed").GetInt32()));
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"/v1/parked/{lane}")).Status);
        Assert.Equal("redrive_ended", (await Answer.OfAsync(await otto.PostAsync($"/v1/parked/redrives/{Uuid(60)}/cancel", null))).Problem);

        using (var command = new ParkedApi(api.Access("parked-cli")))
            Assert.Equal(("done", account, 2L), await command.RedriveAsync(Uuid(60), default) is var shown ? (shown.State, shown.Which.Key, shown.Progress.Requested) : default);

        await RunAsync($"parked redrive {lane} --rate 5 --at 2200-01-01T00:00:00Z --reason tests", exitCode: 1);
        await RunAsync($"parked redrive --topic nowhere --rate 5 --reason tests --id {Uuid(62)}");
        Assert.Equal(5, (await GetAsync(otto, $"/v1/parked/redrives/{Uuid(62)}")).Json.GetProperty("ratePerSecond").GetInt32());

        var later = await PostAsync(otto, "/v1/parked/redrives", new { reason = "tests", redriveId = Uuid(61), parkedId = lane, at = TimeProvider.System.GetUtcNow().AddDays(2) });
        Assert.Equal("scheduled", Text(later.Json, "state"));
        await RunAsync($"parked redrives {Uuid(61)} --cancel");
        Assert.Equal("cancelled", Text((await GetAsync(otto, $"/v1/parked/redrives/{Uuid(61)}")).Json, "state"));
        Assert.Contains((await GetAsync(otto, "/v1/parked/redrives")).Json.GetProperty("items").EnumerateArray(), r => Text(r, "redriveId") == $"{Uuid(61)}");
        Assert.Equal("redrive_not_found", (await GetAsync(otto, $"/v1/parked/redrives/{Uuid(69)}")).Problem);
    }

    // The command line as somebody types it.
    async Task RunAsync(string line, int exitCode = 0)
    {
        string[] words = [.. line.Split(' '), "--json", "--api", $"{api.Access("parked-cli").Address}"];
        try
        {
            Assert.Equal(exitCode, await OrchestratorCommand.Create(TimeProvider.System).Parse(words).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
        }
        catch (CommandException refused)
        {
            Assert.Equal(exitCode, refused.Report());
        }
    }

    static Guid Uuid(int n) => new($"018f4e2b-9000-7000-8000-{n:x12}");

    static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    static async Task<Answer> GetAsync(HttpClient client, string path) => await Answer.OfAsync(await client.GetAsync(path));

    static async Task<Answer> PostAsync<T>(HttpClient client, string path, T body) => await Answer.OfAsync(await client.PostAsJsonAsync(path, body));

    Task ProduceAsync(string topic, string key, string type, int n, byte[] body) => api.ProduceAsync(
        topic, Encoding.UTF8.GetBytes(key), body, ("ce_id", Encoding.UTF8.GetBytes($"{Uuid(n)}")), ("ce_source", "/tests"u8.ToArray()), ("ce_type", Encoding.UTF8.GetBytes(type)));

    async Task<long> ParkedAsync(string key, string lanes)
    {
        var id = 0L;
        await Eventually.HoldsAsync($"{key} is parked by {lanes}", async () =>
        {
            var items = (await api.GetAsync($"/v1/parked?key={key}&lanes={lanes}")).Json.GetProperty("items");
            id = items.GetArrayLength() == 0 ? 0 : items[0].GetProperty("parkedId").GetInt64();
            return id > 0;
        });
        return id;
    }
}
