using CsCheck;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Chain;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Ledger.Chain;

/// <summary>Whatever lanes go through, their chains verify; whatever is changed in a row, they do not.</summary>
public sealed class ChainPropertyTests(TestInfrastructure infrastructure) : ChainDatabase(infrastructure)
{
    const int Lanes = 2;

    static readonly Gen<(IContract[] Commands, int[] Cuts, int[] Mishaps)> Runs =
        Gen.Select(CommandSequences.Many, Gen.Int[1, 12].Array[120], Gen.Int[0, 5].Array[120]);

    // Everything that is stored of an event, and how one of its bits or letters becomes another.
    static readonly string[] Columns =
    [
        "lane smallint", "lane_sequence bigint", "hash bytea", "account_id text", "version bigint", "type smallint", "amount_minor bigint", "command_id uuid",
        "effective_at timestamptz", "recorded_at timestamptz", "transaction_id uuid", "hold_id uuid", "contra_account_id text", "contra_version bigint",
        "reason text", "released_minor bigint", "expires_at timestamptz", "counterparty_account_id text", "reverses_transaction_id uuid",
    ];

    static readonly string[] Nullable =
    [
        "lane", "transaction_id", "hold_id", "contra_account_id", "contra_version", "reason", "released_minor", "expires_at", "counterparty_account_id",
        "reverses_transaction_id",
    ];

    [Fact]
    public Task Chains_when_units_are_lost_unnoticed_or_taken_over_do_verify() => Runs.SampleAsync(
        async run =>
        {
            await TamperAsync("truncate ledger.event, ledger.refusal, ledger.account, ledger.chain");
            var lanes = Enumerable.Range(0, Lanes).Select(p => new LedgerLane(Database, p)).ToList();
            foreach (var open in CommandSequences.Opens)
                await lanes[LaneOf(open.AccountId)].RunAsync(open);
            var exported = await HeadsAsync();
            for (var (start, n) = (0, 0); start < run.Commands.Length; start += run.Cuts[n++])
            {
                var batch = run.Commands.Skip(start).Take(run.Cuts[n]).ToList();
                for (var lane = 0; lane < Lanes; lane++)
                    await RunAsync(lanes[lane], batch.FindAll(c => LaneOf(Commands.Of(c).AccountId) == lane), run.Mishaps[n]);
            }

            var report = await VerifyAsync(exported);

            Assert.Empty(report.Problems);
            Assert.Equal(await ScalarAsync<long>("select count(*) from ledger.event"), report.Events);
        },
        iter: 25, threads: 1);

    [Fact]
    public async Task Verify_when_one_byte_of_a_row_was_changed_finds_it()
    {
        await FillAsync();
        await new LedgerLane(Database).RunAsync(Commands.Freeze(80, "alice"));
        // What the database would refuse by itself is to be found here too.
        await ExecuteAsync("""
            do $$
            declare c record;
            begin
                for c in select conname from pg_constraint where conrelid = 'ledger.event'::regclass and contype in ('c', 'p') loop
                    execute format('alter table ledger.event drop constraint %I', c.conname);
                end loop;
            end
            $$;
            drop index ledger.event_command; drop index ledger.event_hold_resolved; alter table ledger.event disable trigger user
            """);
        var rows = (int)await ScalarAsync<long>("select count(*) from ledger.event");
        await using var connection = await Database.OpenConnectionAsync();
        var verifier = new ChainVerifier(Database, TimeProvider.System);

        await Gen.Select(Gen.Int[0, rows - 1], Gen.Int[0, Columns.Length - 1], Gen.Int[0, 62], Gen.Bool).SampleAsync(
            async sample =>
            {
                var (row, column, bit, clear) = sample;
                await using var transaction = await connection.BeginTransactionAsync();
                var change = Change(Columns[column], bit, clear);
                await using (var update = new NpgsqlCommand($"""
                    update ledger.event set {change} where ctid = (select ctid from ledger.event order by lane, lane_sequence offset {row} limit 1)
                    """, connection))
                    Assert.Equal(1, await update.ExecuteNonQueryAsync());

                var report = await verifier.WalkAsync(connection, [], progress: null, CancellationToken.None);

                Assert.False(report.Holds, change);
                await transaction.RollbackAsync();
            },
            iter: 300, threads: 1);
    }

    static string Change(string column, int bit, bool clear)
    {
        var (name, type) = column.Split(' ') is [var n, var t] ? (n, t) : throw new ArgumentException(column, nameof(column));
        var changed = type switch
        {
            "smallint" => $"({name}::int # (1 << {bit % 15}))::smallint",
            "bigint" => $"{name} # (1::bigint << {bit})",
            "bytea" => $"set_byte({name}, {bit % 32}, get_byte({name}, {bit % 32}) # {1 << (bit % 8)})",
            "timestamptz" => $"{name} + interval '1 microsecond' * {1L << (bit % 50)}",
            // One hexadecimal digit of the first eight; one letter, or one more at the end.
            "uuid" => $"overlay({name}::text placing case substr({name}::text, {1 + bit % 8}, 1) when 'a' then 'b' else 'a' end from {1 + bit % 8} for 1)::uuid",
            _ => $"overlay({name} placing case substr({name}, {1 + bit}, 1) when 'x' then 'y' else 'x' end from {1 + bit} for 1)",
        };
        var appears = type switch { "uuid" => "gen_random_uuid()", "timestamptz" => "timestamptz 'epoch'", "text" => "''", "bytea" => name, _ => "0" };
        return clear && Nullable.Contains(name, StringComparer.Ordinal) ? $"{name} = case when {name} is null then {appears} end" : $"{name} = coalesce({changed}, {appears})";
    }

    static async Task RunAsync(LedgerLane lane, List<IContract> batch, int mishap)
    {
        switch (mishap)
        {
            case 0:
                lane.Restart();
                break;
            case 1:
                await lane.LoseAsync(batch);
                break;
            case 2:
                await lane.CommitUnnoticedAsync(batch);
                break;
        }
        await lane.RunAsync(batch);
    }

    static int LaneOf(string accountId) => accountId is "alice" or "carol" ? 0 : 1;
}
