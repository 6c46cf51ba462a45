using Npgsql;
using Orchestrator.Ledger.Chain;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Tests.Approved;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Ledger.Chain;

/// <summary>What is done to the ledger past its triggers, and what a walk along the chains says about it.</summary>
public sealed class ChainTamperingTests(TestInfrastructure infrastructure) : ChainDatabase(infrastructure)
{
    const string Copy = "insert into ledger.event (version, type, amount_minor, command_id, effective_at, recorded_at, account_id, lane, lane_sequence, hash)";

    static readonly List<(string Sql, ChainFault Fault, short? Lane, long? Sequence, string? AccountId, long? Version)> Tamperings =
    [
        ("update ledger.event set amount_minor = amount_minor + 1 where account_id = 'alice' and version = 3", ChainFault.RowChanged, 0, 3, "alice", 3),
        ("update ledger.event set amount_minor = amount_minor + 1 where account_id = 'alice' and version = 7", ChainFault.RowChanged, 0, 7, "alice", 7),
        ("update ledger.event set account_id = 'mallory' where account_id = 'bob' and version = 2", ChainFault.RowChanged, 1, 2, "mallory", 2),
        ("update ledger.event set recorded_at = 'infinity' where account_id = 'alice' and version = 2", ChainFault.RowChanged, 0, 2, "alice", 2),
        // Two rows exchange their amounts, then their places.
        ("update ledger.event set amount_minor = 350 - amount_minor where account_id = 'alice' and version in (3, 5)", ChainFault.RowChanged, 0, 3, "alice", 3),
        ("update ledger.event set lane_sequence = 8 - lane_sequence where account_id = 'alice' and version in (3, 5)", ChainFault.HashDiffers, 0, 3, "alice", 5),
        ("update ledger.event set hash = set_byte(hash, 9, get_byte(hash, 9) # 1) where account_id = 'alice' and version = 3", ChainFault.HashChanged, 0, 3, "alice", 3),
        ("update ledger.event set hash = set_byte(hash, 9, get_byte(hash, 9) # 1) where account_id = 'alice' and version = 7", ChainFault.HashChanged, 0, 7, "alice", 7),
        ("delete from ledger.event where account_id = 'alice' and version = 7", ChainFault.SequenceMissing, 0, 7, null, null),
        ("delete from ledger.event where account_id = 'alice' and version = 4", ChainFault.SequenceMissing, 0, 4, "alice", 5),
        ("delete from ledger.event where account_id = 'alice' and version in (1, 2, 3)", ChainFault.SequenceMissing, 0, 1, "alice", 4),
        ("delete from ledger.event where lane = 1", ChainFault.SequenceMissing, 1, 1, null, null),
        ("update ledger.event set lane = 1 where account_id = 'alice' and version = 7", ChainFault.SequenceMissing, 0, 7, null, null),
        ($"{Copy} select 99, 2, 1, gen_random_uuid(), now(), now(), 'alice', lane, lane_sequence, hash from ledger.event where version = 3", ChainFault.SequenceRepeated, 0, 3, "alice", 99),
        ($"{Copy} select 99, 2, 1, gen_random_uuid(), now(), now(), 'aaron', lane, lane_sequence, hash from ledger.event where version = 3", ChainFault.SequenceRepeated, 0, 3, "aaron", 99),
        ($"{Copy} select 8, 2, 1, gen_random_uuid(), now(), now(), 'alice', lane, 8, hash from ledger.event where version = 7", ChainFault.HashDiffers, 0, 8, "alice", 8),
        ($"{Copy} values (8, 2, 1, gen_random_uuid(), now(), now(), 'alice', null, null, null)", ChainFault.RowWithoutChain, null, null, "alice", 8),
        ($"{Copy} values (1, 1, 0, gen_random_uuid(), '1999-01-01', '1999-01-01', 'mallory', null, null, null)", ChainFault.RowWithoutChain, null, null, "mallory", 1),
        ("update ledger.chain set hash = sha256(hash) where lane = 0", ChainFault.HeadDiffers, 0, 7, null, null),
        ("update ledger.chain set sequence = 6 where lane = 0", ChainFault.HeadDiffers, 0, 7, null, null),
        ("update ledger.chain set sequence = 9 where lane = 0", ChainFault.SequenceMissing, 0, 8, null, null),
        ("delete from ledger.chain where lane = 0", ChainFault.HeadDiffers, 0, 7, null, null),
        ("update ledger.chain_origin set events_before = 3", ChainFault.RowsBeforeMissing, null, null, null, null),
        ("update ledger.chain_origin set chain_id = gen_random_uuid()", ChainFault.RowChanged, 0, 1, "alice", 1),
    ];

    [Fact]
    public async Task Verify_when_the_ledger_was_tampered_with_names_the_first_bad_row()
    {
        await FillAsync();
        Assert.Empty((await VerifyAsync(await HeadsAsync())).Problems);
        await using var connection = await Database.OpenConnectionAsync();
        foreach (var (sql, fault, lane, sequence, account, version) in Tamperings)
        {
            await using var taken = await connection.BeginTransactionAsync();
            await using (var tamper = new NpgsqlCommand($"set local session_replication_role = replica; {sql}", connection))
                await tamper.ExecuteNonQueryAsync();

            var report = await new ChainVerifier(Database, TimeProvider.System).WalkAsync(connection, [], progress: null, CancellationToken.None);

            Assert.False(report.Holds, sql);
            Assert.Equal(new ChainProblem(fault, lane, sequence, account, version, report.Problems[0].Detail), report.Problems[0]);
            await taken.RollbackAsync();
        }
    }

    [Theory]
    [InlineData("alter table ledger.event disable trigger user; update ledger.event set amount_minor = 1 where account_id = 'alice' and version = 3")]
    [InlineData("alter table ledger.event disable trigger user; alter table ledger.event drop column reason; alter table ledger.event add column reason text; update ledger.event set reason = 'why' where account_id = 'bob' and version = 2")]
    public async Task Verify_when_the_table_itself_was_changed_finds_it(string sql)
    {
        await FillAsync();
        await ExecuteAsync(sql);
        Assert.Equal(ChainFault.RowChanged, Assert.Single((await VerifyAsync()).Problems).Fault);
    }

    [Fact]
    public async Task Verify_when_both_lanes_are_wrong_names_the_first_bad_row_of_each()
    {
        await FillAsync();
        await TamperAsync("update ledger.event set amount_minor = amount_minor + 1 where version >= 2");

        Assert.Equal(
            [(ChainFault.HashDiffers, (short?)0, (long?)2), (ChainFault.RowChanged, (short?)1, (long?)2)],
            (await VerifyAsync()).Problems.Select(p => (p.Fault, p.Lane, p.Sequence)));
    }

    [Fact]
    public async Task Verify_when_a_chain_was_rewritten_finds_it_by_exported_heads_alone()
    {
        await FillAsync();
        var early = await HeadsAsync();
        await new LedgerLane(Database).RunAsync(Commands.Hold(8, "alice", 1));
        var late = await HeadsAsync();

        await TamperAsync("update ledger.event set amount_minor = amount_minor + 1 where account_id = 'alice' and version = 8");
        await RewriteAsync(lane: 0);

        Assert.True((await VerifyAsync()).Holds);
        Assert.True((await VerifyAsync(early)).Holds);
        var problem = Assert.Single((await VerifyAsync(late, early)).Problems);
        Assert.Equal((ChainFault.ExportedHeadDiffers, (short?)0, (long?)8, "alice", (long?)8), (problem.Fault, problem.Lane, problem.Sequence, problem.AccountId, problem.Version));

        await TamperAsync("update ledger.event set amount_minor = amount_minor + 1 where account_id = 'alice' and version = 2");
        await RewriteAsync(lane: 0);
        var earlier = Assert.Single((await VerifyAsync(late, early)).Problems);
        Assert.Equal((ChainFault.ExportedHeadDiffers, (long?)7), (earlier.Fault, earlier.Sequence));
    }

    [Fact]
    public async Task Verify_when_the_end_was_removed_with_its_head_finds_it_by_exported_heads_alone()
    {
        await FillAsync();
        var exported = await HeadsAsync();
        await TamperAsync("delete from ledger.event where account_id = 'alice' and version = 7");
        await RewriteAsync(lane: 0);
        await TamperAsync("delete from ledger.event where lane = 1; delete from ledger.chain where lane = 1");

        Assert.True((await VerifyAsync()).Holds);
        Assert.Equal(
            [(ChainFault.ExportedHeadMissing, (short?)0, (long?)7), (ChainFault.ExportedHeadMissing, (short?)1, (long?)2)],
            (await VerifyAsync(exported)).Problems.Select(p => (p.Fault, p.Lane, p.Sequence)));
    }

    [Fact]
    public async Task Verify_when_the_heads_are_of_another_database_says_so()
    {
        await FillAsync();
        var exported = await HeadsAsync();

        Assert.Equal(ChainFault.OtherOrigin, Assert.Single((await VerifyAsync(exported with { ChainId = Commands.Id(1) })).Problems).Fault);
        Assert.Equal(ChainFault.OtherOrigin, Assert.Single((await VerifyAsync(exported with { EventsBefore = 7 })).Problems).Fault);
    }

    [Fact]
    public async Task Rows_when_they_are_older_than_the_chains_are_counted_by_the_migration()
    {
        await ExecuteAsync($"""
            alter table ledger.event drop column lane, drop column lane_sequence, drop column hash;
            drop table ledger.chain, ledger.chain_origin;
            insert into ledger.event (version, type, amount_minor, command_id, effective_at, recorded_at, account_id)
            select v, 2, 1, gen_random_uuid(), now(), now(), 'old' from generate_series(1, 3) v;
            {ApprovedText.Read("migrations/0026_ledger_chain.sql")}
            alter table ledger.projection drop column copied_events;
            {ApprovedText.Read("migrations/0035_ledger_feed.sql")}
            """);
        await FillAsync();
        var report = await VerifyAsync();
        Assert.True(report.Holds);
        Assert.Equal((3, 9, 2), (report.Unchained, report.Events, report.Lanes));

        await TamperAsync("delete from ledger.event where account_id = 'old' and version = 2");
        Assert.Equal(ChainFault.RowsBeforeMissing, Assert.Single((await VerifyAsync()).Problems).Fault);
    }

    [Fact]
    public async Task Database_when_told_to_break_a_chain_refuses()
    {
        (string Sql, string State)[] attempts =
        [
            ("delete from ledger.chain", PostgresErrorCodes.RestrictViolation),
            ("truncate ledger.chain", PostgresErrorCodes.RestrictViolation),
            ("update ledger.chain_origin set events_before = 1", PostgresErrorCodes.RestrictViolation),
            ("insert into ledger.chain_origin (events_before, only_one) values (1, false)", PostgresErrorCodes.CheckViolation),
            ("insert into ledger.chain_origin (events_before) values (1)", PostgresErrorCodes.UniqueViolation),
            ($"{Copy} values (8, 2, 1, gen_random_uuid(), now(), now(), 'alice', 0, 8, null)", PostgresErrorCodes.CheckViolation),
            ($"{Copy} values (8, 2, 1, gen_random_uuid(), now(), now(), 'alice', 0, 8, '\\x00')", PostgresErrorCodes.CheckViolation),
        ];
        await FillAsync();
        foreach (var (sql, state) in attempts)
            Assert.Equal(state, (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql))).SqlState);
        Assert.True((await VerifyAsync()).Holds);
    }

    [Fact]
    public async Task Chain_when_two_owners_write_it_is_not_forked()
    {
        var (former, owner) = (new LedgerLane(Database), new LedgerLane(Database));
        await former.RunAsync(Commands.Open("alice", 100));
        await owner.RunAsync(Commands.Open("bob", 100));

        // The accounts of the two are others; what the former owner does not know is where the chain ends by now.
        await Assert.ThrowsAsync<LostRaceException>(() => former.RunOnceAsync(Commands.Hold(1, "alice", 1)));
        await former.RunAsync(Commands.Hold(1, "alice", 1));

        Assert.True((await VerifyAsync()).Holds);
        Assert.Equal(5, Assert.Single((await HeadsAsync()).Lanes).Sequence);
    }

    [Fact]
    public async Task Chain_when_two_owners_begin_it_begins_once()
    {
        var (first, second) = (new LedgerLane(Database), new LedgerLane(Database));
        await second.RunAsync(Commands.Hold(9, "nobody", 1));
        await first.RunAsync(Commands.Open("alice"));

        await Assert.ThrowsAsync<PostgresException>(() => second.RunOnceAsync(Commands.Open("bob")));
        await second.RunAsync(Commands.Open("bob"));

        Assert.True((await VerifyAsync()).Holds);
    }

    [Fact]
    public async Task Heads_when_the_origin_is_gone_say_so()
    {
        await TamperAsync("delete from ledger.chain_origin");
        await Assert.ThrowsAsync<ChainOriginMissingException>(HeadsAsync);
        await Assert.ThrowsAsync<NpgsqlException>(() => new LedgerLane(Database).RunAsync(Commands.Open("alice")));
    }
}
