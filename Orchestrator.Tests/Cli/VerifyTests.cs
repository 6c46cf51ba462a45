using Npgsql;
using Orchestrator.Cli.Verify;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Cli;

public sealed class VerifyTests(TestInfrastructure infrastructure)
{
    [Fact]
    public void Invariants_are_all_named_as_their_files_and_explained()
    {
        Assert.NotEmpty(Invariant.All);
        Assert.Equal(Invariant.All.Count, Invariant.All.Select(i => i.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(Invariant.All, i => Assert.EndsWith(".", i.Meaning, StringComparison.Ordinal));
    }

    [Fact]
    public void Invariant_when_its_header_lacks_a_field_is_refused()
    {
        Assert.Throws<FormatException>(() => Invariant.Parse("x", "-- name: x\nselect 1"));
        Assert.Throws<FormatException>(() => Invariant.Parse("x", "select 1"));
        Assert.Equal(
            new Invariant("x", "Says so.", true, "-- name: x\n-- meaning: Says so.\n-- when: settled\nselect 1"),
            Invariant.Parse("x", "-- name: x\n-- meaning: Says so.\n-- when: settled\nselect 1"));
    }

    [Fact]
    public async Task Verify_when_the_store_is_new_does_find_that_all_holds()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();

        var results = await RunAsync(database, Invariant.All, settled: true);

        Assert.All(results, r => Assert.True(r.Outcome == InvariantOutcome.Passed, $"{r.Name}: {r.Outcome} {r.Error}"));
    }

    [Fact]
    public async Task Verify_when_something_is_broken_does_name_it_and_show_the_rows()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await ExecuteAsync(database,
            """
            insert into sagas.transaction (transaction_id, version, state, source_account_id, cancel_requested, step_at, repeats, updated_at, timeline)
            values ('0b5c6f0e-6d6e-4a8e-9d0a-0d7b7a0f1c11', 1, 'Holding', 'a', false, now(), 0, now(), '[]'),
                   ('1b5c6f0e-6d6e-4a8e-9d0a-0d7b7a0f1c11', 1, 'Completed', 'b', false, now(), 0, now(), '[]');
            insert into messaging.timer values ('2b5c6f0e-6d6e-4a8e-9d0a-0d7b7a0f1c11', 1, 0, now() - interval '1 hour', '');
            insert into ledger.account (version, debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor, overdraft_minor,
                opened_at, kind, currency, account_id, customer_id)
            values (1, 0, 0, 0, 500, 0, now(), 0, 'EUR', 'a', 'a');
            """);

        var results = await RunAsync(database, Invariant.All, settled: true);

        var broken = results.Where(r => r.Outcome == InvariantOutcome.Failed).Select(r => r.Name).ToList();
        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                "saga_waiting_has_timer", "saga_completed_moved_once", "saga_tally_counts", "saga_all_ended", "messaging_timers_fired",
                "ledger_sum_zero", "ledger_counters_are_the_fold", "ledger_versions_contiguous",
            },
            broken.ToHashSet(StringComparer.Ordinal));
        var limbo = results.Single(r => r.Name == "saga_waiting_has_timer");
        Assert.Equal(1, limbo.Offending);
        Assert.Equal("Holding", Assert.Single(limbo.Examples)["state"]);
    }

    [Fact]
    public async Task Verify_when_a_question_cannot_be_asked_does_say_so_and_ask_the_next()
    {
        await using var database = await infrastructure.CreateDatabaseAsync();

        var results = await RunAsync(
            database,
            [new("a", "A.", false, "select * from ledger.nothing"), new("b", "B.", false, "select 1 where false"), new("c", "C.", true, "select 1")],
            settled: false);

        Assert.Equal([InvariantOutcome.NotAnswered, InvariantOutcome.Passed, InvariantOutcome.Skipped], results.Select(r => r.Outcome));
        Assert.StartsWith("42P01", results[0].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_whatever_a_question_says_does_write_nothing()
    {
        await using var database = await infrastructure.CreateDatabaseAsync();

        var result = Assert.Single(await RunAsync(database, [new("a", "A.", false, "create table t (x int)")], settled: false));

        Assert.StartsWith("25006", result.Error, StringComparison.Ordinal);
    }

    static Task<IReadOnlyList<InvariantResult>> RunAsync(TestDatabase database, IEnumerable<Invariant> invariants, bool settled) =>
        InvariantRunner.RunAsync(database.ConnectionString, invariants, settled, TimeProvider.System, TestContext.Current.CancellationToken);

    static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
