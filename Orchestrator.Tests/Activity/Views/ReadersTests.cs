using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Activity;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Funnels;
using Orchestrator.Activity.Store;
using Orchestrator.Activity.Views;
using static Orchestrator.Tests.Activity.Views.ActivityDatabase;

namespace Orchestrator.Tests.Activity.Views;

/// <summary>What is read is the sum over lanes, also of what has become coarser; what has been kept long enough is gone.</summary>
public sealed class ReadersTests(ActivityDatabase db) : IClassFixture<ActivityDatabase>
{
    static readonly DateOnly Today = new(2026, 3, 4);

    [Fact]
    public async Task Figures_when_they_are_read_are_sums_over_lanes()
    {
        using var process = db.Process();
        var day = Noon.AddYears(1);
        var date = DateOnly.FromDateTime(day.UtcDateTime);
        foreach (var lane in new[] { 20, 21 })
        {
            await process.StoreAsync(await process.OpenAsync(lane), Deltas.Of(lane, 1) with
            {
                Minutes = [Deltas.Minute(day, 10), Deltas.Minute(day.AddMinutes(59), 1), Deltas.Minute(day.AddHours(1), 5)],
                Breakdowns = [Deltas.Page(day, "/sums", 3), Deltas.Page(day.AddHours(1), "/sums", 2), Deltas.Page(day, "/once", lane)],
                SessionHours = [new SessionHourRow(day, 4, 1, 120_000, 11, 8)],
                Days = [new DayRow(date, 6, 2, 1)],
                Retention = [new RetentionRow(date, 0, 2), new RetentionRow(date, 3, 1)],
                Funnels = [new FunnelRow("sums", date, 1, 4), new FunnelRow("sums", date, 2, 1)],
            });
        }

        var hours = await new SummaryReader(db.Source).HoursAsync(day.AddHours(-1), day.AddHours(2), CancellationToken.None);
        Assert.Equal([0L, 22L, 10L], hours.Series.Select(s => s.Events));
        Assert.Equal((32L, 8L, 2L, 0.25, 30.0, 2.0, 6L), (hours.Totals.Events, hours.Totals.Sessions, hours.Totals.Bounces, hours.Totals.BounceRate,
            hours.Totals.AverageSessionSeconds, hours.Totals.ViewsPerSession, hours.Totals.NewVisitors));
        Assert.Null(hours.Totals.Visitors);
        var midnight = new DateTimeOffset(day.Date, TimeSpan.Zero);
        var days = await new SummaryReader(db.Source).DaysAsync(midnight.AddDays(-1), midnight.AddDays(1), CancellationToken.None);
        Assert.Equal([0L, 32L], days.Series.Select(s => s.Events));
        Assert.Equal((12L, 4L, 8L, 2L), (days.Totals.Visitors!.Value, days.Totals.NewVisitors, days.Totals.ReturningVisitors!.Value, days.Totals.Customers!.Value));

        var pages = await new BreakdownReader(db.Source).ListAsync(BreakdownKind.Page, day, day.AddHours(2), 10, CancellationToken.None);
        Assert.Equal([new BreakdownView("/once", 41, 2, 2, 2, 1), new BreakdownView("/sums", 10, 4, 4, 4, 1)], pages);
        var funnel = Assert.Single(await new FunnelReader(db.Source, Options.Create(new ActivityOptions { Funnels = { new FunnelOptions { Name = "sums", Steps = { "/cart", "event:paid" } } } })).ListAsync(date, date.AddDays(1), CancellationToken.None));
        Assert.Equal([new FunnelStep(1, "/cart", 8, 1), new FunnelStep(2, "event:paid", 2, 0.25)], funnel.Steps);
        var cohort = Assert.Single(await new RetentionReader(db.Source).ListAsync(date, date.AddDays(1), CancellationToken.None));
        Assert.Equal(4, cohort.Visitors);
        Assert.Equal([new CohortDay(0, 4, 1), new CohortDay(3, 2, 0.5)], cohort.Days);
    }

    [Fact]
    public async Task Sessions_when_they_are_listed_are_paged_and_those_of_one_visitor_or_customer()
    {
        using var process = db.Process();
        var sessions = Enumerable.Range(200, 7).Select(i => Deltas.Session(i, $"paged-{i % 2}", Noon.AddHours(i - 200), events: 2, final: true, customer: i == 203 ? "paged-customer" : null)).ToArray();
        await process.StoreAsync(await process.OpenAsync(22), Deltas.Of(22, 1) with { Sessions = sessions });
        var reader = new SessionReader(db.Source);

        var listed = new List<SessionRow>();
        Orchestrator.Messaging.Rows.TimeCursor? after = null;
        do
        {
            (var items, after) = await reader.ListAsync(new SessionFilter("paged-0"), after, 3, CancellationToken.None);
            listed.AddRange(items);
        }
        while (after is not null);

        Assert.Equal([206, 204, 202, 200], listed.Select(s => int.Parse($"{s.SessionId}"[^6..])));
        Assert.Equal(sessions[6], listed[0]);
        Assert.Equal(sessions[3], Assert.Single((await reader.ListAsync(new SessionFilter(CustomerId: "paged-customer"), null, 10, CancellationToken.None)).Items));
        Assert.Equal(3, (await reader.OfCustomersVisitorsAsync("paged-customer", null, 10, CancellationToken.None)).Items.Count);
        Assert.Equal(2, (await reader.ListAsync(new SessionFilter("paged-1", From: Noon.AddHours(2), To: Noon.AddHours(6)), null, 10, CancellationToken.None)).Items.Count);
        var totals = await reader.TotalsAsync("paged-1", CancellationToken.None);
        Assert.Equal(new VisitorTotals("paged-1", "paged-customer", Noon.AddHours(1), Noon.AddHours(5).AddMinutes(1), 3, 6, 6, 0, 180_000), totals);
        Assert.Null(await reader.TotalsAsync("paged-nobody", CancellationToken.None));
    }

    [Fact]
    public async Task Retention_when_it_is_time_deletes_what_is_old_and_makes_coarser_what_is_fine()
    {
        using var process = db.Process();
        // Other tests' figures are of the days before and of a year later.
        var now = Noon.AddYears(-10);
        var (old, fine) = (now.AddDays(-401), new DateTimeOffset(now.AddDays(-31).Date, TimeSpan.Zero));
        await process.StoreAsync(await process.OpenAsync(23), Deltas.Of(23, 1) with
        {
            Minutes = [Deltas.Minute(old, 1), .. Enumerable.Range(0, 24 * 60).Select(i => Deltas.Minute(fine.AddMinutes(i), i)), Deltas.Minute(now.AddDays(-29), 7), Deltas.Minute(now.AddDays(-29).AddMinutes(1), 8)],
            Breakdowns = [Deltas.Page(old, "/old", 1), .. Enumerable.Range(0, 24).Select(i => Deltas.Page(fine.AddHours(i), "/fine", i)), Deltas.Page(fine.AddHours(5), "/fine2", 2), Deltas.Page(now.AddDays(-29), "/fine", 3)],
            SessionHours = [new SessionHourRow(old, 1, 1, 1, 1, 1), new SessionHourRow(now, 1, 1, 1, 1, 1)],
            Days = [new DayRow(DateOnly.FromDateTime(old.Date), 1, 1, 1), new DayRow(DateOnly.FromDateTime(now.Date), 1, 1, 1)],
            Retention = [new RetentionRow(DateOnly.FromDateTime(old.Date), 1, 1)],
            Funnels = [new FunnelRow("old", DateOnly.FromDateTime(old.Date), 1, 1)],
            Sessions = [Deltas.Session(230, "old", now.AddDays(-91)), Deltas.Session(231, "old", now.AddDays(-89))],
        });
        var summaries = new SummaryReader(db.Source);
        var before = await summaries.HoursAsync(fine, fine.AddDays(3), CancellationToken.None);
        var retention = new ActivityRetention(db.Source, Options.Create(new RetentionOptions()), new FakeTimeProvider(now) { AutoAdvanceAmount = TimeSpan.Zero });

        var done = await retention.RunAsync(CancellationToken.None);
        var again = await retention.RunAsync(CancellationToken.None);

        Assert.StartsWith("deleted 1 from activity.session; deleted 1 from activity.minute; deleted 1 from activity.breakdown; deleted 1 from activity.session_hour; deleted 1 from activity.day", done, StringComparison.Ordinal);
        Assert.EndsWith("made 24 hours of what was finer; made 2 days of what was finer", done, StringComparison.Ordinal);
        Assert.DoesNotContain("deleted 1", again, StringComparison.Ordinal);
        Assert.EndsWith("made 0 hours of what was finer; made 0 days of what was finer", again, StringComparison.Ordinal);
        var after = await summaries.HoursAsync(fine, fine.AddDays(3), CancellationToken.None);
        Assert.Equal(before.Series, after.Series);
        Assert.Equal(26, await db.ScalarAsync<long>("select count(*) from activity.minute where lane = 23"));
        Assert.Equal(276, await db.ScalarAsync<long>($"select views from activity.breakdown where lane = 23 and key = '/fine' and hour = '{fine:O}'"));
        Assert.Equal(3, await db.ScalarAsync<long>("select count(*) from activity.breakdown where lane = 23"));
        Assert.Equal(1, await db.ScalarAsync<long>("select count(*) from activity.session where visitor_id = 'old'"));
    }

    [Fact]
    public async Task Live_figures_when_something_is_stored_reach_all_who_listen_and_those_are_bounded()
    {
        using var process = db.Process();
        var time = new FakeTimeProvider(Noon);
        using var feed = new LiveFeed(new LiveReader(db.Source, Options.Create(new ActivityOptions()), time), time, NullLogger<LiveFeed>.Instance);
        using var listener = (await feed.ListenAsync(CancellationToken.None))!;
        using var other = (await feed.ListenAsync(CancellationToken.None))!;
        var first = await listener.NextAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        var next = listener.NextAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        await feed.RunOnceAsync(CancellationToken.None);
        Assert.False(next.IsCompleted);

        await process.StoreAsync(await process.OpenAsync(24), Deltas.Of(24, 1) with
        {
            Live = Deltas.Quiet with { Pages = [new KeyCount("/live-feed", 1_000)], MinuteSince = Noon.ToUnixTimeSeconds() / 60, Events = [3], Views = [2] },
            Days = [new DayRow(Today, 5, 1, 0)], SessionHours = [new SessionHourRow(Noon, 4, 2, 8_000, 9, 8)], Funnels = [new FunnelRow("live", Today, 1, 3)],
        });
        await feed.RunOnceAsync(CancellationToken.None);

        var json = System.Text.Encoding.UTF8.GetString((await next).Json.Span);
        Assert.True((await next).Version > first.Version);
        Assert.Contains("""{"key":"/live-feed","count":1000}""", json, StringComparison.Ordinal);
        Assert.Contains(""","today":{"visitors":5,"newVisitors":1,"sessions":4,"bounces":2,"bounceRate":0.5,"averageSessionSeconds":2,"viewsPerSession":2}""", json, StringComparison.Ordinal);
        Assert.Contains(""","funnels":[{"name":"live","steps":[{"step":1,"visitors":3,"rate":1}]}]""", json, StringComparison.Ordinal);
        Assert.Equal((await next).Version, (await other.NextAsync(TimeSpan.FromMinutes(1), CancellationToken.None)).Version);
        // Nothing new: what there is comes again when it is time.
        var beat = listener.NextAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((await next).Version, (await beat).Version);
        for (var i = 2; i < LiveFeed.MaxListeners; i++)
            Assert.NotNull(await feed.ListenAsync(CancellationToken.None));
        Assert.Null(await feed.ListenAsync(CancellationToken.None));
        other.Dispose();
        other.Dispose();
        Assert.NotNull(await feed.ListenAsync(CancellationToken.None));
        Assert.Equal(LiveFeed.MaxListeners, feed.Listeners);
    }
}
