using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Reconciliation;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Ledger.Reconciliation;

/// <summary>Statements against a ledger that was funded from outside: what matches, what breaks, and how a break ends.</summary>
public sealed class ReconciliationTests(TestInfrastructure infrastructure) : ReconciliationDatabase(infrastructure)
{
    const string Header = "reference,amount,currency,bookedOn,text\n";

    static readonly string Everything = Header +
        $"{Fund("alice")},10.00,EUR,2026-03-02,exact\n" +
        $"PAY {Fund("bob"):N},4.00,EUR,2026-03-02,another amount\n" +
        $"{Fund("carol")},3.00,EUR,2026-03-02,another currency\n" +
        "INV-1,7.00,EUR,2026-03-04,two days late\n" +
        "INV-2,99.00,EUR,2026-03-02,nobody's\n" +
        $"{Fund("alice")},10.00,EUR,2026-03-03,again\n" +
        "INV-3,-8.00,EUR,2026-03-02,went out\n";

    [Fact]
    public async Task Statement_when_imported_does_show_every_kind_of_break()
    {
        await FundAsync();

        var view = (await Reader.GetAsync((await ImportAsync(Everything)).StatementId, default))!;
        var breaks = await Reader.BreaksAsync(view.Statement.Id, 0, 100, default);

        Assert.Equal(
            [(3, "amount_differs"), (4, "currency_differs"), (6, "missing_in_ledger"), (7, "duplicate_line"), (8, "missing_in_ledger"), (9, "missing_in_statement")],
            breaks.Select(b => (b.Line, b.Status)));
        Assert.Equal(
            [("bob", 500L, "EUR"), ("carol", 300, "USD"), ("alice", 1_000, "EUR"), ("erin", 900, "EUR")],
            breaks.Select(b => b.Posting).OfType<PostingView>().Select(p => (p.AccountId, p.AmountMinor, p.Currency)));
        Assert.Equal(
            [
                new("amount_differs", null, "EUR", 1, 400, 1, 400), new("currency_differs", null, "EUR", 1, 300, 1, 300), new("duplicate_line", null, "EUR", 1, 1_000, 1, 1_000),
                new("matched", "by_amount", "EUR", 1, 700, 0, 0), new("matched", "exact", "EUR", 1, 1_000, 0, 0), new("missing_in_ledger", null, "EUR", 2, 9_100, 2, 9_100),
                new ReconciliationTotal("missing_in_statement", null, "EUR", 1, 900, 1, 900),
            ],
            view.Totals);
        Assert.Equal((6, 7, 0, "EUR", new DateOnly(2026, 3, 2), new DateOnly(2026, 3, 4)),
            (view.Open, view.Statement.Lines, view.Statement.Skipped, view.Statement.Currency, view.Statement.From, view.Statement.To));
    }

    [Fact]
    public async Task Posting_when_paid_in_or_out_is_found_by_its_command_or_its_transaction()
    {
        await new LedgerLane(Database).RunAsync(
            Commands.Open("alice", 1_000), Commands.Credit(1, "alice", 250) with { Purpose = PostingPurpose.Settlement }, Commands.Debit(2, "alice", 100),
            Commands.Debit(3, "alice", 50, purpose: PostingPurpose.Fee));

        // Both were made for the same transaction; a fee stays in the house.
        var imported = await ImportAsync(
            $"{Header}{Commands.Id(9_999):N},-1.00,EUR,2026-03-03,\nRF{Commands.Id(1)},2.50,EUR,2026-03-03,\n{Fund("alice")},10.00,EUR,2026-03-02,\n{Commands.Id(3)},-0.50,EUR,2026-03-02,\n");

        Assert.Equal([(5, "missing_in_ledger")], await BreaksAsync(imported.StatementId));
    }

    [Fact]
    public async Task Statement_when_its_bytes_come_again_does_give_the_first_result()
    {
        await FundAsync();
        var first = await ImportAsync(Everything);
        var before = await Reader.GetAsync(first.StatementId, default);

        var again = await ImportAsync(Everything, days: 10);

        Assert.Equal((first.StatementId, false, true), (again.StatementId, first.Repeated, again.Repeated));
        var after = await Reader.GetAsync(first.StatementId, default);
        Assert.Equal((before!.Statement, before.Open), (after!.Statement, after.Open));
        Assert.Equal(before.Totals, after.Totals);
        Assert.Single(await Reader.ListAsync(null, 100, default));
    }

    [Fact]
    public async Task Statements_when_imported_at_once_do_take_turns()
    {
        await FundAsync();
        var same = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ImportAsync(Everything)));
        Assert.Equal(2, same.Count(s => s.Repeated));
        Assert.Single(same.Select(s => s.StatementId).Distinct());

        // Each claims the postings of the others.
        var files = Enumerable.Range(1, 4).Select(i => $"{Header}{Fund("erin")},9.00,EUR,2026-03-0{i},\n");
        var claims = await Task.WhenAll(files.Select(f => ImportAsync(f)));
        var totals = await Task.WhenAll(claims.Select(async c => (await Reader.GetAsync(c.StatementId, default))!.Totals.First(t => t.Status != "missing_in_statement").Status));
        Assert.Equal(["duplicate_line", "duplicate_line", "duplicate_line", "matched"], totals.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Break_when_a_later_statement_has_the_posting_is_not_open_any_more()
    {
        await FundAsync();
        var first = (await ImportAsync(Everything)).StatementId;

        await ImportAsync($"{Header}{Fund("erin")},9.00,EUR,2026-03-05,\n");

        Assert.DoesNotContain((9, "missing_in_statement"), await BreaksAsync(first));
    }

    [Fact]
    public async Task Break_when_its_posting_comes_later_is_not_open_any_more()
    {
        var early = (await ImportAsync($"{Header}{Fund("alice")},10.00,EUR,2026-03-01,\n{Fund("bob")},1.00,EUR,2026-03-01,\n")).StatementId;
        Assert.Equal([(2, "missing_in_ledger"), (3, "missing_in_ledger")], await BreaksAsync(early));
        await FundAsync();

        var next = (await ImportAsync($"{Header}x,77.00,EUR,2026-03-02,\n")).StatementId;

        // What bob's line says is not what was posted: nothing but a person ends that.
        Assert.Equal([(3, "missing_in_ledger")], await BreaksAsync(early));
        Assert.Equal(["missing_in_ledger", "missing_in_statement", "missing_in_statement", "missing_in_statement"], (await BreaksAsync(next)).Select(b => b.Status));
    }

    [Fact]
    public async Task Posting_when_another_of_its_transaction_has_the_line_is_missing()
    {
        var early = (await ImportAsync($"{Header}{Commands.Id(9_999)},-1.00,EUR,2026-03-01,\n")).StatementId;
        await new LedgerLane(Database).RunAsync(Commands.Open("alice", 1_000), Commands.Debit(1, "alice", 100), Commands.Debit(2, "alice", 100), Commands.Debit(3, "alice", 100));

        var next = (await ImportAsync($"{Header}{Commands.Id(9_999)},-1.00,EUR,2026-03-02,\n")).StatementId;

        // One went to the line that waited, one to the line of the file, one has none; and nobody says that money came in.
        Assert.Empty(await BreaksAsync(early));
        Assert.Equal([("alice", 2L), ("alice", 5L)], (await Reader.BreaksAsync(next, 0, 10, default)).Select(b => (b.Posting!.AccountId, b.Posting.Version)));
    }

    [Fact]
    public async Task Break_when_accepted_or_matched_by_hand_is_decided_once()
    {
        await FundAsync();
        var id = (await ImportAsync(Everything)).StatementId;

        Assert.Equal(ResolutionOutcome.Resolved, await DecideAsync(id, 3, "fee"));
        Assert.Equal(ResolutionOutcome.Repeated, await DecideAsync(id, 3, "fee"));
        Assert.Equal(ResolutionOutcome.NotOpen, await DecideAsync(id, 3, "another reason"));
        Assert.Equal(ResolutionOutcome.NotOpen, await DecideAsync(id, 3, "fee", new PostingId("erin", 2)));
        Assert.Equal(ResolutionOutcome.NotOpen, await DecideAsync(id, 2, "matched already"));
        Assert.Equal(ResolutionOutcome.NotFound, await DecideAsync(id, 99, "nothing"));
        Assert.Equal(ResolutionOutcome.NotFound, await DecideAsync(Guid.Empty, 3, "nothing"));
        Assert.Equal(ResolutionOutcome.PostingMatched, await DecideAsync(id, 6, "bob's is accepted with line 3", new PostingId("bob", 2)));
        Assert.Equal(ResolutionOutcome.NoSuchPosting, await DecideAsync(id, 6, "opening is no posting", new PostingId("erin", 1)));
        Assert.Equal(ResolutionOutcome.NoSuchPosting, await DecideAsync(id, 6, "a transfer is none either", new PostingId("erin", 3)));
        Assert.Equal(ResolutionOutcome.PostingNotExpected, await DecideAsync(id, 9, "erin's", new PostingId("erin", 2)));
        Assert.Equal(ResolutionOutcome.Resolved, await DecideAsync(id, 6, "erin's", new PostingId("erin", 2)));

        // With line 6 the posting that line 9 is about has found its line.
        Assert.Equal([(4, "currency_differs"), (7, "duplicate_line"), (8, "missing_in_ledger")], await BreaksAsync(id));
        Assert.Equal(["accepted", "by_amount", "by_hand", "exact"], (await Reader.GetAsync(id, default))!.Totals.Select(t => t.Rule).OfType<string>().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Break_when_two_decide_at_once_is_decided_by_one()
    {
        await FundAsync();
        var id = (await ImportAsync(Everything)).StatementId;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => DecideAsync(id, i % 2 == 0 ? 6 : 8, $"reason {i}", new PostingId("erin", 2))));

        Assert.Single(outcomes, ResolutionOutcome.Resolved);
    }

    [Fact]
    public async Task Rows_when_bad_are_skipped_and_kept_with_the_statement()
    {
        await FundAsync();
        var imported = await ImportAsync($"{Header}{Fund("alice")},10.00,EUR,2026-03-02,\nx,1.001,EUR,2026-03-02,\n\"x,1,EUR,2026-03-02,\n");

        var view = (await Reader.GetAsync(imported.StatementId, default))!;
        Assert.Equal([(3, "too_many_decimals", "amount"), (4, "bad_quotes", "")], view.SkippedRows.Select(r => (r.Line, r.Code, r.Field)));
        Assert.Equal((1, 2), (view.Statement.Lines, view.Statement.Skipped));
        Assert.Equal(5, (await BreaksAsync(imported.StatementId))[0].Line);
    }

    [Fact]
    public async Task File_when_it_is_hostile_is_refused_and_leaves_nothing()
    {
        var noise = new byte[200_000];
        new Random(7).NextBytes(noise);
        byte[] header = [.. System.Text.Encoding.UTF8.GetBytes(Header)];

        Assert.Equal("too_many_bad_rows", await RefusedAsync([.. header, .. noise], new ReconciliationOptions { MaxBadRows = 100 }));
        Assert.Equal("no_lines", await RefusedAsync([.. header, .. noise], new ReconciliationOptions { MaxBadRows = 100_000 }));
        Assert.Equal("too_many_lines", await RefusedAsync(System.Text.Encoding.UTF8.GetBytes(Everything), new ReconciliationOptions { MaxLines = 6 }));
        Assert.Contains(await RefusedAsync(noise, new ReconciliationOptions()), new[] { "bad_header", "missing_column", "duplicate_column" });
        Assert.Equal("no_lines", await RefusedAsync(header, new ReconciliationOptions()));
        Assert.Empty(await Reader.ListAsync(null, 100, default));
    }

    [Fact]
    public async Task Statement_when_it_is_camt_without_entries_does_lack_what_was_posted_in_its_period()
    {
        await FundAsync();

        var imported = await ImportAsync("""
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><FrToDt><FrDtTm>2026-03-01T00:00:00</FrDtTm><ToDtTm>2026-03-02T23:59:59</ToDtTm></FrToDt>
            <Acct><Ccy>USD</Ccy></Acct></Stmt></BkToCstmrStmt></Document>
            """, StatementFormat.Camt053);

        Assert.Equal("carol", Assert.Single(await Reader.BreaksAsync(imported.StatementId, 0, 10, default)).Posting?.AccountId);
    }

    [Fact]
    public async Task Breaks_when_paged_come_each_once_in_order()
    {
        await FundAsync();
        var id = (await ImportAsync(Everything)).StatementId;
        var paged = new List<int>();
        for (var page = await Reader.BreaksAsync(id, 0, 2, default); page.Count > 0; page = await Reader.BreaksAsync(id, page[^1].Line, 2, default))
            paged.AddRange(page.Select(b => b.Line));

        Assert.Equal([3, 4, 6, 7, 8, 9], paged);
    }

    [Theory]
    [InlineData("update ledger.external_line set status = 'matched'")]
    [InlineData("delete from ledger.external_match")]
    [InlineData("update ledger.external_statement set name = ''")]
    [InlineData("truncate ledger.external_resolution")]
    public async Task Table_when_it_is_append_only_does_refuse_change(string sql) =>
        Assert.Equal(PostgresErrorCodes.RestrictViolation, (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql))).SqlState);

    [Fact]
    public async Task Posting_when_it_is_matched_before_does_violate_a_unique_index() => Assert.Equal(
        PostgresErrorCodes.UniqueViolation,
        (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(
            "insert into ledger.external_match select now(), 1, gen_random_uuid(), n, 'exact', 'a' from generate_series(1, 2) n"))).SqlState);

    // alice, bob, dave and erin in EUR, carol in USD; erin has also received a transfer, which is none of the bank's business.
    async Task FundAsync() => await new LedgerLane(Database).RunAsync(
        Commands.Open("alice", 1_000), Commands.Open("bob", 500), Commands.Open("carol", 300, "USD"), Commands.Open("dave", 700), Commands.Open("erin", 900),
        Commands.Credit(1, "erin", 800));

    static Guid Fund(string account) => LedgerIds.Fund(account);

    Task<ResolutionOutcome> DecideAsync(Guid statement, int line, string reason, PostingId? posting = null) =>
        Resolutions.ResolveAsync(new BreakResolution(statement, line, reason, posting, "tests"), default);

    async Task<string> RefusedAsync(byte[] bytes, ReconciliationOptions options) =>
        (await Assert.ThrowsAsync<StatementException>(() => ImportAsync(bytes, options: options))).Code;
}
