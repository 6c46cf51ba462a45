using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orchestrator.Cli.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Replay;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Cli;

/// <summary>An account with a million events, and the other side with as many.</summary>
public sealed class LongReplayTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    const int Events = 1_000_000;
    const long MaxGrowthBytes = 16 << 20;

    [Fact]
    [Trait("Category", "Long")]
    public async Task Replay_of_a_million_events_does_take_no_more_memory_than_of_few()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await ExecuteAsync($"""
            insert into ledger.account (account_id, kind, customer_id, currency, overdraft_minor, opened_at, version,
                debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor)
            values ('alice', 0, 'alice', 'EUR', 0, now(), {Events}, 0, 0, 0, {Events - 1}),
                ('clearing:EUR:0', 1, null, 'EUR', 0, now(), {Events - 1}, 0, {Events - 1}, 0, 0);
            insert into ledger.event (account_id, version, type, amount_minor, command_id, effective_at, recorded_at, contra_account_id, contra_version)
            select 'alice', n, case n when 1 then 1 else 5 end, case n when 1 then 0 else 1 end, gen_random_uuid(), now(), now(),
                case when n > 1 then 'clearing:EUR:0' end, case when n > 1 then n - 1 end
            from generate_series(1, {Events}) n;
            analyze ledger.event
            """);
        using var taker = new SnapshotTaker(
            Database, Options.Create(new LedgerOptions()), TimeProvider.System, NullLogger<SnapshotTaker>.Instance);
        var began = TimeProvider.System.GetTimestamp();
        var steps = 0;
        while (!(await taker.StepAsync(SnapshotTaker.EventsAtOnce, cancellation)).EndsPass)
            steps++;
        TestContext.Current.SendDiagnosticMessage($"{steps} steps took all snapshots in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:N2} s");
        await ExecuteAsync($"delete from ledger.snapshot where version > {Events - 1_000}");

        foreach (var accountId in new[] { "alice", "clearing:EUR:0" })
        {
            var account = await new AccountRebuild(ConnectionString, null, withSnapshot: true, TimeProvider.System).OneAsync(accountId, cancellation);
            var live = await LiveBytesAsync(accountId, cancellation);

            Assert.True(account.Agrees, string.Join(", ", account.Differences));
            Assert.True(account.FullReplay.Events >= Events - 1);
            Assert.True(live.Max() - live.Min() < MaxGrowthBytes, string.Join(", ", live));
            TestContext.Current.SendDiagnosticMessage($"{accountId}: {account.FullReplay}, {account.SnapshotAndTail}, live bytes {string.Join(", ", live)}");
        }
    }

    /// <summary>What is in use, garbage not counted, at each tenth of the events.</summary>
    async Task<List<long>> LiveBytesAsync(string accountId, CancellationToken cancellation)
    {
        await using var connection = await Database.OpenConnectionAsync(cancellation);
        var store = new ReplayStore(connection);
        var account = (await store.FindAccountAsync(accountId, cancellation))!;
        var replay = new AccountReplay(AccountReplay.Beginning(account));
        var live = new List<long>();
        await foreach (var e in store.EventsAsync(account, 0, cancellation))
        {
            Assert.Null(replay.Add(e));
            if (replay.Events % (Events / 10) == 1)
                live.Add(GC.GetTotalMemory(forceFullCollection: true));
        }
        return live;
    }
}
