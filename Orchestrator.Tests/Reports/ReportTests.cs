using System.Text;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Reports;
using Orchestrator.Tests.Approved;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Statements;

namespace Orchestrator.Tests.Reports;

public sealed class ReportTests(TestInfrastructure infrastructure) : ReportDatabase(infrastructure)
{
    static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    static readonly DateOnly Day = DateOnly.FromDateTime(Noon.Date);

    [Fact]
    public async Task Large_amount_when_changed_does_hold_for_past_days_without_building_anew()
    {
        await BuildAsync("rep", new LedgerHistory().Open("alice", Noon).Credit("alice", 1_000_000, Noon).Credit("alice", 999_999, Noon).Events);

        Assert.Single(await RowsAsync("rep", ReportDefinitions.LargeTransactions, new ReportOptions()));
        Assert.Equal(2, (await RowsAsync("rep", ReportDefinitions.LargeTransactions, Eur(999_999))).Count);
        Assert.Empty(await RowsAsync("rep", ReportDefinitions.LargeTransactions, Eur(1_000_001)));
    }

    [Fact]
    public async Task Large_amount_when_the_currency_has_none_of_its_own_does_follow_its_decimals()
    {
        await BuildAsync("rep", new LedgerHistory()
            .Open("kuwait", Noon, "KWD").Credit("kuwait", 10_000_000, Noon).Debit("kuwait", 9_999_999, Noon)
            .Open("chile", Noon, "CLP").Credit("chile", 10_000, Noon).Events);

        Assert.Equal(
            ["chile 10000 10000", "kuwait 10000000 10000000"],
            (await RowsAsync("rep", ReportDefinitions.LargeTransactions, new ReportOptions())).Select(r => r.Split(' ')).Select(c => $"{c[1]} {c[5]} {c[6]}"));
    }

    [Fact]
    public async Task Structuring_when_several_are_just_under_does_report_the_account()
    {
        foreach (var (amount, times, rows) in new[] { (900_000, 3, 1), (899_999, 3, 0), (999_999, 3, 1), (1_000_000, 3, 0), (950_000, 2, 0) })
        {
            var history = new LedgerHistory().Open("alice", Noon);
            for (var i = 0; i < times; i++)
                history.Credit("alice", amount, Noon.AddHours(i));
            // Neither the other direction, nor another day, nor another account goes with them.
            history.Debit("alice", 950_000, Noon).Credit("alice", 950_000, Noon.AddHours(12)).Open("bob", Noon).Credit("bob", 950_000, Noon);
            await BuildAsync("rep", history.Events, 2);

            Assert.Equal(rows, (await RowsAsync("rep", ReportDefinitions.Structuring, new ReportOptions())).Count);
        }
    }

    [Fact]
    public async Task Dormant_account_when_it_moves_again_is_reported_from_the_days_on_that_count()
    {
        foreach (var (days, rows) in new[] { (180, 1), (179, 0) })
        {
            var again = Noon.AddDays(days);
            await BuildAsync("rep", new LedgerHistory()
                .Open("alice", Noon.AddDays(-400)).Credit("alice", 5, Noon)
                // Holds and freezes are no movements.
                .Add("alice", LedgerEventType.HoldPlaced, 1, Noon.AddDays(100), Noon.AddDays(100))
                .Debit("alice", 1, again).Debit("alice", 1, again.AddMinutes(1)).Events, 1);

            var reported = await RowsAsync("rep", ReportDefinitions.DormantReactivation, new ReportOptions(), range: new(Day.AddDays(1), Day.AddDays(400)));

            Assert.Equal(rows, reported.Count);
            Assert.All(reported, r => Assert.Contains($" {days} 2026-03-02T12:00:00 ", r, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Range_when_given_does_include_both_ends_and_nothing_else()
    {
        await BuildAsync("rep", new LedgerHistory()
            .Open("alice", Noon.AddDays(-9)).Credit("alice", 1, At(-1, "23:59:59.999999")).Credit("alice", 2, At(0, "00:00")).Credit("alice", 4, At(1, "23:59:59.999999"))
            .Credit("alice", 8, At(2, "00:00")).Events);

        var rows = await RowsAsync("rep", ReportDefinitions.Totals, new ReportOptions(), limit: 1, range: new(Day, Day.AddDays(1)));

        Assert.Equal(["2026-03-02 EUR 0 0 1 2", "2026-03-03 EUR 0 0 1 4"], rows.Select(r => r[..22]));
    }

    [Fact]
    public async Task Report_when_written_does_look_as_approved()
    {
        var history = new LedgerHistory()
            .Open("alice", Noon.AddDays(-200)).Credit("alice", 1_250_000, Noon, from: "bob").Debit("alice", 1_000_000, Noon, effective: Noon.AddDays(-3), to: "shop")
            .Open("bob", Noon, "JPY").Credit("bob", 2_000_000, Noon.AddDays(1));
        for (var i = 0; i < 3; i++)
            history.Debit("bob", 1_900_000 + i, Noon.AddDays(2).AddMinutes(i));
        history.Add("bob", LedgerEventType.HoldPlaced, 7, Noon.AddDays(2), Noon.AddDays(2));
        await BuildAsync("rep", history.Events);
        await ExecuteAsync("""
            insert into ledger.account (account_id, kind, customer_id, currency, overdraft_minor, opened_at, version,
                debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor)
            values ('alice', 0, '=cmd|'' /C calc''!A0', 'EUR', 0, now(), 3, 0, 0, 0, 0), ('bob', 0, 'Bob, "Bobby"', 'JPY', 0, now(), 6, 0, 0, 0, 0)
            on conflict (account_id) do update set customer_id = excluded.customer_id
            """);

        var text = new StringBuilder();
        foreach (var report in ReportDefinitions.All)
        {
            text.Append($"# {report.Name}\r\n");
            await foreach (var piece in ReportCsv.WriteAsync(report, Reader(new ReportOptions()).AllAsync("rep", report, Always, default)))
                text.Append(piece);
        }
        ApprovedText.Check("Orchestrator.Tests/Approved/reports.csv", text.ToString());
    }

    static ReportOptions Eur(long amountMinor) => new() { LargeAmountMinor = new(StringComparer.Ordinal) { ["EUR"] = amountMinor } };

    static DateTimeOffset At(int days, string time) =>
        new(Day.AddDays(days), TimeOnly.Parse(time, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Zero);
}
