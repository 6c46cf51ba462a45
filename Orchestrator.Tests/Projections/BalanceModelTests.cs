using CsCheck;
using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Projections;
using Orchestrator.Ledger.Projections.Balances;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Projections;

/// <summary>
/// Random events of three accounts, effective up to three days before or after, folded in random units
/// with mishaps: the balance as of any instant is the fold of the events up to it.
/// </summary>
public sealed class BalanceModelTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    const long Day = TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond;

    static readonly string[] Accounts = ["alice", "bob", "carol"];

    // Account, type, amount, how late it is effective, how far the clock went since the event before; the last two in microseconds.
    static readonly Gen<(int Account, int Type, long Amount, long Late, long Step)[]> Events = Gen.Select(
        Gen.Int[0, 2], Gen.Int[0, 11], Gen.Long[1, 500],
        Gen.Frequency((6, Gen.Const(0L)), (2, Gen.Long[-3 * Day, 3 * Day]), (1, Gen.Int[-3, 3].Select(d => d * Day))),
        Gen.Frequency((6, Gen.Long[0, Day / 10]), (1, Gen.Const(0L)))).Array[1, 60];

    static readonly Gen<(((int Account, int Type, long Amount, long Late, long Step)[] Events, int[] Cuts, int[] Mishaps) Run, long[] Asked)> Runs =
        Gen.Select(Gen.Select(Events, Gen.Int[1, 15].Array[60], Gen.Int[0, 9].Array[60]), Gen.Long[-4 * Day, 8 * Day].Array[4]);

    [Fact]
    public async Task Balance_when_asked_as_of_any_instant_is_the_fold_of_the_events_up_to_it()
    {
        var projection = new BalancesProjection();
        var schema = await ProjectionLane.ServeAsync(Database, projection);
        foreach (var account in Accounts)
            await OpenAsync(account);
        var reader = new BalanceReader(Database, new ProjectionReader(new ProjectionCatalog(Database)));
        await Runs.SampleAsync(
            async sample =>
            {
                await ExecuteAsync($"truncate {schema}.entry, {schema}.day; {ProjectionLane.BeginAgainSql(schema)}");
                var events = Recorded(sample.Run.Events);
                var lane = new ProjectionLane(Database, projection, schema);
                for (var (start, n) = (0, 0); start < events.Count; start += sample.Run.Cuts[n++])
                    await FoldAsync(lane, [.. events.Skip(start).Take(sample.Run.Cuts[n])], sample.Run.Mishaps[n]);
                var instants = sample.Asked.Select(At).Concat(events.Take(3).SelectMany(e => new[] { e.RecordedAt, e.EffectiveAt, e.EffectiveAt.AddMicroseconds(-1) }));
                foreach (var instant in instants)
                {
                    foreach (var account in Accounts)
                        await AssertSameAsync(reader, events.FindAll(e => e.AccountId == account), account, instant);
                }
            },
            iter: Samples.Of(25), threads: 1);
    }

    static Task FoldAsync(ProjectionLane lane, IReadOnlyList<LedgerEventRecorded> unit, int mishap)
    {
        switch (mishap)
        {
            case 0:
                lane.Restart();
                return lane.RunAsync(unit);
            case 1:
                return TwiceAsync(lane.LoseAsync);
            case 2:
                return TwiceAsync(lane.CommitUnnoticedAsync);
            case 3:
                return TwiceAsync(lane.RunAsync);
            default:
                return lane.RunAsync(unit);
        }

        async Task TwiceAsync(Func<IReadOnlyList<LedgerEventRecorded>, Task> first)
        {
            await first(unit);
            await lane.RunAsync(unit);
        }
    }

    static async Task AssertSameAsync(BalanceReader reader, List<LedgerEventRecorded> events, string account, DateTimeOffset asOf)
    {
        var recorded = await reader.GetAsync(account, asOf, BalanceTime.Recorded, asOf, default);
        var upTo = events.TakeWhile(e => e.RecordedAt <= asOf).LastOrDefault();
        Assert.Equal(Of(upTo?.Counters, upTo?.Version ?? 0), Of(recorded!));

        var effective = await reader.GetAsync(account, asOf, BalanceTime.Effective, asOf, default);
        var (posted, held, before) = (0L, 0L, new AccountCounters(0, 0, 0, 0));
        foreach (var e in events)
        {
            if (e.EffectiveAt <= asOf)
            {
                posted += Posted(e.Counters) - Posted(before);
                held += e.Counters.DebitsPendingMinor - before.DebitsPendingMinor;
            }
            before = e.Counters;
        }
        Assert.Equal((posted, held, posted - held, (long)events.Count), Of(effective!));
        Assert.Equal("EUR", effective!.Currency);
    }

    static (long Posted, long Held, long Available, long Version) Of(AccountCounters? c, long version) =>
        c is null ? (0, 0, 0, version) : (Posted(c), c.DebitsPendingMinor, Posted(c) - c.DebitsPendingMinor, version);

    static (long Posted, long Held, long Available, long Version) Of(BalanceView view) =>
        (view.PostedMinor, view.HeldMinor, view.AvailableWithoutOverdraftMinor, view.Version);

    static long Posted(AccountCounters c) => c.CreditsPostedMinor - c.DebitsPostedMinor;

    static DateTimeOffset At(long micros) => Commands.Noon.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    static List<LedgerEventRecorded> Recorded((int Account, int Type, long Amount, long Late, long Step)[] steps)
    {
        var events = new List<LedgerEventRecorded>();
        var last = new Dictionary<string, (long Version, AccountCounters Counters)>(StringComparer.Ordinal);
        var clock = 0L;
        foreach (var step in steps)
        {
            clock += step.Step;
            var account = Accounts[step.Account];
            var (version, before) = last.GetValueOrDefault(account, (0, new AccountCounters(0, 0, 0, 0)));
            var (type, amount, after, released) = Next(version == 0 ? -1 : step.Type, Math.Min(step.Amount, int.MaxValue), before);
            last[account] = (version + 1, after);
            events.Add(new LedgerEventRecorded(
                account, version + 1, type, amount, "EUR", Commands.Id(events.Count), after, At(clock - step.Late), At(clock), ReleasedMinor: released,
                Lane: 0, LaneSequence: events.Count + 1));
        }
        return events;
    }

    static (LedgerEventType Type, long Amount, AccountCounters After, long? Released) Next(int type, long amount, AccountCounters before)
    {
        var pending = Math.Min(amount, before.DebitsPendingMinor);
        return type switch
        {
            -1 => (LedgerEventType.Opened, 0, before, null),
            < 3 => (LedgerEventType.Credited, amount, before with { CreditsPostedMinor = before.CreditsPostedMinor + amount }, null),
            < 6 => (LedgerEventType.HoldPlaced, amount, before with { DebitsPendingMinor = before.DebitsPendingMinor + amount }, null),
            // Half of it is captured, the rest comes back.
            < 8 => (LedgerEventType.HoldCaptured, pending / 2, before with
            {
                DebitsPendingMinor = before.DebitsPendingMinor - pending,
                DebitsPostedMinor = before.DebitsPostedMinor + (pending / 2),
            }, pending - (pending / 2)),
            8 => (LedgerEventType.HoldReleased, pending, before with { DebitsPendingMinor = before.DebitsPendingMinor - pending }, null),
            9 => (LedgerEventType.HoldExpired, pending, before with { DebitsPendingMinor = before.DebitsPendingMinor - pending }, null),
            10 => (LedgerEventType.Debited, amount, before with { DebitsPostedMinor = before.DebitsPostedMinor + amount }, null),
            _ => (LedgerEventType.Frozen, 0, before, null),
        };
    }

    async Task OpenAsync(string account)
    {
        await using var command = Database.CreateCommand(
            """
            insert into ledger.account (version, debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor, overdraft_minor,
                opened_at, kind, currency, account_id, customer_id)
            values (1, 0, 0, 0, 0, 0, now(), 0, 'EUR', $1, $1)
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account });
        await command.ExecuteNonQueryAsync();
    }
}
