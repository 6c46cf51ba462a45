using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Tests.Infrastructure;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>What the database itself refuses, and what <c>orchestrator verify</c> finds when it was forced.</summary>
public sealed class LedgerStoreTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    const string InsertChain = "insert into ledger.linked (started_at, decided_at, chain_id, fingerprint, state, failed_index, reason, account_id, transfers, answers) ";

    const string SecondResolution = """
        insert into ledger.event (account_id, version, type, amount_minor, command_id, transaction_id, hold_id, effective_at, recorded_at)
        select account_id, 99, 4, amount_minor, gen_random_uuid(), transaction_id, hold_id, effective_at, recorded_at from ledger.event where type = 3 limit 1
        """;

    // Right as long as the accounts are.
    const string SnapshotOfAll = """
        insert into ledger.snapshot (account_id, version, fold_version, debits_pending_minor, debits_posted_minor, credits_pending_minor,
            credits_posted_minor, status, spent_on, spent_minor, taken_at)
        select account_id, version, 1, debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor, status, spent_on, spent_minor, now()
        from ledger.account
        """;

    public static TheoryData<string, string> Corruptions => new()
    {
        { "ledger_chain_ends_at_its_head", "update ledger.chain set hash = sha256(hash)" },
        { "ledger_chain_ends_at_its_head", "delete from ledger.event where lane_sequence = (select max(sequence) from ledger.chain)" },
        { "ledger_chain_ends_at_its_head", "alter table ledger.chain disable trigger user; delete from ledger.chain" },
        { "ledger_chain_ends_at_its_head", "update ledger.event set lane_sequence = lane_sequence + 1 where lane_sequence = 1" },
        { "ledger_chain_has_every_event", "alter table ledger.event drop constraint event_chained; update ledger.event set lane = null where lane_sequence = 1" },
        { "ledger_chain_has_every_event", "alter table ledger.chain_origin disable trigger user; delete from ledger.chain_origin" },
        { "ledger_clearing_settled", "update ledger.account set credits_posted_minor = credits_posted_minor + 1 where kind = 1" },
        { "ledger_counters_are_the_fold", "update ledger.event set amount_minor = amount_minor + 1 where type = 5 and contra_account_id is not null" },
        { "ledger_holds_resolved_once", $"drop index ledger.event_hold_resolved; {SecondResolution}" },
        { "ledger_linked_all_or_none", InsertChain + """values (now(), null, gen_random_uuid(), gen_random_uuid(), 0, null, null, 'alice', '[{"transferId":"0195d6a0-0000-7000-8000-000000000001"}]', '[]')""" },
        { "ledger_linked_all_or_none", InsertChain + """values (now(), now(), gen_random_uuid(), gen_random_uuid(), 1, null, null, 'alice', '[{"transferId":"0195d6a0-0000-7000-8000-000000000001"}]', '[]')""" },
        { "ledger_no_overdraft", "alter table ledger.account drop constraint no_overdraft; update ledger.account set debits_posted_minor = 1000000 where account_id = 'alice'" },
        { "ledger_pending_is_open_holds", "update ledger.account set debits_pending_minor = debits_pending_minor + 1 where account_id = 'alice'" },
        { "ledger_reversed_once", "update ledger.event set reverses_transaction_id = gen_random_uuid() where type = 3" },
        { "ledger_snapshots_agree", $"{SnapshotOfAll}; update ledger.snapshot set debits_posted_minor = debits_posted_minor + 1 where account_id = 'alice'" },
        { "ledger_snapshots_agree", $"{SnapshotOfAll}; update ledger.snapshot set credits_posted_minor = credits_posted_minor + 1 where account_id = 'clearing:EUR:0'" },
        { "ledger_snapshots_agree", $"{SnapshotOfAll}; update ledger.snapshot set version = version + 1 where account_id = 'bob'" },
        { "ledger_status_is_the_last_change", "update ledger.account set status = 1 where account_id = 'alice'" },
        { "ledger_sum_zero", "update ledger.account set credits_posted_minor = credits_posted_minor + 1 where account_id = 'bob'" },
        { "ledger_transfers_whole", "update ledger.event set counterparty_account_id = 'carol' where type = 5 and counterparty_account_id is not null" },
        { "ledger_versions_contiguous", "delete from ledger.event where account_id = 'alice' and version = 3" },
        { "ledger_versions_contiguous", "update ledger.event set contra_version = 7 where contra_account_id = 'clearing:EUR:0' and contra_version = 1" },
    };

    [Theory]
    [MemberData(nameof(Corruptions))]
    public async Task Verify_when_the_store_was_tampered_with_does_find_it(string invariant, string tampering)
    {
        await FillAsync();
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));

        await ExecuteAsync($"alter table ledger.event disable trigger user; {tampering}");

        Assert.Contains(invariant, await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Verify_when_snapshots_are_right_does_find_nothing()
    {
        await FillAsync();
        await ExecuteAsync(SnapshotOfAll);

        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public void Verify_when_listed_does_have_a_corruption_for_each() =>
        Assert.Equal(LedgerInvariants.Names, Corruptions.Select(row => row.Data.Item1).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("update ledger.event set amount_minor = 1 where version = 2")]
    [InlineData("delete from ledger.event")]
    [InlineData("truncate ledger.event")]
    [InlineData("update ledger.refusal set reason = ''")]
    [InlineData("delete from ledger.account where account_id = 'alice'")]
    [InlineData("delete from ledger.chain")]
    [InlineData("delete from ledger.chain_origin")]
    public Task Table_when_it_is_append_only_does_refuse_change(string sql) => RefusesAsync(sql, PostgresErrorCodes.RestrictViolation);

    [Theory]
    [InlineData("update ledger.account set debits_posted_minor = 1000000 where account_id = 'alice'")]
    [InlineData("update ledger.account set debits_pending_minor = -1 where account_id = 'alice'")]
    [InlineData("update ledger.account set kind = 1 where account_id = 'alice'")]
    [InlineData("insert into ledger.event select 99, 1, now(), now(), null, gen_random_uuid(), null, null, 5, 'alice', null")]
    public Task Row_when_it_cannot_be_does_violate_a_check(string sql) => RefusesAsync(sql, PostgresErrorCodes.CheckViolation);

    [Theory]
    [InlineData(SecondResolution)]
    [InlineData("insert into ledger.event select 99, 1, now(), now(), null, command_id, null, null, 2, 'bob', null from ledger.event where type = 2 limit 1")]
    [InlineData("insert into ledger.event select 1, 1, now(), now(), null, gen_random_uuid(), null, null, 2, 'bob', null")]
    public Task Event_when_it_repeats_another_does_violate_a_unique_index(string sql) => RefusesAsync(sql, PostgresErrorCodes.UniqueViolation);

    async Task RefusesAsync(string sql, string state)
    {
        await FillAsync();
        Assert.Equal(state, (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql))).SqlState);
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    /// <summary>A transfer that is through, one step by step and one in one request, a hold that was released, and one that is open.</summary>
    async Task FillAsync()
    {
        var lane = new LedgerLane(Database);
        var published = await lane.RunAsync(
            Commands.Open("alice", 1_000), Commands.Open("bob"),
            Commands.Hold(1, "alice", 300), Commands.Credit(2, "bob", 300), Commands.Capture(3, "alice", hold: 1),
            Commands.Hold(4, "alice", 50), Commands.Release(5, "alice", hold: 4),
            Commands.Hold(6, "alice", 70), Commands.Hold(7, "alice", 70_000), Commands.Transfer(8, "alice", "bob", 10));
        while (published.Select(p => p.Body).OfType<ILedgerCommand>().ToList() is { Count: > 0 } next)
            published = await lane.RunAsync(next);
    }
}
