using CsCheck;
using Microsoft.Extensions.Options;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Projections;
using Orchestrator.Ledger.Projections.Balances;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Projections;

/// <summary>The ledger's own events, as a topic delivers them at its worst, give what the store gives.</summary>
public sealed class ProjectionModelTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    static readonly Gen<(IContract[] Commands, int[] Cuts, int[] Mishaps)> Runs =
        Gen.Select(CommandSequences.Many, Gen.Int[1, 12].Array[400], Gen.Int[0, 11].Array[400]);

    [Fact]
    public async Task Projection_when_events_are_lost_or_repeated_or_units_fail_is_what_the_store_gives()
    {
        var projection = new BalancesProjection();
        var schema = await ProjectionLane.ServeAsync(Database, projection);
        var check = Check(projection);
        await Runs.SampleAsync(
            async run =>
            {
                await ExecuteAsync($"""
                    alter table ledger.event disable trigger user; alter table ledger.refusal disable trigger user; alter table ledger.account disable trigger user;
                    alter table ledger.chain disable trigger user;
                    truncate ledger.event, ledger.refusal, ledger.account, ledger.chain, {schema}.entry, {schema}.day; {ProjectionLane.BeginAgainSql(schema)};
                    alter table ledger.chain enable trigger user;
                    alter table ledger.event enable trigger user; alter table ledger.refusal enable trigger user; alter table ledger.account enable trigger user
                    """);
                var ledger = new LedgerLane(Database);
                var events = LedgerLane.Events(await ledger.RunAsync([.. CommandSequences.Opens, .. run.Commands])).ToList();
                AssertTellWhatTheyChange(events);
                var lane = new ProjectionLane(Database, projection, schema);
                for (var (start, n) = (0, 0); start < events.Count; start += run.Cuts[n++])
                {
                    var unit = events.Skip(start).Take(run.Cuts[n]).ToList();
                    await DeliverAsync(lane, unit, run.Mishaps[n]);
                }
                // The last event comes in the end: what was lost before it is fetched.
                await lane.RunAsync([events[^1]]);

                var found = Assert.IsType<CheckOutcome.Checked>(await check.RunAsync(projection.Name, CancellationToken.None)).View;
                Assert.Equal((true, null, (long)events.Count, 0), (found.Agrees, found.Difference, found.EventsChecked, found.EventsBehind));
            },
            iter: Samples.Of(20), threads: 1);
    }

    // By the counters around each, and in the order of the lane.
    static void AssertTellWhatTheyChange(List<LedgerEventRecorded> events)
    {
        var last = new Dictionary<string, LedgerEventRecorded>(StringComparer.Ordinal);
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (0, (long)n)), events.Select(e => (e.Lane!.Value, e.LaneSequence!.Value)));
        foreach (var e in events)
        {
            var before = last.GetValueOrDefault(e.AccountId);
            Assert.Equal(e.PostedBalanceMinor() - (before?.PostedBalanceMinor() ?? 0), e.PostedChangeMinor());
            Assert.Equal(e.Counters.DebitsPendingMinor - (before?.Counters.DebitsPendingMinor ?? 0), e.HeldChangeMinor());
            last[e.AccountId] = e;
        }
    }

    [Fact]
    public async Task Event_when_the_lane_moves_to_a_machine_whose_clock_is_behind_is_not_recorded_before_the_last()
    {
        var ahead = new LedgerLane(Database);
        ahead.BeAwayUntil(Commands.Noon.AddHours(5));
        var first = LedgerLane.Events(await ahead.RunAsync(Commands.Open("alice", 1_000))).ToList();

        var second = LedgerLane.Events(await new LedgerLane(Database).RunAsync(Commands.Credit(1, "alice", 30))).ToList();

        Assert.True(first[^1].RecordedAt > Commands.Noon.AddHours(5));
        Assert.Equal(first[^1].RecordedAt, Assert.Single(second).RecordedAt);
    }

    [Fact]
    public async Task Check_when_a_row_is_not_what_the_events_make_does_name_it()
    {
        var projection = new BalancesProjection();
        var schema = await ProjectionLane.ServeAsync(Database, projection);
        var ledger = new LedgerLane(Database);
        var events = LedgerLane.Events(await ledger.RunAsync(Commands.Open("alice", 1_000), Commands.Open("bob", 50), Commands.Credit(1, "alice", 30))).ToList();
        await new ProjectionLane(Database, projection, schema).RunAsync([.. events.Take(4)]);
        var check = Check(projection);
        Assert.Equal((true, 4, 1), await FoundAsync());

        await ExecuteAsync($"update {schema}.day set posted_minor = posted_minor + 1 where account_id = 'alice'");
        Assert.Equal("day missing", await DifferenceAsync());
        await ExecuteAsync($"update {schema}.day set posted_minor = posted_minor - 1 where account_id = 'alice'; insert into {schema}.day values (1, 1, '2026-01-01', 'bob')");
        Assert.Equal("day not_of_the_store", await DifferenceAsync());
        await ExecuteAsync($"delete from {schema}.day where day = '2026-01-01'; update {schema}.watermark set sequence = 9");
        Assert.Equal("watermark folded_beyond_the_store", await DifferenceAsync());
        Assert.IsType<CheckOutcome.Unknown>(await check.RunAsync("nothing", CancellationToken.None));
        await ExecuteAsync("update ledger.projection set version = 7");
        await Assert.ThrowsAsync<ProjectionNotReadyException>(() => check.RunAsync(projection.Name, CancellationToken.None));

        async Task<(bool, long, long)> FoundAsync() => await ViewAsync() is var v ? (v.Agrees, v.EventsChecked, v.EventsBehind) : default;
        async Task<string> DifferenceAsync() => await ViewAsync() is { Agrees: false, Difference: { } d } ? $"{d.Table} {d.Kind}" : "none";
        async Task<ProjectionCheckView> ViewAsync() => Assert.IsType<CheckOutcome.Checked>(await check.RunAsync(projection.Name, CancellationToken.None)).View;
    }

    [Fact]
    public async Task Event_when_one_of_its_account_is_parked_waits_and_others_go_on()
    {
        var projection = new BalancesProjection();
        var schema = await ProjectionLane.ServeAsync(Database, projection);
        var events = LedgerLane.Events(await new LedgerLane(Database).RunAsync(
            Commands.Open("alice", 1_000), Commands.Open("bob", 50), Commands.Credit(1, "alice", 30), Commands.Credit(2, "bob", 3))).ToList();
        var lane = new ProjectionLane(Database, projection, schema);
        lane.Waiting.Add("alice");
        await lane.RunAsync([.. events.Where(e => e.AccountId == "bob")]);
        var behind = events.Count(e => e.AccountId == "alice");
        Assert.Equal((true, events.Count - behind, behind), await FoundAsync());

        // They are taken one by one, in their order, by a process that has to look up what waits; one comes twice.
        lane.Restart();
        foreach (var e in events.Where(e => e.AccountId == "alice"))
            await lane.RunAsync([e, e]);
        Assert.Equal((true, events.Count, 0), await FoundAsync());

        async Task<(bool, long, long)> FoundAsync() =>
            Assert.IsType<CheckOutcome.Checked>(await Check(projection).RunAsync(projection.Name, CancellationToken.None)).View is var v
                ? (v.Agrees, v.EventsChecked, v.EventsBehind) : default;
    }

    [Fact]
    public async Task Event_when_it_has_no_number_of_its_lane_is_found_in_the_store()
    {
        var projection = new BalancesProjection();
        var schema = await ProjectionLane.ServeAsync(Database, projection);
        var events = LedgerLane.Events(await new LedgerLane(Database).RunAsync(Commands.Open("alice", 1_000), Commands.Credit(1, "alice", 30))).ToList();
        await new ProjectionLane(Database, projection, schema).RunAsync([.. events.Select(e => e with { Lane = null, LaneSequence = null })]);

        var found = Assert.IsType<CheckOutcome.Checked>(await Check(projection).RunAsync(projection.Name, CancellationToken.None)).View;
        Assert.Equal((true, (long)events.Count, 0), (found.Agrees, found.EventsChecked, found.EventsBehind));
    }

    [Fact]
    public async Task Event_when_those_before_it_are_nowhere_does_fail_by_name()
    {
        var projection = new BalancesProjection();
        var lane = new ProjectionLane(Database, projection, await ProjectionLane.ServeAsync(Database, projection));

        var e = new LedgerEventRecorded(
            "ghost", 3, LedgerEventType.Credited, 1, "EUR", Commands.Id(1), new(0, 0, 0, 1), Commands.Noon, Commands.Noon, Lane: 0, LaneSequence: 3);
        Assert.Contains("the store has 0", (await Assert.ThrowsAsync<MissingEventsException>(() => lane.RunAsync([e]))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MissingEventsException>(() => lane.RunAsync([e with { LaneSequence = 1_000_000 }]));
    }

    static async Task DeliverAsync(ProjectionLane lane, List<LedgerEventRecorded> unit, int mishap)
    {
        switch (mishap)
        {
            case 0:
                lane.Restart();
                break;
            case 1:
                await lane.LoseAsync(unit);
                break;
            case 2:
                await lane.CommitUnnoticedAsync(unit);
                break;
            case 3:
                await lane.RunAsync(unit);
                break;
            case 4:
                // Never delivered.
                return;
            case 5:
                unit = [.. unit, .. unit];
                break;
        }
        await lane.RunAsync(unit);
    }

    ProjectionCheck Check(Projection projection) => new(
        Database, new ProjectionCatalog(Database), [projection], new MessagingOptions(), Options.Create(new ProjectionOptions { CopyBatch = 7 }));
}
