using System.Diagnostics;
using System.Text;
using Orchestrator.Ledger.Reconciliation;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Ledger.Reconciliation;

/// <summary>Many lines: within a time, and without being held.</summary>
public sealed class ReconciliationVolumeTests(TestInfrastructure infrastructure, ITestOutputHelper output) : ReconciliationDatabase(infrastructure)
{
    const int Lines = 100_000;
    const long MaxHeldBytes = 64 << 20;
    static readonly TimeSpan Within = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task Statement_when_it_has_100_000_lines_is_matched_within_time_and_memory()
    {
        // Of a thousand lines 980 name their posting, 10 have another amount, 10 nobody knows. All amounts are equal by the dozen.
        await ExecuteAsync($"""
            insert into ledger.account (account_id, kind, customer_id, currency, overdraft_minor, opened_at, version,
                debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor)
            values ('a', 0, 'c', 'EUR', 0, now(), 0, 0, 0, 0, 0);
            insert into ledger.event (account_id, version, type, amount_minor, command_id, contra_account_id, contra_version, effective_at, recorded_at)
            select 'a', n, 5, 1 + n % 10000, lpad(to_hex(n), 32, '0')::uuid, 'settlement:EUR:0', n, timestamptz '2026-03-02 12:00Z', now()
            from generate_series(1, {Lines}) n
            """);
        using var file = new GeneratedCsv(Lines, n => (n % 1_000) switch
        {
            < 980 => $"{n:x32},{1 + (n % 10_000)},EUR,2026-03-02",
            < 990 => $"{n:x32},{20_000 + n},EUR,2026-03-02",
            _ => $"unknown {n},{30_000 + n},EUR,2026-03-02",
        });

        var start = Stopwatch.GetTimestamp();
        var imported = await Importer().ImportAsync(new StatementFile("many", StatementFormat.Csv, null, "tests", file), default);
        var took = Stopwatch.GetElapsedTime(start);
        output.WriteLine($"{Lines} lines in {took.TotalSeconds:0.0} s, {file.HeldBytes >> 20} MiB held after the last");

        var view = (await Reader.GetAsync(imported.StatementId, default))!;
        Assert.Equal(
            [("amount_differs", 1_000L), ("matched", 98_000), ("missing_in_ledger", 1_000), ("missing_in_statement", 1_000)],
            view.Totals.Select(t => (t.Status, t.Count)));
        Assert.True(took < Within, $"took {took}");
        Assert.True(file.HeldBytes < MaxHeldBytes, $"{file.HeldBytes} bytes are held");
    }

    [Fact]
    public async Task Statement_when_all_amounts_are_equal_costs_its_days_and_not_its_pairs()
    {
        await ExecuteAsync("""
            insert into ledger.account (account_id, kind, customer_id, currency, overdraft_minor, opened_at, version,
                debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor)
            values ('a', 0, 'c', 'EUR', 0, now(), 0, 0, 0, 0, 0);
            insert into ledger.event (account_id, version, type, amount_minor, command_id, contra_account_id, contra_version, effective_at, recorded_at)
            select 'a', n, 5, 100, gen_random_uuid(), 'settlement:EUR:0', n, timestamptz '2026-03-02 12:00Z', now() from generate_series(1, 20000) n
            """);
        using var file = new GeneratedCsv(20_000, n => $"R{n},100,EUR,2026-03-02");

        var start = Stopwatch.GetTimestamp();
        var imported = await Importer().ImportAsync(new StatementFile("equal", StatementFormat.Csv, null, "tests", file), default);

        Assert.True(Stopwatch.GetElapsedTime(start) < Within);
        Assert.Equal(
            [("missing_in_ledger", 20_000L), ("missing_in_statement", 20_000)],
            (await Reader.GetAsync(imported.StatementId, default))!.Totals.Select(t => (t.Status, t.Count)));
    }

    /// <summary>A file that is never there as a whole: each read makes the next line.</summary>
    sealed class GeneratedCsv(int lines, Func<int, string> line) : ReadOnlyStream
    {
        readonly long _before = GC.GetTotalMemory(forceFullCollection: true);
        byte[] _rest = Encoding.UTF8.GetBytes("reference,amountMinor,currency,bookedOn\n");
        int _next = 1;

        /// <summary>What the process held more, when the last line was read, than when the file was made.</summary>
        public long HeldBytes { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (_rest.Length == 0)
            {
                if (_next > lines)
                {
                    if (HeldBytes == 0)
                        HeldBytes = Math.Max(1, GC.GetTotalMemory(forceFullCollection: true) - _before);
                    return 0;
                }
                _rest = Encoding.UTF8.GetBytes(line(_next++) + "\n");
            }
            var read = Math.Min(buffer.Length, _rest.Length);
            _rest.AsSpan(0, read).CopyTo(buffer);
            _rest = _rest[read..];
            return read;
        }
    }
}
