using System.Text;
using System.Text.Json;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Statements;
using Orchestrator.Tests.Approved;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Statements;

public sealed class StatementTests(TestInfrastructure infrastructure) : StatementDatabase(infrastructure)
{
    static readonly Month January = Month.Parse("2026-01");
    static readonly Month February = Month.Parse("2026-02");

    [Fact]
    public async Task Entry_when_its_month_was_closed_before_it_was_recorded_does_go_to_the_next_open_one()
    {
        await Closer(At("2026-02-01 02:00")).CloseAsync(January, default);
        await BuildAsync("stmt", new LedgerHistory()
            .Open("alice", At("2026-01-05 10:00"))
            .Credit("alice", 1_000, At("2026-01-05 10:00"))
            .Credit("alice", 30, At("2026-02-01 01:55"), effective: At("2026-01-31 23:00"))
            .Credit("alice", 7, At("2026-02-01 01:56"), effective: At("2026-01-31 23:00")).Events);

        var books = await BooksAsync("alice");

        Assert.Equal((0, 1_030, 2), Balances(books.Summary(January)));
        Assert.Equal((1_030, 1_037, 1), Balances(books.Summary(February)));
        var late = Assert.Single(await EntriesAsync(books, February));
        Assert.Equal((true, At("2026-01-31 23:00"), At("2026-02-01 01:56")), (late.Late, late.EffectiveAt, late.RecordedAt));
        Assert.All(await EntriesAsync(books, January), e => Assert.False(e.Late));
    }

    [Fact]
    public async Task Statement_when_its_month_is_closed_does_stay_the_same_to_the_byte()
    {
        var history = Example();
        await BuildAsync("first", history.Events, 3);
        await StoreAccountAsync("alice", history.Events[^1].Version, "customer-1");
        await Closer(At("2026-02-01 02:00")).CloseAsync(January, default);
        var before = await AllFormatsAsync(January);
        Assert.Equal("closed", (await BooksAsync("alice")).Summary(January).Status);

        // Things go on: late entries, another closing, a read model that is built anew in other batches.
        history.Credit("alice", 1, At("2026-02-03 10:00"), effective: At("2026-01-20 10:00"))
            .Debit("alice", 2, At("2026-02-04 10:00"))
            .Credit("alice", 4, At("2026-03-09 10:00"), effective: At("2026-01-21 10:00"));
        await ProjectionRun.FoldAsync(Database, Projection, "first", [.. history.Events.TakeLast(3)]);
        Assert.Equal(before, await AllFormatsAsync(January));
        await Closer(At("2026-03-01 02:00")).CloseAsync(February, default);
        await BuildAsync("second", history.Events, 2, 1);
        Assert.Equal(before, await AllFormatsAsync(January));

        Assert.Equal((1_000, 999, 2), Balances((await BooksAsync("alice")).Summary(February)));
        Assert.Equal([true, false], (await EntriesAsync(await BooksAsync("alice"), February)).Select(e => e.Late));
    }

    [Fact]
    public async Task Statement_when_the_read_model_lags_behind_the_closing_is_not_called_closed()
    {
        var history = Example();
        await BuildAsync("stmt", [.. history.Events.SkipLast(1)]);
        await StoreAccountAsync("alice", history.Events[^1].Version, "customer-1");
        Assert.Equal("open", (await BooksAsync("alice")).Summary(January).Status);

        await Closer(At("2026-02-01 02:00")).CloseAsync(January, default);

        Assert.Equal("closing", (await BooksAsync("alice")).Summary(January).Status);
        await ProjectionRun.FoldAsync(Database, Projection, "stmt", [history.Events[^1]]);
        Assert.Equal("closed", (await BooksAsync("alice")).Summary(January).Status);
        Assert.Equal("open", (await BooksAsync("alice")).Summary(February).Status);
    }

    [Fact]
    public async Task Months_when_nothing_happened_in_them_do_have_a_statement_too()
    {
        await BuildAsync("stmt", new LedgerHistory()
            .Open("alice", At("2026-01-05 10:00")).Credit("alice", 5, At("2026-01-06 10:00")).Debit("alice", 5, At("2026-04-01 00:00")).Events);
        var books = await BooksAsync("alice");

        var months = books.Months(Month.Parse("2026-05"), before: null).ToList();

        Assert.Equal(["2026-05", "2026-04", "2026-03", "2026-02", "2026-01"], months.Select(m => m.Month));
        Assert.Equal([(0, 0, 0), (5, 0, 1), (5, 5, 0), (5, 5, 0), (0, 5, 1)], months.Select(Balances));
        Assert.False(books.Has(Month.Parse("2025-12"), Month.Parse("2026-05")));
        Assert.False(books.Has(Month.Parse("2026-06"), Month.Parse("2026-05")));
    }

    [Fact]
    public async Task Statement_when_it_is_long_does_come_in_pages_that_add_up()
    {
        var history = new LedgerHistory().Open("alice", At("2026-01-01 00:00"));
        var at = At("2026-01-02 00:00");
        for (var i = 0; i < 2_500; i++)
            history.Credit("alice", 1 + (i % 3), at = at.AddMinutes(1), effective: i % 5 == 0 ? At("2025-12-31 10:00") : null);
        await Closer(At("2026-01-01 02:00")).CloseAsync(January.Previous, default);
        await BuildAsync("stmt", history.Events, 700);
        var books = await BooksAsync("alice");

        var entries = await EntriesAsync(books, January);

        Assert.Equal(Enumerable.Range(2, 2_500).Select(v => (long)v), entries.Select(e => e.Version));
        Assert.Equal(500, entries.Count(e => e.Late));
        Assert.Equal(books.Summary(January).ClosingBalanceMinor, entries[^1].BalanceMinor);
        Assert.Equal(2_500 + 3, (await TextAsync(StatementCsv.WriteAsync(Reader.Statement(books, January), CurrencyScales.Iso))).Split("\r\n").Length - 1);
    }

    [Fact]
    public async Task Statement_when_it_does_not_add_up_is_broken_off()
    {
        await BuildAsync("stmt", Example().Events);
        await ExecuteAsync("update stmt.entry set amount_minor = amount_minor + 1 where version = 2");
        var books = await BooksAsync("alice");
        await Assert.ThrowsAsync<InvalidOperationException>(() => EntriesAsync(books, January));

        await ExecuteAsync("update stmt.entry set amount_minor = amount_minor - 1 where version = 2; update stmt.month_total set credits_minor = credits_minor + 1");
        var broken = await BooksAsync("alice");
        await Assert.ThrowsAsync<InvalidOperationException>(() => EntriesAsync(broken, January));
    }

    [Fact]
    public async Task Statement_when_written_does_look_as_approved()
    {
        await BuildAsync("stmt", Example().Events);
        await StoreAccountAsync("alice", 8, "<script>alert(1)</script> & =cmd|' /C calc'!A0");
        await Closer(At("2026-02-01 02:00")).CloseAsync(January, default);
        var books = await BooksAsync("alice");

        ApprovedText.Check("Orchestrator.Tests/Approved/statement.csv", await TextAsync(StatementCsv.WriteAsync(Reader.Statement(books, January), CurrencyScales.Iso)));
        var html = await TextAsync(StatementHtml.WriteAsync(Reader.Statement(books, January, masked: true), CurrencyScales.Iso));
        ApprovedText.Check("Orchestrator.Tests/Approved/statement.html", html);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", html, StringComparison.Ordinal);
        Assert.DoesNotContain("account-of-bob", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Books_when_the_read_model_is_not_there_are_not_either()
    {
        Assert.Null(await Reader.BooksAsync("alice", default));
        await BuildAsync("stmt", Example().Events);
        Assert.Null(await Reader.BooksAsync("nobody", default));
    }

    // Eight events of alice, all of January.
    static LedgerHistory Example() => new LedgerHistory()
        .Open("alice", At("2026-01-05 10:00"))
        .Credit("alice", 125_050, At("2026-01-05 10:00:00.000123"), from: "account-of-bob", reason: "=HYPERLINK(\"http://evil.example\",\"salary\")")
        .Add("alice", LedgerEventType.HoldPlaced, 50_000, At("2026-01-07 09:00"), At("2026-01-07 09:00:01"))
        .Add("alice", LedgerEventType.HoldCaptured, 49_999, At("2026-01-07 09:00"), At("2026-01-07 09:00:02"), released: 1, counterparty: "shop")
        .Debit("alice", 1, At("2026-01-08 12:00"), effective: At("2026-01-06 00:00"), to: "shop", reason: "fee, \"monthly\"\n<script>alert(1)</script>")
        .Add("alice", LedgerEventType.Frozen, 0, At("2026-01-09 12:00"), At("2026-01-09 12:00"), reason: "suspicion")
        .Add("alice", LedgerEventType.Unfrozen, 0, At("2026-01-10 12:00"), At("2026-01-10 12:00"), reason: "cleared")
        .Debit("alice", 74_050, At("2026-01-31 23:59:59.999999"), reason: "+1 and -1 and @home");

    async Task<string> AllFormatsAsync(Month month)
    {
        var books = await BooksAsync("alice");
        var text = new StringBuilder(await TextAsync(StatementCsv.WriteAsync(Reader.Statement(books, month), CurrencyScales.Iso)));
        text.Append(await TextAsync(StatementHtml.WriteAsync(Reader.Statement(books, month), CurrencyScales.Iso)));
        using var json = new MemoryStream();
        await JsonSerializer.SerializeAsync(json, Reader.Statement(books, month));
        return text.Append(Encoding.UTF8.GetString(json.ToArray())).ToString();
    }

    async Task<List<StatementEntry>> EntriesAsync(AccountBooks books, Month month)
    {
        var entries = new List<StatementEntry>();
        await foreach (var entry in Reader.Statement(books, month).Entries)
            entries.Add(entry);
        return entries;
    }

    static (long Opening, long Closing, long Entries) Balances(StatementSummary summary) =>
        (summary.OpeningBalanceMinor, summary.ClosingBalanceMinor, summary.EntryCount);

    static DateTimeOffset At(string text) => DateTimeOffset.Parse($"{text}Z", System.Globalization.CultureInfo.InvariantCulture);
}
