using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Approved;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Health;

/// <summary>What alerts and dashboards ask for is what the running service shows, and what it shows is documented.</summary>
[Collection(ApiCollection.Name)]
public sealed partial class LiveMetricsTests(ApiFixture api)
{
    const string Document = "docs/design/health.md";
    const string Dashboards = "deploy/grafana/dashboards";

    // What may be on a label: names of our own, of the configuration, and of the cluster. Nothing that a customer or a message brings.
    static readonly string[] Bounded =
    [
        "broker", "check", "client", "code", "entered", "error", "group", "how", "invariant", "job", "key", "kind", "look", "of", "outcome", "partition", "reason", "segment", "stat",
        "state", "status", "topic", "type", "what",
    ];

    const string PendingRequests = "db.client.connection.npgsql.pending_requests";

    [Fact]
    public async Task Metrics_when_alerts_and_dashboards_ask_for_them_are_there_with_their_labels()
    {
        await UseAsync();
        var queries = AlertRule.All.Select(a => (From: a.Name, Query: PromQuery.Of(a.Expression))).Concat(DashboardQueries().Select(q => (q.From, Query: PromQuery.Of(q.Expression)))).ToList();
        Assert.True(queries.Count > 100, $"there are {queries.Count} queries");

        var missing = new List<string>();
        try
        {
            await Eventually.HoldsAsync("all of them are there", async () =>
            {
                var shown = new Exposition((await api.GetAsync("/metrics")).Text);
                missing = [.. queries.SelectMany(q => Missing(q.Query, shown).Select(m => $"{q.From}: {m}")).Distinct(StringComparer.Ordinal)];
                return missing.Count == 0;
            });
        }
        catch (TimeoutException)
        {
            Assert.Fail(string.Join(Environment.NewLine, missing));
        }
    }

    [Fact]
    public async Task Metrics_when_they_are_shown_are_documented_with_type_and_labels()
    {
        var documented = Rows().Matches(ApprovedText.Read(Document))
            .Select(m => (Name: m.Groups["name"].Value, Type: m.Groups["type"].Value, Unit: m.Groups["unit"].Value, Labels: Names().Matches(m.Groups["labels"].Value).Select(l => l.Value).ToHashSet(StringComparer.Ordinal)))
            .ToDictionary(r => ShownAs(r.Name, r.Type, r.Unit), StringComparer.Ordinal);
        Assert.True(documented.Count > 80, $"there are {documented.Count} rows");
        var files = Directory.GetFiles(ApprovedText.Root, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("Orchestrator.Tests", StringComparison.Ordinal) && !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText).ToList();
        var sources = string.Concat(files);
        Assert.All(documented.Values, row => Assert.Contains($"\"{row.Name}\"", sources, StringComparison.Ordinal));
        foreach (var name in files.SelectMany(f => Instruments().Matches(f).Concat(f.Contains("IStoredFigures", StringComparison.Ordinal) ? Gauges().Matches(f) : [])).Select(m => m.Groups["name"].Value))
            Assert.True(documented.Values.Any(r => r.Name == name), $"{name} is not in {Document}");

        var shown = new Exposition((await api.GetAsync("/metrics")).Text);

        foreach (var (metric, type) in shown.Metrics.Where(m => m.Key.StartsWith("orchestrator_", StringComparison.Ordinal)))
        {
            Assert.True(documented.TryGetValue(metric, out var row), $"{metric} is not in {Document}");
            Assert.Equal(row.Type, type);
            var labels = shown.OwnLabels(metric);
            Assert.True(labels.All(row.Labels.Contains), $"{metric} has {string.Join(", ", labels)}; {Document} knows {string.Join(", ", row.Labels)}");
        }
        Assert.All(documented.Values, row => Assert.Empty(row.Labels.Except(Bounded)));
    }

    [Fact]
    public async Task Prometheus_when_it_asks_the_built_in_issuer_as_its_configuration_says_may_scrape()
    {
        var configuration = ApprovedText.Read("deploy/prometheus/prometheus.yml");
        using var program = new HttpClient { BaseAddress = api.Http.BaseAddress };
        Assert.Contains("token_url: http://service:5080/dev/client-token", configuration, StringComparison.Ordinal);
        using var asked = new HttpRequestMessage(HttpMethod.Post, "/dev/client-token")
        {
            Headers = { { "Authorization", $"Basic {Convert.ToBase64String("prometheus:not-a-secret-in-development"u8)}" } },
            Content = new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "client_credentials")]),
        };

        var token = (await Answer.OfAsync(await program.SendAsync(asked))).Json;

        Assert.Equal("Bearer", token.GetProperty("token_type").GetString());
        program.DefaultRequestHeaders.Authorization = new("Bearer", token.GetProperty("access_token").GetString());
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/metrics")).StatusCode);
        using var nobody = new HttpRequestMessage(HttpMethod.Post, "/dev/client-token");
        Assert.Equal(HttpStatusCode.BadRequest, (await program.SendAsync(nobody)).StatusCode);
    }

    [Fact]
    public async Task Waiting_for_a_connection_when_nobody_has_had_to_is_measured_all_the_same()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => names.Add($"{instrument.Meter.Name} {instrument.Name}") };
        await using var source = NpgsqlDataSource.Create(api.ConnectionString);
        await using (await source.OpenConnectionAsync(CancellationToken.None))
            listener.Start();

        Assert.Contains($"Npgsql {PendingRequests}", names);
    }

    async Task UseAsync()
    {
        await api.OpenAsync("health-payer", 100_000);
        await api.OpenAsync("health-payee", 0);
        var id = new Guid("018f4e2b-8000-7000-8001-000000000001");
        await api.PostAsync(
            "/v1/transactions",
            $$"""{ "transactionId": "{{id}}", "sourceAccountId": "health-payer", "destinationAccountId": "health-payee", "amountMinor": 1250, "currency": "EUR", "kind": "transfer" }""");
        Assert.Equal("completed", (await api.EndedAsync(id)).GetProperty("state").GetString());
        using var visit = new HttpRequestMessage(HttpMethod.Post, "/v1/activity")
        {
            Content = new StringContent("""{ "type": "page_view", "visitorId": "health-visitor", "url": "https://shop.example/cart" }""", Encoding.UTF8, "application/json"),
        };
        visit.Headers.Add("X-Write-Key", ApiFixture.ShopKey);
        Assert.Equal(HttpStatusCode.Accepted, (await api.SendAsync(visit)).Status);
    }

    static IEnumerable<string> Missing(PromQuery query, Exposition shown)
    {
        // Prometheus says itself whether a scrape came through; Npgsql shows who waits for a connection from the first who has to on.
        var metrics = query.Metrics.Where(m => m.Metric != "up" && (m.Metric != PendingRequests.Replace('.', '_') || shown.Has(m.Metric))).ToList();
        return [
            .. metrics.Where(m => !shown.Has(m.Metric)).Select(m => $"{m.Metric} is not there"),
            .. metrics.Where(m => shown.Has(m.Metric)).SelectMany(m => m.Labels.Where(l => !shown.Has(m.Metric, l)).Select(l => $"{m.Metric} has no {l}")),
            .. query.GroupedBy.Where(l => metrics.Count > 0 && !metrics.Exists(m => shown.Has(m.Metric, l) || l == "le")).Select(l => $"nothing has {l} to group by"),
        ];
    }

    static List<(string From, string Expression)> DashboardQueries()
    {
        var found = new List<(string, string)>();
        foreach (var file in ApprovedText.FilesIn(Dashboards))
        {
            using var dashboard = JsonDocument.Parse(ApprovedText.Read($"{Dashboards}/{file}"));
            foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
            {
                foreach (var target in panel.GetProperty("targets").EnumerateArray())
                    found.Add(($"{file}, {panel.GetProperty("title").GetString()}", target.GetProperty("expr").GetString()!));
            }
            foreach (var variable in dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray())
            {
                var asked = Variables().Match(variable.GetProperty("definition").GetString()!);
                found.Add(($"{file}, its variables", $"max by ({asked.Groups["label"].Value}) ({asked.Groups["metric"].Value})"));
            }
        }
        return found;
    }

    // As OpenTelemetry's exporter names it.
    static string ShownAs(string name, string type, string unit)
    {
        var (plain, suffix) = (name.Replace('.', '_'), unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" });
        var shown = plain.EndsWith(suffix, StringComparison.Ordinal) ? plain : plain + suffix;
        return type == "counter" ? shown + "_total" : shown;
    }

    [GeneratedRegex(@"(?m)^\| `(?<name>orchestrator\.[\w.]+)` \| (?<type>counter|gauge|histogram) \| (?<unit>[^|]*?) \| (?<labels>[^|]*?) \| .+ \|$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Rows();

    [GeneratedRegex(@"\w+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Names();

    [GeneratedRegex(@"(Create\w+(<\w+>)?\(\s*|Gauge\(|Seconds\()""(?<name>orchestrator\.[a-z_.]+)""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Instruments();

    [GeneratedRegex(@"const string \w+ = ""(?<name>orchestrator\.[a-z_.]+)"";", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Gauges();

    [GeneratedRegex(@"^label_values\((?<metric>\w+), (?<label>\w+)\)$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Variables();
}
