using CsCheck;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Reports;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Statements;

namespace Orchestrator.Tests.Reports;

/// <summary>Reports against plain loops over the same events, over random events, batches, thresholds and page sizes.</summary>
public sealed class ReportModelTests(TestInfrastructure infrastructure) : ReportDatabase(infrastructure)
{
    static readonly DateTimeOffset Start = new(2026, 1, 30, 0, 0, 0, TimeSpan.Zero);
    static readonly string[] Accounts = ["alice", "bob", "b-2", "carol"];

    static readonly Gen<(int Account, int Kind, int Amount, int AfterMinutes)> Step = Gen.Select(
        Gen.Int[0, 3], Gen.Int[0, 9], Gen.Int[1, 120], Gen.Frequency((9, Gen.Int[0, 400]), (1, Gen.Int[10_000, 40_000])));

    static readonly Gen<ReportOptions> SomeOptions = Gen.Select(
        Gen.Int[40, 110], Gen.Int[40, 110], Gen.Int[50, 99], Gen.Int[2, 4], Gen.Int[7, 20]).Select((eur, usd, percent, count, days) => new ReportOptions
        {
            LargeAmountMinor = new(StringComparer.Ordinal) { ["EUR"] = eur, ["USD"] = usd },
            StructuringPercent = percent,
            StructuringCount = count,
            DormantDays = days,
        });

    [Fact]
    public async Task Reports_when_events_batches_and_thresholds_are_random_do_match_the_model()
    {
        var run = 0;
        await Gen.Select(Step.Array[1, 60], SomeOptions, Gen.Int[1, 9].Array[1, 4], Gen.Int[1, 5]).SampleAsync(
            async (steps, options, batches, limit) =>
            {
                var events = HistoryOf(steps).Events;
                var one = $"one_{run}";
                var other = $"other_{run++}";
                await BuildAsync(other, events);
                await BuildAsync(one, events, batches);

                Assert.Equal(await ProjectionRun.RowsAsync(Database, other), await ProjectionRun.RowsAsync(Database, one));
                var movements = MovementsOf(events);
                await MatchAsync(one, ReportDefinitions.LargeTransactions, options, limit, Large(movements, options));
                await MatchAsync(one, ReportDefinitions.Structuring, options, limit, Structured(movements, options));
                await MatchAsync(one, ReportDefinitions.DormantReactivation, options, limit, Reactivated(movements, options));
                await MatchAsync(one, ReportDefinitions.Totals, options, limit, Totals(events));
                await ExecuteAsync($"drop schema {one} cascade; drop schema {other} cascade");
            },
            iter: Samples.Of(40),
            threads: 1);
    }

    async Task MatchAsync(string schema, ReportDefinition report, ReportOptions options, int limit, IEnumerable<string> expected) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), (await RowsAsync(schema, report, options, limit)).Order(StringComparer.Ordinal));

    static LedgerHistory HistoryOf((int Account, int Kind, int Amount, int AfterMinutes)[] steps)
    {
        var history = new LedgerHistory();
        var now = Start;
        foreach (var step in steps)
        {
            now = now.AddMinutes(step.AfterMinutes);
            var account = Accounts[step.Account];
            if (history.Events.All(e => e.AccountId != account))
                history.Open(account, now, step.Account == 3 ? "USD" : "EUR");
            var pending = history.Pending(account);
            _ = step.Kind switch
            {
                < 4 => history.Credit(account, step.Amount, now),
                < 6 => history.Debit(account, step.Amount, now),
                6 => history.Add(account, LedgerEventType.HoldPlaced, step.Amount, now, now),
                7 when pending > 1 => history.Add(account, LedgerEventType.HoldCaptured, pending / 2, now, now, released: pending - (pending / 2)),
                8 when pending > 0 => history.Add(account, step.Amount % 2 == 0 ? LedgerEventType.HoldReleased : LedgerEventType.HoldExpired, pending, now, now),
                _ => history.Add(account, LedgerEventType.Frozen, 0, now, now, reason: "suspicion"),
            };
        }
        return history;
    }

    sealed record Movement(LedgerEventRecorded Event, bool Debit, DateTimeOffset Since)
    {
        public string Day { get; } = DayOf(Event);

        public string Direction => Debit ? "debit" : "credit";
    }

    static string DayOf(LedgerEventRecorded e) => Shown([DateOnly.FromDateTime(e.RecordedAt.UtcDateTime)]);

    static List<Movement> MovementsOf(IReadOnlyList<LedgerEventRecorded> events)
    {
        var movements = new List<Movement>();
        var since = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var e in events)
        {
            since.TryAdd(e.AccountId, e.RecordedAt);
            if (e.Type is not (LedgerEventType.Credited or LedgerEventType.Debited or LedgerEventType.HoldCaptured))
                continue;
            movements.Add(new Movement(e, e.Type is not LedgerEventType.Credited, since[e.AccountId]));
            since[e.AccountId] = e.RecordedAt;
        }
        return movements;
    }

    static IEnumerable<string> Large(IEnumerable<Movement> movements, ReportOptions options) =>
        from m in movements
        let e = m.Event
        let large = options.LargeAmountMinor[e.Currency]
        where e.AmountMinor >= large
        select Shown([m.Day, e.AccountId, e.AccountId, e.Currency, m.Direction, e.AmountMinor, large, e.EffectiveAt, e.RecordedAt, e.TransactionId, null, null, e.Version]);

    static IEnumerable<string> Structured(IEnumerable<Movement> movements, ReportOptions options) =>
        from m in movements
        let e = m.Event
        let large = options.LargeAmountMinor[e.Currency]
        // Just under: the amount is the share of the large one at least, in whole minor units.
        where e.AmountMinor < large && e.AmountMinor * 100 >= large * options.StructuringPercent
        group e.AmountMinor by (m.Day, e.AccountId, e.Currency, m.Direction, Large: large) into some
        where some.Count() >= options.StructuringCount
        select Shown(
        [
            some.Key.Day, some.Key.AccountId, some.Key.AccountId, some.Key.Currency, some.Key.Direction, some.Count(), some.Sum(), some.Min(), some.Max(),
            options.JustUnder(some.Key.Currency, CurrencyScales.Iso), some.Key.Large,
        ]);

    static IEnumerable<string> Reactivated(IEnumerable<Movement> movements, ReportOptions options) =>
        from m in movements
        let e = m.Event
        let days = (int)(e.RecordedAt - m.Since).TotalDays
        where days >= options.DormantDays
        select Shown([m.Day, e.AccountId, e.AccountId, e.Currency, m.Direction, e.AmountMinor, days, m.Since, e.RecordedAt, e.Version]);

    static IEnumerable<string> Totals(IEnumerable<LedgerEventRecorded> events) =>
        from e in events
        where e.Type is not (LedgerEventType.Opened or LedgerEventType.Frozen)
        group e by (Day: DayOf(e), e.Currency) into all
        select Shown(
        [
            all.Key.Day, all.Key.Currency,
            .. Counted(all, LedgerEventType.Debited, LedgerEventType.HoldCaptured),
            .. Counted(all, LedgerEventType.Credited),
            .. Counted(all, LedgerEventType.HoldPlaced),
            .. Counted(all, LedgerEventType.HoldCaptured),
            all.Count(e => e.Type is LedgerEventType.HoldReleased),
            all.Sum(e => e.Type is LedgerEventType.HoldReleased ? e.AmountMinor : e.ReleasedMinor ?? 0),
            .. Counted(all, LedgerEventType.HoldExpired),
        ]);

    static object?[] Counted(IEnumerable<LedgerEventRecorded> events, params LedgerEventType[] types) =>
        [events.Count(e => types.Contains(e.Type)), events.Sum(e => types.Contains(e.Type) ? e.AmountMinor : 0)];
}
