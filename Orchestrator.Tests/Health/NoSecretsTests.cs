using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;
using Orchestrator.Api.Security;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Casework;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Health;

/// <summary>
/// A whole run of the service, at work and mistreated, that says all it can: what it logs, measures and traces holds no account, customer, token or secret, and the trace of
/// a request leads from it to the posting.
/// </summary>
public sealed class NoSecretsTests(TestInfrastructure infrastructure)
{
    const string Payer = "XQ8000774100918255a";
    const string Payee = "XQ8000774100918255b";
    const string Absent = "XQ8000774100918255c";
    const string Customer = "customer-XQ80009151";
    const string Visitor = "visitor-XQ80009152";
    const string Key = "order-XQ80009153";
    const string WriteKey = "write-key-XQ80009154-planted";
    const string MailPassword = "mail-XQ80009155-planted";
    const string FingerprintKey = "WFE4MDAwOTE1Ni1wbGFudGVkLWZpbmdlcnByaW50LWtleQ==";
    const string FalseToken = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJYUTgwMDA5MTU3In0.WFE4MDAwOTE1OA";
    const string Trace = "018f4e2b80004000a000000000000001";

    [Fact]
    public async Task Run_when_all_of_it_is_said_says_nothing_of_anybody_and_traces_a_payment_to_its_posting()
    {
        await using var collector = await CollectorListener.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var api = new ApiFixture(infrastructure)
        {
            Name = "no-secrets",
            Settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Logging__LogLevel__Default"] = "Debug", ["Logging__Console__FormatterName"] = "structured",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address.ToString(), ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_TRACES_SAMPLER"] = "always_on", ["OTEL_BSP_SCHEDULE_DELAY"] = "100", ["OTEL_BLRP_SCHEDULE_DELAY"] = "100", ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
                ["Activity__Ingest__Keys__planted__Key"] = WriteKey, ["Sagas__Account__FingerprintKey"] = FingerprintKey,
                ["Casework__Mail__Host"] = "127.0.0.1", ["Casework__Mail__Port"] = "9", ["Casework__Mail__User"] = "u", ["Casework__Mail__Password"] = MailPassword,
                ["Casework__Mail__From"] = "from@planted.example", ["Casework__Mail__To__fraud__0"] = "to@planted.example",
            },
        };
        await api.InitializeAsync();
        var secrets = new List<string> { Payer, Payee, Absent, Customer, Visitor, Key, WriteKey, MailPassword, FingerprintKey, FalseToken };

        await UseAsync(api);
        secrets.Add(await HookAsync(api, receiver));
        await MistreatAsync(api);
        secrets.Add(await TokenAsync(api));
        await Eventually.HoldsAsync("the trace has come to its end", () => Names(collector).Contains("ledger-replies process"));
        await Eventually.HoldsAsync("the collector has heard of all", () => collector.HasHeard("metrics") && collector.HasHeard("logs"));
        var metrics = (await api.GetAsync("/metrics")).Text;
        var log = await api.StopAsync();
        if (new NpgsqlConnectionStringBuilder(api.ConnectionString).Password is { Length: >= 8 } password)
            secrets.Add(password);

        foreach (var (what, text) in new[] { ("the log", log), ("/metrics", metrics), ("what was exported", collector.Text) })
        {
            Assert.True(text.Length > 5_000, $"there is {what}");
            Assert.All(secrets, secret => Assert.False(text.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{what} has {secret}: {Around(text, secret)}"));
        }
        Structured(log);
        Traced(collector);
    }

    static async Task UseAsync(ApiFixture api)
    {
        foreach (var (account, balance) in new[] { (Payer, 5_000_000), (Payee, 0) })
        {
            Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync("/v1/accounts", string.Create(CultureInfo.InvariantCulture,
                $$"""{ "accountId": "{{account}}", "customerId": "{{Customer}}", "currency": "EUR", "initialBalanceMinor": {{balance}} }"""))).Status);
            await Eventually.HoldsAsync($"{account} is open", async () => (await api.GetAsync($"/v1/accounts/{account}")).Json.TryGetProperty("counters", out _));
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/transactions") { Content = new StringContent(Payment(1, 700), Encoding.UTF8, "application/json") };
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        Assert.Equal(HttpStatusCode.Accepted, (await api.SendAsync(request)).Status);
        Assert.Equal("completed", (await api.EndedAsync(Id(1))).GetProperty("state").GetString());
        // A large first payment is held; and one with more than there is.
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync("/v1/transactions", Payment(2, 1_000_000))).Status);
        await Eventually.HoldsAsync("it is held", async () => (await api.GetAsync($"/v1/transactions/{Id(2)}")).Json is var json
            && json.TryGetProperty("state", out var state) && state.GetString() == "held");
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync("/v1/transactions", Payment(3, 4_900_000))).Status);
        // Opened again, for somebody else.
        var before = await TakenAsync(api);
        await api.ProduceAsync(
            "accounts", Encoding.UTF8.GetBytes(Payer),
            Encoding.UTF8.GetBytes($$"""{ "accountId": "{{Payer}}", "customerId": "{{Customer}}-b", "currency": "EUR", "requestedAt": "2026-01-01T00:00:00Z", "reply": true }"""),
            ("ce_id", Encoding.ASCII.GetBytes(Id(8).ToString())), ("ce_type", "orchestrator.account.open.v1"u8.ToArray()), ("ce_source", "/tests"u8.ToArray()),
            ("traceparent", Encoding.ASCII.GetBytes($"00-{Trace}-00f067aa0ba902b7-01")));
        await Eventually.HoldsAsync("the ledger has answered", async () => await TakenAsync(api) > before);
        using var visit = new HttpRequestMessage(HttpMethod.Post, "/v1/activity")
        {
            Content = new StringContent($$"""{ "type": "page_view", "visitorId": "{{Visitor}}", "url": "https://shop.example/cart?of={{Customer}}" }""", Encoding.UTF8, "application/json"),
        };
        visit.Headers.Add("X-Write-Key", WriteKey);
        Assert.Equal(HttpStatusCode.Accepted, (await api.SendAsync(visit)).Status);
    }

    static async Task<string> HookAsync(ApiFixture api, WebhookReceiver receiver)
    {
        var made = await api.PostAsync("/v1/webhooks", $$"""{ "url": "{{receiver.Url}}", "kinds": ["case.opened", "alert.raised"] }""");
        await api.ProduceAsync(
            "alerts", Encoding.UTF8.GetBytes(Payer),
            Encoding.UTF8.GetBytes($$"""{ "alertId": "{{Id(9)}}", "accountId": "{{Payer}}", "kind": "velocity", "score": 90, "reasons": ["{{Payer}} pays {{Payee}}"], "at": "2026-01-01T00:00:00Z" }"""),
            ("ce_id", Encoding.ASCII.GetBytes(Id(9).ToString())), ("ce_type", "orchestrator.alert.raised.v1"u8.ToArray()), ("ce_source", "/tests"u8.ToArray()));
        await Eventually.HoldsAsync("the webhook has heard of it", () => !receiver.Messages.IsEmpty);
        return made.Json.GetProperty("secret").GetString()!;
    }

    static async Task MistreatAsync(ApiFixture api)
    {
        string[] bodies = [$"not JSON {Payer}", Payment(4, 1).Replace("\"EUR\"", $"\"{Payer}\"", StringComparison.Ordinal), Payment(5, 1).Replace("\"transfer\"", $"\"{Payer}\"", StringComparison.Ordinal), $"{{ \"x\": \"{Payer}\" }}"];
        foreach (var body in bodies)
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await api.PostAsync("/v1/transactions", body, Key)).Status);
            await api.ProduceAsync(
                "transactions", Encoding.UTF8.GetBytes(Payer), Encoding.UTF8.GetBytes(body),
                ("ce_id", Encoding.UTF8.GetBytes($"{Payer}-{body.Length}")), ("ce_type", "orchestrator.transaction.submitted.v1"u8.ToArray()), ("ce_source", Encoding.UTF8.GetBytes($"/{Payer}")));
        }
        await Eventually.HoldsAsync("they are parked by both groups", async () => await api.ScalarAsync<long>("select count(*) from messaging.parked where topic = 'transactions'") >= 2 * bodies.Length);
        var parked = (await api.GetAsync("/v1/parked?limit=500")).Json.GetProperty("items")[0].GetProperty("parkedId").GetInt64();
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync($"/v1/parked/{parked}/redrive", null)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync($"/v1/accounts/{Absent}")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync($"/v1/accounts/{Payee}/freeze", """{ "reason": "told to" }""", Key)).Status);
        using var stranger = new HttpClient { BaseAddress = api.Http.BaseAddress };
        stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", FalseToken);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync($"/v1/accounts/{Payer}")).StatusCode);
        using var wrong = new HttpRequestMessage(HttpMethod.Post, "/v1/activity") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        wrong.Headers.Add("X-Write-Key", WriteKey + "-not");
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.SendAsync(wrong)).StatusCode);
    }

    // What the service itself gave, and took with every request.
    static async Task<string> TokenAsync(ApiFixture api)
    {
        var token = (await api.PostAsync("/dev/token", """{ "user": "audrey" }""")).Json.GetProperty("access_token").GetString()!;
        using var auditor = new HttpClient { BaseAddress = api.Http.BaseAddress };
        auditor.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Assert.Equal(HttpStatusCode.OK, (await auditor.GetAsync($"/v1/accounts/{Payer}")).StatusCode);
        return token;
    }

    static void Structured(string log)
    {
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith('{')).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.True(lines.Count > 20, $"there are {lines.Count} lines");
        Assert.All(lines, line => Assert.All(new[] { "time", "level", "category", "message" }, field => Assert.True(line.TryGetProperty(field, out _), $"{line} has a {field}")));
        // The ledger has said whom it refused, as much of it as may be said, and in whose trace.
        var refused = lines.Find(line => line.TryGetProperty("event", out var name) && name.GetString() == "OpenRefused");
        Assert.Equal($"***{Payer[^4..]}", refused.GetProperty("fields").GetProperty("Account").GetString());
        Assert.Equal(Trace, refused.GetProperty("trace_id").GetString());
    }

    static void Traced(CollectorListener collector)
    {
        var spans = collector.SpansOf(Trace);
        var byId = spans.ToDictionary(s => s.Id, StringComparer.Ordinal);
        Assert.All(
            ["POST /v1/transactions", "transactions process", "decisions process", "ledger-commands process", "ledger-replies process", "saga transition"],
            name => Assert.Contains(spans, s => s.Name == name));
        // From the answer of the ledger back to the request, and to whoever sent it.
        Assert.Contains(
            "ledger-replies process < ledger-commands process < decisions process < transactions process < POST /v1/transactions < 00f067aa0ba902b7",
            spans.Where(s => s.Name == "ledger-replies process").Select(Back));

        string Back(CollectedSpan last)
        {
            var names = new List<string>();
            var at = last;
            while (true)
            {
                // The ledger goes from account to account by commands of its own.
                if (names.Count == 0 || names[^1] != at.Name)
                    names.Add(at.Name);
                if (!byId.TryGetValue(at.ParentId, out var parent))
                    return string.Join(" < ", names.Append(at.ParentId));
                at = parent;
            }
        }
    }

    // The ids that the ledger has taken: whatever it says of a message it has said by then.
    static Task<long> TakenAsync(ApiFixture api) =>
        api.ScalarAsync<long>("select count(*) from messaging.inbox join messaging.lane_group using (group_id) where name = 'ledger'");

    static HashSet<string> Names(CollectorListener collector) => collector.SpansOf(Trace).Select(s => s.Name).ToHashSet(StringComparer.Ordinal);

    static string Payment(int number, long amount) => string.Create(CultureInfo.InvariantCulture,
        $$"""{ "transactionId": "{{Id(number)}}", "sourceAccountId": "{{Payer}}", "destinationAccountId": "{{Payee}}", "amountMinor": {{amount}}, "currency": "EUR", "kind": "transfer", "occurredAt": "2026-01-01T00:00:00Z" }""");

    static Guid Id(int number) => new($"018f4e2b-8000-7000-8000-{number:x12}");

    static string Around(string text, string secret)
    {
        var at = Math.Max(0, text.IndexOf(secret, StringComparison.OrdinalIgnoreCase));
        return text[Math.Max(0, at - 300)..Math.Min(text.Length, at + 300)];
    }
}
