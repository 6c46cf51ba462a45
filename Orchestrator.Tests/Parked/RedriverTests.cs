using Npgsql;
using Orchestrator.Messaging.Parking;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Messaging;

namespace Orchestrator.Tests.Parked;

/// <summary>Redrives keep to their rate, go on whoever is killed, and end.</summary>
public sealed class RedriverTests(TestInfrastructure infrastructure) : ParkedDatabase(infrastructure)
{
    const int Rate = 20;

    static readonly Guid First = LaneFixture.Id(1);

    [Fact]
    public async Task Redrive_when_it_runs_asks_for_each_message_once_in_order_and_for_no_more_a_second_than_its_rate()
    {
        await ParkAsync(ParkedStatus.Failed, "a", [.. Enumerable.Range(1, 60)]);
        await AskAsync(First, ParkedFilter.All);

        await RunAsync(RedriverOn(Database), () => TakeAsync());

        var asked = await AskedAsync();
        Assert.Equal(60, asked.Select(a => a.ParkedId).Distinct().Count());
        Assert.Equal(asked.Select(a => a.ParkedId).Order(), asked.Select(a => a.ParkedId));
        // Of a second, wherever it begins; what a step asks for at once is no more than a quarter of it.
        Assert.All(asked, from => Assert.InRange(asked.Count(a => a.At >= from.At && a.At < from.At.AddSeconds(1)), 1, Rate + (Rate / 4)));
        Assert.True(asked[^1].At - asked[0].At >= TimeSpan.FromSeconds(((60.0 - (Rate / 4)) / Rate) - 0.01), $"{asked[^1].At - asked[0].At}");
        var done = (await Redrives.FindAsync(First, default))!;
        Assert.Equal(("done", new RedriveProgress(60, 60, 0, 60, 0)), (done.State, done.Progress));
    }

    [Fact]
    public async Task Redrive_when_a_process_is_killed_within_a_step_is_carried_on_by_another()
    {
        await ParkAsync(ParkedStatus.Failed, "a", [.. Enumerable.Range(1, 12)]);
        await AskAsync(First, ParkedFilter.All);
        await RedriverOn(Database).StepAsync(default);
        Assert.Equal(5, (await Redrives.FindAsync(First, default))!.Progress.Requested);
        await TakeAsync(failing: true);

        // Its session ends after it has asked for messages, and before it has said so.
        await ExecuteAsync(
            """
            create function doom() returns trigger language plpgsql as $$ begin
                if current_setting('application_name') = 'doomed' then perform pg_terminate_backend(pg_backend_pid()); end if; return new;
            end $$;
            create trigger doom before update on messaging.redrive for each row execute function doom();
            """);
        Time.Advance(TimeSpan.FromSeconds(1));
        await using (var doomed = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { ApplicationName = "doomed" }.ConnectionString))
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => RedriverOn(doomed).StepAsync(default));
        Assert.Equal(0L, await ScalarAsync<long>("select count(*) from messaging.parked where requested is not null"));

        await using var another = NpgsqlDataSource.Create(ConnectionString);
        await RunAsync(RedriverOn(another), () => TakeAsync());

        var asked = await AskedAsync();
        Assert.Equal((12, 12), (asked.Count, asked.Select(a => a.ParkedId).Distinct().Count()));
        // Those that failed again are not taken a second time by the same redrive.
        Assert.Equal(new RedriveProgress(12, 12, 0, 7, 5), (await Redrives.FindAsync(First, default))!.Progress);
        Assert.Equal(5L, await ScalarAsync<long>("select count(*) from messaging.parked where status = 'failed' and requested is null and redrive_id is null"));
    }

    [Fact]
    public async Task Redrive_when_messages_wait_behind_another_pays_for_them_before_the_next()
    {
        await ParkAsync(ParkedStatus.Failed, "a", 1);
        await ParkAsync(ParkedStatus.Queued, "a", [.. Enumerable.Range(2, 29)]);
        await ParkAsync(ParkedStatus.Failed, "b", 40);
        await Redrives.AskAsync(Order(First, ParkedFilter.All) with { RatePerSecond = 4 }, default);

        Assert.Equal(1, await RequestedAsync());
        Time.Advance(TimeSpan.FromSeconds(7.4));
        Assert.Equal(1, await RequestedAsync());
        Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(2, await RequestedAsync());
        // Those behind it follow by themselves.
        Assert.Equal(0L, await ScalarAsync<long>("select count(*) from messaging.parked where requested is not null and status = 'queued'"));

        async Task<long> RequestedAsync()
        {
            await RedriverOn(Database).StepAsync(default);
            return (await Redrives.FindAsync(First, default))!.Progress.Requested;
        }
    }

    [Fact]
    public async Task Redrive_when_lanes_are_away_asks_for_no_more_than_two_seconds_worth()
    {
        await ParkAsync(ParkedStatus.Failed, "a", [.. Enumerable.Range(1, 60)]);
        await ParkAsync(ParkedStatus.Failed, "other", 200);
        await AskAsync(First, new ParkedFilter { Key = "a" });

        for (var step = 0; step < 40; step++)
        {
            await RedriverOn(Database).StepAsync(default);
            Time.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.Equal(new RedriveProgress(60, 2 * Rate, 2 * Rate, 0, 0), (await Redrives.FindAsync(First, default))!.Progress);
        await RunAsync(RedriverOn(Database), () => TakeAsync());
        Assert.Equal(1L, await ScalarAsync<long>("select count(*) from messaging.parked"));
    }

    [Fact]
    public async Task Redrive_when_a_time_is_named_begins_then_and_when_it_is_cancelled_asks_for_no_more()
    {
        await ParkAsync(ParkedStatus.Failed, "a", [.. Enumerable.Range(1, 40)]);
        var order = Order(First, ParkedFilter.All) with { At = Noon.AddHours(1) };
        Assert.False(Assert.IsType<RedriveOutcome.Done>(await Redrives.AskAsync(order, default)).Repeated);
        Assert.True(Assert.IsType<RedriveOutcome.Done>(await Redrives.AskAsync(order, default)).Repeated);
        Assert.IsType<RedriveOutcome.IdReused>(await Redrives.AskAsync(order with { RatePerSecond = 1 }, default));

        await RedriverOn(Database).StepAsync(default);
        Assert.Equal(("scheduled", null), (await Redrives.FindAsync(First, default))! is var waits ? (waits.State, waits.StartedAt) : default);
        Time.Advance(TimeSpan.FromHours(1));
        await RedriverOn(Database).StepAsync(default);
        Assert.Equal(("running", Noon.AddHours(1)), (await Redrives.FindAsync(First, default))! is var runs ? (runs.State, runs.StartedAt) : default);

        Assert.False(Assert.IsType<RedriveOutcome.Done>(await Redrives.CancelAsync(First, "olga", default)).Repeated);
        Time.Advance(TimeSpan.FromMinutes(1));
        await RedriverOn(Database).StepAsync(default);
        Assert.Equal(("cancelled", "olga", 5L), Assert.IsType<RedriveOutcome.Done>(await Redrives.CancelAsync(First, "anna", default)).Redrive is var ended
            ? (ended.State, ended.CancelledBy, ended.Progress.Requested) : default);
        Assert.IsType<RedriveOutcome.NotFound>(await Redrives.CancelAsync(LaneFixture.Id(9), "anna", default));
        for (var n = 0; n < Redrives.MaxOpen; n++)
            await AskAsync(LaneFixture.Id(100 + n), ParkedFilter.All);
        Assert.Equal(Redrives.MaxOpen, Assert.IsType<RedriveOutcome.Full>(await Redrives.AskAsync(Order(LaneFixture.Id(99), ParkedFilter.All), default)).Open);
    }

    static RedriveOrder Order(Guid id, ParkedFilter which) => new(id, which, Rate, At: null, "mended", "otto");

    async Task AskAsync(Guid id, ParkedFilter which) => Assert.IsType<RedriveOutcome.Done>(await Redrives.AskAsync(Order(id, which), default));

    async Task RunAsync(Redriver redriver, Func<Task> lanes)
    {
        for (var step = 0; step < 200 && await ScalarAsync<long>("select count(*) from messaging.redrive where state in ('scheduled', 'running')") > 0; step++)
        {
            var rest = await redriver.StepAsync(default);
            await lanes();
            Time.Advance(rest);
        }
        Assert.Equal("done", (await Redrives.FindAsync(First, default))!.State);
    }

    async Task<List<(long ParkedId, DateTimeOffset At)>> AskedAsync()
    {
        await using var command = Database.CreateCommand("select parked_id, at from messaging.parked_audit where outcome = 'requested' order by audit_id");
        await using var rows = await command.ExecuteReaderAsync();
        var asked = new List<(long, DateTimeOffset)>();
        while (await rows.ReadAsync())
            asked.Add((rows.GetInt64(0), rows.GetFieldValue<DateTimeOffset>(1)));
        return asked;
    }
}
