using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Orchestrator.Api.Security;
using Orchestrator.Cli;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Replay;

/// <summary>Replays over HTTP and from the command line, worked on by the service itself.</summary>
[Collection(ApiCollection.Name)]
public sealed class ReplaysApiTests(ApiFixture api)
{
    [Fact]
    public async Task Replay_into_a_projection_of_its_own_makes_the_rows_that_are_served_and_is_dropped()
    {
        await api.OpenAsync("replayed-p1", 500);
        await api.OpenAsync("replayed-p2", 700);
        await Eventually.HoldsAsync("both are folded live", async () => await RowsAsync(await ServedAsync(), "replayed-p") == 4);

        var done = await DoneAsync(await StartAsync(1, """ "topic": "ledger-events", "target": "projection:balances", "allowGaps": true """));

        var schema = done.GetProperty("place").GetString()!;
        Assert.StartsWith("ledger_replay_", schema, StringComparison.Ordinal);
        Assert.Equal(4, await RowsAsync(schema, "replayed-p"));
        var served = await ServedAsync();
        foreach (var table in new[] { "entry", "day" })
        {
            Assert.Equal(0L, await api.ScalarAsync<long>(
                $"""
                select count(*) from (
                    (select * from {served}.{table} where account_id like 'replayed-p%' except all select * from {schema}.{table} where account_id like 'replayed-p%')
                    union all
                    (select * from {schema}.{table} where account_id like 'replayed-p%' except all select * from {served}.{table} where account_id like 'replayed-p%')) d
                """));
        }
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync($"/v1/replays/{Id(1)}/drop", body: null)).Status);
        await Eventually.HoldsAsync("it is dropped", async () => (await api.GetAsync($"/v1/replays/{Id(1)}")).Json.TryGetProperty("droppedAt", out _));
        Assert.Equal(0L, await api.ScalarAsync<long>($"select count(*) from pg_namespace where nspname = '{schema}'"));
    }

    [Fact]
    public async Task Replay_of_one_key_is_planned_copied_and_audited_with_its_reason_and_hides_the_key_from_operators()
    {
        await api.OpenAsync("replayed-k1", 300);
        await api.OpenAsync("replayed-k2", 300);
        const string scope = """ "topic": "ledger-events", "keys": [ "replayed-k1" ], "ratePerSecond": 1000, "maxMessages": 50 """;

        var plan = (await DoneAsync(await StartAsync(2, scope + """, "dryRun": true """))).GetProperty("plan");
        var done = await DoneAsync(await StartAsync(3, scope));

        Assert.Equal((2, 1, true), (plan.GetProperty("messages").GetInt32(), plan.GetProperty("distinctKeys").GetInt32(), plan.GetProperty("keysAreExact").GetBoolean()));
        Assert.Equal(2, Assert.Single(plan.GetProperty("types").EnumerateArray()).GetProperty("messages").GetInt32());
        var progress = done.GetProperty("progress");
        Assert.Equal((2, progress.GetProperty("total").GetInt64()), (progress.GetProperty("messages").GetInt32(), progress.GetProperty("done").GetInt64()));
        Assert.Equal([$"start tester {Why}", "end replay done"], done.GetProperty("audit").EnumerateArray()
            .Select(a => $"{Text(a, "action")} {Text(a, "actor").Split(' ')[0]} {Text(a, "reason")}"));
        Assert.Equal(["replayed-k1", "replayed-k1"], ReadKeys(Text(done, "place"), 2));
        using var otto = api.As("otto", Roles.Operator);
        var seen = await otto.GetStringAsync($"/v1/replays/{Id(3)}");
        Assert.DoesNotContain("replayed-k1", seen, StringComparison.Ordinal);
        Assert.Contains(Why, seen, StringComparison.Ordinal);
        Assert.Equal("replay_state", (await api.PostAsync($"/v1/replays/{Id(3)}/resume", body: null)).Problem);
    }

    [Fact]
    public async Task Request_when_it_is_repeated_gets_the_same_replay_and_another_body_is_refused()
    {
        const string body = $$"""{ "topic": "labels", "reason": "{{Why}}", "dryRun": true }""";

        var first = await api.PostAsync("/v1/replays", body, "replay-key");
        var again = await api.PostAsync("/v1/replays", body, "replay-key");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted, "true"), (first.Status, again.Status, again.Header("Idempotency-Replayed")));
        Assert.Equal(first.Json.GetProperty("replayId").GetGuid(), again.Json.GetProperty("replayId").GetGuid());
        Assert.Equal("idempotency_key_reused", (await api.PostAsync("/v1/replays", body.Replace("labels", "alerts", StringComparison.Ordinal), "replay-key")).Problem);
        Assert.Equal("replay_exists", (await api.PostAsync("/v1/replays", $$"""{ "topic": "labels", "reason": "another", "replayId": "{{first.Json.GetProperty("replayId").GetGuid()}}" }""")).Problem);
    }

    [Fact]
    public async Task Command_line_plans_and_starts_and_says_how_it_ended()
    {
        var address = api.Http.BaseAddress!.ToString();

        Assert.Equal(0, await RunAsync("replay", "plan", "accounts", "--reason", Why, "--from", "offset:0", "--id", $"{Id(20)}", "--allow-gaps", "--json", "--api", address));
        Assert.Equal(0, await RunAsync("replay", "start", "accounts", "--reason", Why, "--max", "3", "--partition", "1", "--id", $"{Id(21)}", "--api", address));
        Assert.Equal(0, await RunAsync("replay", "show", $"{Id(21)}", "--api", address));
        Assert.Equal(0, await RunAsync("replay", "list", "--api", address));

        Assert.Equal(("done", true), (Text((await api.GetAsync($"/v1/replays/{Id(20)}")).Json, "state"), (await api.GetAsync($"/v1/replays/{Id(20)}")).Json.GetProperty("dryRun").GetBoolean()));
        Assert.Equal("done", Text((await api.GetAsync($"/v1/replays/{Id(21)}")).Json, "state"));
    }

    [Theory]
    [InlineData("""{ "reason": "r" }""", "wrong_shape", "missing_field topic")]
    [InlineData("""{ "topic": "labels", "reason": " ", "replayId": "018f4e2b-a000-7000-8000-0000000000c8" }""", "invalid", "missing_field reason")]
    [InlineData("""{ "topic": "labels", "reason": "r" }""", "invalid", "missing_field replayId")]
    [InlineData("""{ "topic": "unheard-of", "reason": "r", "replayId": "018f4e2b-a000-7000-8000-0000000000c8" }""", "invalid", "unknown_topic topic")]
    [InlineData("""{ "topic": "labels", "reason": "r", "target": "group:ledger", "replayId": "018f4e2b-a000-7000-8000-0000000000c8" }""", "invalid", "group_has_effects target")]
    [InlineData("""{ "topic": "labels", "reason": "r", "target": "projection:unheard-of", "replayId": "018f4e2b-a000-7000-8000-0000000000c8" }""", "invalid", "unknown_projection target")]
    [InlineData("""{ "topic": "labels", "reason": "r", "target": "projection:balances", "replayId": "018f4e2b-a000-7000-8000-0000000000c8" }""", "invalid", "not_its_topic target")]
    [InlineData("""{ "topic": "labels", "reason": "r", "target": "elsewhere", "replayId": "018f4e2b-a000-7000-8000-0000000000c8" }""", "invalid", "unknown_target target")]
    [InlineData("""{ "topic": "labels", "reason": "r", "fromOffset": 5, "toOffset": 5, "replayId": "018f4e2b-a000-7000-8000-0000000000c8" }""", "invalid", "from_after_to toOffset")]
    [InlineData("""{ "topic": "labels", "reason": "r", "fromOffset": 5, "from": "2026-02-01T00:00:00Z", "replayId": "018f4e2b-a000-7000-8000-0000000000c8" }""", "invalid", "one_of_two from")]
    [InlineData("""{ "topic": "labels", "reason": "r", "partitions": [ 1, 1 ], "ratePerSecond": 0, "maxMessages": 0, "keepHours": 200, "types": [], "replayId": "018f4e2b-a000-7000-8000-0000000000c8" }""", "invalid", "out_of_range partitions, too_many_entries types, out_of_range ratePerSecond, out_of_range maxMessages, out_of_range keepHours")]
    public async Task Request_when_it_is_wrong_is_refused_by_name(string body, string problem, string errors)
    {
        var answer = await api.PostAsync("/v1/replays", body);

        Assert.Equal((problem, errors), (answer.Problem, string.Join(", ", answer.Errors)));
    }

    const string Why = "the warehouse lost an hour";

    static Guid Id(int n) => new($"018f4e2b-a000-7000-8000-{n + 0x10000:x12}");

    static string Text(JsonElement json, string field) => json.GetProperty(field).GetString()!;

    static Task<int> RunAsync(params string[] arguments) => OrchestratorCommand.Create(TimeProvider.System).Parse(arguments).InvokeAsync();

    async Task<Guid> StartAsync(int id, string fields)
    {
        var answer = await api.PostAsync("/v1/replays", $$"""{ "replayId": "{{Id(id)}}", "reason": "{{Why}}", {{fields}} }""");
        Assert.True(answer.Status == HttpStatusCode.Accepted, answer.Text);
        return Id(id);
    }

    async Task<JsonElement> DoneAsync(Guid id)
    {
        var found = default(JsonElement);
        await Eventually.HoldsAsync($"{id} ends", async () => (found = (await api.GetAsync($"/v1/replays/{id}")).Json).TryGetProperty("endedAt", out _));
        Assert.True(Text(found, "state") == "done", found.ToString());
        return found;
    }

    Task<string> ServedAsync() => api.ScalarAsync<string>("select 'ledger_balances_' || generation from ledger.projection where name = 'balances' and state = 'active'");

    Task<long> RowsAsync(string schema, string accounts) => api.ScalarAsync<long>(string.Create(CultureInfo.InvariantCulture, $"select count(*) from {schema}.entry where account_id like '{accounts}%'"));

    // As any consumer does that joins a group of its own.
    List<string> ReadKeys(string topic, int count)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = api.Kafka, GroupId = "replay-reader", AutoOffsetReset = AutoOffsetReset.Earliest, EnableAutoCommit = false })
            .SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe(topic);
        var keys = new List<string>();
        while (keys.Count < count && consumer.Consume(Eventually.Bound) is { } read)
            keys.Add(Encoding.UTF8.GetString(read.Message.Key));
        consumer.Close();
        return keys;
    }
}
