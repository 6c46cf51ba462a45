using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Store;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Streams;
using static Orchestrator.Tests.Activity.Views.ActivityDatabase;

namespace Orchestrator.Tests.Activity.Views;

/// <summary>What is handed over is stored once, by whoever has the lane, and never goes back.</summary>
public sealed class FigureStoreTests(ActivityDatabase db) : IClassFixture<ActivityDatabase>
{
    [Fact]
    public async Task Figures_when_they_are_stored_twice_are_the_same()
    {
        using var process = db.Process();
        var opening = await process.OpenAsync(1);
        var delta = Deltas.Of(1, 10) with
        {
            Minutes = [Deltas.Minute(Noon, 5)],
            Breakdowns = [Deltas.Page(Noon, "/twice", 3)],
            SessionHours = [new SessionHourRow(Noon, 2, 1, 60_000, 5, 4)],
            Days = [new DayRow(new DateOnly(2026, 3, 4), 2, 1, 1)],
            Retention = [new RetentionRow(new DateOnly(2026, 3, 4), 0, 1)],
            Funnels = [new FunnelRow("twice", new DateOnly(2026, 3, 4), 1, 2)],
            Sessions = [Deltas.Session(1, "twice", Noon, events: 3), Deltas.Session(2, "twice", Noon, events: 2, final: true)],
        };

        await process.StoreAsync(opening, delta);
        var once = await ContentAsync(1, "twice");
        await process.StoreAsync(opening, delta);

        Assert.Equal(once, await ContentAsync(1, "twice"));
        Assert.Contains("\"events\":5", once.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(2, await db.ScalarAsync<long>("select count(*) from activity.session where visitor_id = 'twice'"));
    }

    [Fact]
    public async Task Opening_when_another_has_claimed_the_lane_since_stores_nothing()
    {
        using var former = db.Process();
        using var later = db.Process();
        var opening = await former.OpenAsync(2);
        await former.StoreAsync(opening, Deltas.Of(2, 10) with { Minutes = [Deltas.Minute(Noon, 1)] });
        var next = await later.OpenAsync(2);
        await later.StoreAsync(next, Deltas.Of(2, 20) with { Minutes = [Deltas.Minute(Noon, 2)] });

        Assert.True(former.Store.TryTake(2, opening, 15, () => Deltas.Of(2, 15) with
        {
            Minutes = [Deltas.Minute(Noon, 100)], Sessions = [Deltas.Session(20, "stale", Noon), Deltas.Session(21, "stale", Noon, final: true)],
        }));
        await former.StoreAsync();

        Assert.Equal((2L, 20L), (await EventsAsync(2), await PositionAsync(2)));
        Assert.Equal(0, await db.ScalarAsync<long>("select count(*) from activity.session where visitor_id = 'stale'"));
        Assert.False(former.Store.TryTake(2, opening, 30, () => throw new InvalidOperationException("fenced")));
    }

    [Fact]
    public async Task Lane_when_somebody_who_came_too_late_has_claimed_it_is_claimed_back_and_loses_nothing()
    {
        using var owner = db.Process();
        using var stray = db.Process();
        var opening = await owner.OpenAsync(3);
        await stray.OpenAsync(3);
        Assert.True(owner.Store.TryTake(3, opening, 10, () => Deltas.Of(3, 10) with { Minutes = [Deltas.Minute(Noon, 4)] }));
        await owner.StoreAsync();
        Assert.Equal(0, await PositionAsync(3));

        owner.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.False(owner.Store.TryTake(3, opening, 12, () => throw new InvalidOperationException("one waits already")));
        await owner.StoreAsync();

        Assert.Equal((4L, 10L), (await EventsAsync(3), await PositionAsync(3)));
        await owner.StoreAsync(opening, Deltas.Of(3, 12) with { Minutes = [Deltas.Minute(Noon, 5)] });
        Assert.Equal(5, await EventsAsync(3));
    }

    [Fact]
    public async Task Lane_when_it_is_behind_what_is_stored_is_kept_waiting_until_it_has_come_there_or_half_a_minute_is_over()
    {
        using var first = db.Process();
        await first.StoreAsync(await first.OpenAsync(4), Deltas.Of(4, 100) with { Minutes = [Deltas.Minute(Noon, 9)] });
        using var second = db.Process();
        var opening = await second.OpenAsync(4);

        Assert.False(second.Store.TryTake(4, opening, 99, () => throw new InvalidOperationException("behind")));
        await second.StoreAsync(opening, Deltas.Of(4, 100) with { Minutes = [Deltas.Minute(Noon, 9)] });
        using var third = db.Process();
        opening = await third.OpenAsync(4);
        Assert.False(third.Store.TryTake(4, opening, 5, () => throw new InvalidOperationException("behind")));
        third.Time.Advance(TimeSpan.FromSeconds(30));
        await third.StoreAsync(opening, Deltas.Of(4, 5) with { Minutes = [Deltas.Minute(Noon, 1)] });

        Assert.Equal((1L, 5L), (await EventsAsync(4), await PositionAsync(4)));
    }

    [Fact]
    public async Task Lane_when_something_of_it_waits_is_taken_no_more_of()
    {
        using var process = db.Process();
        var opening = await process.OpenAsync(5);

        Assert.True(process.Store.TryTake(5, opening, 1, () => Deltas.Of(5, 1)));
        Assert.False(process.Store.TryTake(5, opening, 2, () => throw new InvalidOperationException("one waits already")));
        var again = process.Store.Open(5);
        Assert.True(again > opening);
        Assert.False(process.Store.TryTake(5, opening, 3, () => throw new InvalidOperationException("opened anew")));
        await process.StoreAsync();

        Assert.Equal(0, await PositionAsync(5));
    }

    [Fact]
    public async Task Hand_over_when_it_is_large_goes_in_several_transactions_and_keeps_no_other_lane_waiting()
    {
        using var process = db.Process();
        var (large, small) = (await process.OpenAsync(6), await process.OpenAsync(7));
        var minutes = Enumerable.Range(0, 2 * FigureStore.MaxRows).Select(i => Deltas.Minute(Noon.AddMinutes(-i), 1)).ToArray();
        Assert.True(process.Store.TryTake(6, large, 50, () => Deltas.Of(6, 50) with { Minutes = minutes }));
        Assert.True(process.Store.TryTake(7, small, 60, () => Deltas.Of(7, 60) with { Minutes = [Deltas.Minute(Noon, 1)] }));

        var rows = await process.Store.StoreFiguresAsync(CancellationToken.None);

        Assert.Equal(FigureStore.MaxRows, rows);
        Assert.Equal((0L, 60L), (await PositionAsync(6), await PositionAsync(7)));
        await process.StoreAsync();
        Assert.Equal((50L, minutes.LongLength), (await PositionAsync(6), await EventsAsync(6)));
    }

    [Fact]
    public async Task Session_when_it_is_final_stays_and_when_it_is_part_of_another_goes()
    {
        using var process = db.Process();
        var opening = await process.OpenAsync(8);
        await process.StoreAsync(opening, Deltas.Of(8, 1) with { Sessions = [Deltas.Session(80, "life", Noon), Deltas.Session(81, "life", Noon.AddHours(1))] });
        // An open session is overtaken by what comes before it was stored.
        Assert.True(process.Store.TryTake(8, opening, 2, () => Deltas.Of(8, 2) with { Sessions = [Deltas.Session(82, "life", Noon.AddHours(2))] }));
        await process.Store.StoreFiguresAsync(CancellationToken.None);
        await process.StoreAsync(opening, Deltas.Of(8, 3) with { Sessions = [Deltas.Session(80, "life", Noon, events: 5, final: true)], Merged = [Deltas.IdOf(81), Deltas.IdOf(82)] });

        Assert.Equal("5 true", await LifeAsync());
        await process.StoreAsync(opening, Deltas.Of(8, 4) with { Sessions = [Deltas.Session(80, "life", Noon, events: 2)] });
        Assert.Equal("5 true", await LifeAsync());

        Task<string> LifeAsync() => db.ScalarAsync<string>("select string_agg(events || ' ' || is_final, ', ') from activity.session where visitor_id = 'life'");
    }

    [Fact]
    public async Task Sessions_when_many_change_at_once_wait_their_turn_within_a_bound()
    {
        using var process = db.Process();
        var opening = await process.OpenAsync(9);
        var sessions = Enumerable.Range(9_000_000, LaneSlot.MaxSessions).Select(i => Deltas.Session(i, $"turn-{i}", Noon)).ToArray();
        Assert.True(process.Store.TryTake(9, opening, 1, () => Deltas.Of(9, 1) with { Sessions = sessions }));
        Assert.Equal(0, process.Store.RoomForSessions(9));
        await process.Store.StoreFiguresAsync(CancellationToken.None);
        Assert.False(process.Store.TryTake(9, opening, 2, () => throw new InvalidOperationException("no room")));

        Assert.Equal(FigureStore.MaxSessions, await process.Store.StoreSessionsAsync(CancellationToken.None));

        // The first of them changes while others wait: it comes after them.
        Assert.Equal(FigureStore.MaxSessions, process.Store.RoomForSessions(9));
        Assert.True(process.Store.TryTake(9, opening, 2, () => Deltas.Of(9, 2) with { Sessions = [sessions[0] with { Events = 7 }] }));
        Assert.Equal(FigureStore.MaxSessions, await process.Store.StoreSessionsAsync(CancellationToken.None));
        Assert.Equal(1, await db.ScalarAsync<int>("select events from activity.session where visitor_id = 'turn-9000000'"));
    }

    [Fact]
    public async Task Texts_when_the_database_would_not_take_them_are_stored_all_the_same()
    {
        using var process = db.Process();
        var opening = await process.OpenAsync(10);
        var pages = new[] { "/zero\0", "/broken\ud800", $"/{new string('ö', 2_000)}a", $"/{new string('ö', 2_000)}b" };

        await process.StoreAsync(opening, Deltas.Of(10, 1) with
        {
            Breakdowns = [.. pages.Select(p => Deltas.Page(Noon, p, 1))],
            Sessions = [Deltas.Session(100, "texts", Noon, final: true) with { EntryPage = pages[0], ExitPage = pages[1], Referrer = pages[2] }],
        });

        Assert.Equal(4, await db.ScalarAsync<long>("select count(*) from activity.breakdown where lane = 10"));
        Assert.Equal("/zero\ufffd", await db.ScalarAsync<string>("select entry_page from activity.session where visitor_id = 'texts'"));
    }

    [Fact]
    public async Task Figures_when_one_lanes_are_refused_are_stored_of_all_others()
    {
        using var process = db.Process();
        var (bad, twice, good) = (await process.OpenAsync(11), await process.OpenAsync(14), await process.OpenAsync(12));
        Assert.True(process.Store.TryTake(11, bad, 1, () => Deltas.Of(11, 1) with { Breakdowns = [Deltas.Page(Noon, "/bad", 1) with { Kind = (BreakdownKind)9 }] }));
        Assert.True(process.Store.TryTake(14, twice, 1, () => Deltas.Of(14, 1) with { Minutes = [Deltas.Minute(Noon, 1), Deltas.Minute(Noon, 2)] }));
        Assert.True(process.Store.TryTake(12, good, 1, () => Deltas.Of(12, 1) with { Minutes = [Deltas.Minute(Noon, 1)] }));

        await process.StoreAsync();

        Assert.Equal((0L, 0L, 1L), (await PositionAsync(11), await PositionAsync(14), await EventsAsync(12)));
        await process.StoreAsync(bad, Deltas.Of(11, 2) with { Minutes = [Deltas.Minute(Noon, 3)] });
        Assert.Equal(3, await EventsAsync(11));
    }

    [Fact]
    public async Task Writer_when_the_database_is_away_stores_what_waits_when_it_is_back()
    {
        await using var wire = new CutWire(db.ConnectionString);
        await using var source = NpgsqlDataSource.Create(wire.ConnectionString);
        using var process = new ProcessStore(source, TimeProvider.System);
        using var writer = new FigureWriter(process.Store, process.Telemetry, TimeProvider.System, NullLogger<FigureWriter>.Instance);
        await writer.StartAsync(CancellationToken.None);
        var opening = process.Store.Open(13);
        await Eventually.HoldsAsync("the lane is claimed", () => process.Store.TryTake(13, opening, 1, () => Deltas.Of(13, 1) with { Minutes = [Deltas.Minute(Noon, 1)] }));
        await Eventually.HoldsAsync("it is stored", async () => await PositionAsync(13) == 1);

        wire.Cut();
        await Eventually.HoldsAsync(
            "it is handed over", () => process.Store.TryTake(13, opening, 2, () => Deltas.Of(13, 2) with { Sessions = [Deltas.Session(130, "away", Noon)], Minutes = [Deltas.Minute(Noon, 2)] }));
        Assert.False(process.Store.TryTake(13, opening, 3, () => throw new InvalidOperationException("one waits already")));
        wire.Mend();

        await Eventually.HoldsAsync("it is stored", async () => await EventsAsync(13) == 2);
        await Eventually.HoldsAsync("it is handed over", () => process.Store.TryTake(13, opening, 3, () => Deltas.Of(13, 3) with { Sessions = [Deltas.Session(130, "away", Noon, events: 3)] }));
        await writer.StopAsync(CancellationToken.None);
        Assert.Equal((3L, 3), (await PositionAsync(13), await db.ScalarAsync<int>("select events from activity.session where visitor_id = 'away'")));
    }

    Task<long> EventsAsync(int lane) => db.ScalarAsync<long>($"select coalesce(sum(events), 0)::bigint from activity.minute where lane = {lane}");

    Task<long> PositionAsync(int lane) => db.ScalarAsync<long>($"select position from activity.lane where lane = {lane}");

    Task<string> ContentAsync(int lane, string visitor) => db.ScalarAsync<string>(
        $"""
        select jsonb_build_array(
            (select jsonb_agg(t order by minute) from activity.minute t where lane = {lane}), (select jsonb_agg(t order by kind, key) from activity.breakdown t where lane = {lane}),
            (select jsonb_agg(t order by hour) from activity.session_hour t where lane = {lane}), (select jsonb_agg(t order by day) from activity.day t where lane = {lane}),
            (select jsonb_agg(t order by days_later) from activity.retention t where lane = {lane}), (select jsonb_agg(t order by step) from activity.funnel t where lane = {lane}),
            (select jsonb_agg(t order by session_id) from activity.session t where visitor_id = '{visitor}'))::text
        """);
}
