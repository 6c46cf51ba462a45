using System.Net;
using System.Text.Json;
using Npgsql;
using Orchestrator.Activity.Figures;
using Orchestrator.Api.Security;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Activity.Views;

/// <summary>Figures, sessions and erasures over HTTP, of lanes that the service itself does not run, and of days on which nothing else happens.</summary>
[Collection(ApiCollection.Name)]
public sealed class ActivityApiTests(ApiFixture api)
{
    static readonly DateTimeOffset Day = new(2150, 3, 4, 0, 0, 0, TimeSpan.Zero);
    static readonly DateOnly Date = new(2150, 3, 4);

    [Fact]
    public async Task Figures_when_asked_for_are_those_that_lanes_have_stored()
    {
        await StoreAsync(Deltas.Of(900, 1) with
        {
            Minutes = [Deltas.Minute(Day.AddHours(12), 10)], SessionHours = [new SessionHourRow(Day.AddHours(12), 4, 1, 60_000, 10, 8)],
            Days = [new DayRow(Date, 3, 1, 1)], Breakdowns = [Deltas.Page(Day.AddHours(12), "/views-page", 7), Deltas.Page(Day.AddHours(12), "/views-less", 6)],
            Retention = [new RetentionRow(Date, 0, 4), new RetentionRow(Date, 1, 1)], Funnels = [new FunnelRow("views-funnel", Date, 1, 4), new FunnelRow("views-funnel", Date, 2, 3)],
        });
        using var analyst = api.As("views-ann", Roles.Analyst);

        var summary = await GetAsync(analyst, "/v1/activity/summary?from=2150-03-04&to=2150-03-05&by=day");
        Assert.Equal(("day", 1), (summary.GetProperty("by").GetString(), summary.GetProperty("series").GetArrayLength()));
        Assert.Equal((10, 0.25, 15.0, 2.0, 2), (Of(summary, "events").GetInt32(), Of(summary, "bounceRate").GetDouble(), Of(summary, "averageSessionSeconds").GetDouble(),
            Of(summary, "viewsPerSession").GetDouble(), Of(summary, "returningVisitors").GetInt32()));
        var hours = await GetAsync(analyst, "/v1/activity/summary?from=2150-03-04T11:30:00Z&to=2150-03-04T12:30:00Z");
        Assert.Equal(["2150-03-04T11:00:00+00:00 0", "2150-03-04T12:00:00+00:00 10"], hours.GetProperty("series").EnumerateArray().Select(s => $"{s.GetProperty("at").GetString()} {s.GetProperty("events").GetInt32()}"));
        var pages = await GetAsync(analyst, "/v1/activity/pages?from=2150-03-04&to=2150-03-05&kind=page&limit=1");
        Assert.Equal("/views-page", Assert.Single(pages.GetProperty("items").EnumerateArray()).GetProperty("key").GetString());
        var funnels = await GetAsync(analyst, "/v1/activity/funnels?from=2150-03-04&to=2150-03-04T10:00:00Z");
        Assert.Equal(["1 4 1", "2 3 0.75"], Assert.Single(funnels.GetProperty("items").EnumerateArray()).GetProperty("steps").EnumerateArray()
            .Select(s => $"{s.GetProperty("step").GetInt32()} {s.GetProperty("visitors").GetInt32()} {s.GetProperty("rate").GetDouble()}"));
        var cohort = Assert.Single((await GetAsync(analyst, "/v1/activity/retention?from=2150-03-04&to=2150-03-05")).GetProperty("items").EnumerateArray());
        Assert.Equal(("2150-03-04", 4, 2), (cohort.GetProperty("cohort").GetString(), cohort.GetProperty("visitors").GetInt32(), cohort.GetProperty("days").GetArrayLength()));

        static JsonElement Of(JsonElement summary, string name) => summary.GetProperty("totals").GetProperty(name);
    }

    [Theory]
    [InlineData("summary?from=yesterday", "invalid_time from")]
    [InlineData("summary?from=2026-03-05&to=2026-03-04", "empty_range from")]
    [InlineData("summary?from=2020-01-01&to=2026-03-04", "range_too_long from")]
    [InlineData("summary?from=2026-01-01&to=2026-03-04&by=hour", "range_too_long from")]
    [InlineData("summary?by=week", "unknown_step by")]
    [InlineData("pages?kind=colour", "unknown_kind kind")]
    [InlineData("pages?limit=501", "out_of_range limit")]
    [InlineData("funnels?to=soon", "invalid_time to")]
    [InlineData("retention?from=2026-01-01&to=2026-06-01", "range_too_long from")]
    [InlineData("sessions?visitor=:x", "invalid_visitor_id visitor")]
    [InlineData("sessions?cursor=x", "invalid_cursor cursor")]
    [InlineData("sessions?from=2026-03-05&to=2026-03-04", "empty_range from")]
    [InlineData("sessions?limit=0", "out_of_range limit")]
    [InlineData("visitors/views-nobody/export?cursor=x", "invalid_cursor cursor")]
    [InlineData("erasures?limit=0", "out_of_range limit")]
    public async Task Query_when_it_makes_no_sense_is_refused_by_name(string query, string error)
    {
        var answer = await api.GetAsync($"/v1/activity/{query}");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid"), (answer.Status, answer.Problem));
        Assert.Equal([error], answer.Errors);
    }

    [Fact]
    public async Task Person_when_looked_at_exported_and_erased_leaves_a_trace_of_that_alone()
    {
        var start = TimeProvider.System.GetUtcNow().AddHours(-1);
        await StoreAsync(Deltas.Of(901, 1) with
        {
            Sessions = [Deltas.Session(901, "views-visitor", start, events: 3, customer: "views-customer"), Deltas.Session(902, "views-visitor", start.AddMinutes(40), final: true), Deltas.Session(903, "views-second", start, customer: "views-customer")],
        });
        using var carol = api.As("views-carol", Roles.CaseWorker);
        using var susan = api.As("views-susan", Roles.Supervisor);

        var visitor = await GetAsync(carol, "/v1/activity/visitors/views-visitor");
        Assert.Equal(("views-customer", 2, 4), (visitor.GetProperty("totals").GetProperty("customerId").GetString(), visitor.GetProperty("sessions").GetArrayLength(), visitor.GetProperty("totals").GetProperty("events").GetInt32()));
        var page = await GetAsync(carol, "/v1/activity/sessions?visitor=views-visitor&limit=1");
        var rest = await GetAsync(carol, $"/v1/activity/sessions?visitor=views-visitor&limit=1&cursor={page.GetProperty("next").GetString()}");
        Assert.Equal([$"{Deltas.IdOf(902)}", $"{Deltas.IdOf(901)}"], new[] { page, rest }.Select(p => p.GetProperty("items")[0].GetProperty("sessionId").GetString()));
        Assert.Equal("visitor_not_found", (await Answer.OfAsync(await carol.GetAsync("/v1/activity/visitors/views-nobody"))).Problem);
        var export = await Answer.OfAsync(await susan.GetAsync("/v1/customers/views-customer/export"));
        Assert.Equal((3, "attachment"), (export.Json.GetProperty("sessions").GetArrayLength(), export.Message.Content.Headers.ContentDisposition?.DispositionType));
        Assert.Equal(2, (await GetAsync(susan, "/v1/activity/visitors/views-visitor/export")).GetProperty("sessions").GetArrayLength());

        var erased = await Answer.OfAsync(await susan.DeleteAsync("/v1/activity/visitors/views-visitor"));
        Assert.Equal((HttpStatusCode.Accepted, 2, 1), (erased.Status, erased.Json.GetProperty("sessions").GetInt32(), erased.Json.GetProperty("visitors").GetInt32()));
        Assert.Equal(1, (await Answer.OfAsync(await susan.DeleteAsync("/v1/customers/views-customer"))).Json.GetProperty("sessions").GetInt32());
        Assert.Equal(0, (await Answer.OfAsync(await susan.DeleteAsync("/v1/customers/views-customer"))).Json.GetProperty("sessions").GetInt32());
        Assert.Equal("visitor_not_found", (await Answer.OfAsync(await susan.GetAsync("/v1/activity/visitors/views-visitor/export"))).Problem);
        Assert.Equal("customer_not_found", (await Answer.OfAsync(await susan.GetAsync("/v1/customers/views-customer/export"))).Problem);
        var kept = await GetAsync(susan, "/v1/activity/erasures?visitor=views-visitor");
        Assert.Equal(("views-susan", 2), (kept.GetProperty("items")[0].GetProperty("actor").GetString(), kept.GetProperty("items")[0].GetProperty("sessions").GetInt32()));

        var reads = (await api.GetAsync("/v1/audit/reads?actor=views-carol")).Json.GetProperty("items").EnumerateArray()
            .Select(r => $"{r.GetProperty("operation").GetString()} {r.GetProperty("subject").GetString()}").ToList();
        Assert.Equal(
            ["GET /v1/activity/visitors/{visitorId} views-nobody", "GET /v1/activity/sessions views-visitor", "GET /v1/activity/sessions views-visitor", "GET /v1/activity/visitors/{visitorId} views-visitor"], reads);
    }

    [Fact]
    public async Task Erasure_when_it_is_asked_for_is_published_to_the_visitors_lane()
    {
        Assert.Equal(HttpStatusCode.Accepted, (await api.Http.DeleteAsync("/v1/activity/visitors/views-published")).StatusCode);

        await Eventually.HoldsAsync("it is published and acknowledged", async () => await api.ScalarAsync<long>("select count(*) from messaging.edge_outbox") == 0);
    }

    [Fact]
    public async Task Live_figures_when_something_is_stored_arrive()
    {
        using var carl = api.As("views-carl", Roles.Operator);
        using var limit = new CancellationTokenSource(Eventually.Bound);
        await using var events = await carl.GetStreamAsync("/v1/activity/live", limit.Token);
        using var lines = new StreamReader(events);
        Assert.Equal(30, (await NextAsync()).GetProperty("minutes").GetArrayLength());

        try
        {
            await StoreAsync(Deltas.Of(902, 1, TimeProvider.System.GetUtcNow()) with { Live = Deltas.Quiet with { Pages = [new KeyCount("/views-live", 123_456_789)] } });

            JsonElement figures;
            do
            {
                figures = await NextAsync();
            }
            while (figures.GetProperty("pages").EnumerateArray().All(p => p.GetProperty("key").GetString() != "/views-live"));
            Assert.True(figures.GetProperty("ageMs").GetInt64() < 30_000);
        }
        finally
        {
            // Not to be in other tests' figures.
            await using var source = NpgsqlDataSource.Create(api.ConnectionString);
            await using var command = source.CreateCommand("update activity.lane set live = null where lane >= 900");
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }

        async Task<JsonElement> NextAsync()
        {
            while (true)
            {
                var line = await lines.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("the stream has ended");
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                    return JsonDocument.Parse(line["data: ".Length..]).RootElement;
            }
        }
    }

    async Task StoreAsync(LaneDelta delta)
    {
        await using var source = NpgsqlDataSource.Create(api.ConnectionString);
        using var process = new ProcessStore(source, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        await process.StoreAsync(await process.OpenAsync(delta.Lane), delta);
    }

    static async Task<JsonElement> GetAsync(HttpClient client, string path)
    {
        var answer = await Answer.OfAsync(await client.GetAsync(path));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }
}
