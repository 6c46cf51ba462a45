using DbUp.Engine;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Api.Hosting;
using Orchestrator.Messaging.Schema;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Deploy;

/// <summary>Which version runs with which schema, and how a migration gets its locks while others work.</summary>
public sealed class SchemaStandingTests(TestInfrastructure infrastructure)
{
    static readonly SqlScript[] First = [new("migrations/0001_first.sql", "-- first\ncreate schema s; create table s.t (a text);")];
    static readonly SqlScript[] Second = [.. First, new("migrations/0002_second.sql", "alter table s.t add column b text")];
    static readonly SqlScript[] Third = [.. Second, new("migrations/0003_contract_since_0002_third.sql", "alter table s.t drop column a")];

    [Theory]
    [InlineData("migrations/0042_more.sql", 42, null)]
    [InlineData("0099_contract_since_0090_less.sql", 99, 90)]
    [InlineData("migrations/0099_contract.sql", 99, null)]
    [InlineData("of somebody else", 0, null)]
    public void Migration_when_its_name_is_read_says_its_number_and_what_it_needs(string name, int number, int? since) =>
        Assert.Equal((number, since), (MigrationName.Parse(name).Number, MigrationName.Parse(name).ContractSince));

    [Fact]
    public void Version_when_the_schema_is_wider_runs_and_when_it_has_lost_something_does_not()
    {
        Of(First, Second).RefuseWhatIsTakenAway();
        Of(Second, Third).RefuseWhatIsTakenAway();
        Of(Second, Third).RefuseWhatIsOlder();
        Assert.Equal("0002_second", Assert.Single(Of(First, Second).Unknown).ToString());
        var refused = Assert.Throws<SchemaRefusedException>(() => Of(First, Third).RefuseWhatIsTakenAway());
        Assert.Contains("0003_contract_since_0002_third", refused.Message, StringComparison.Ordinal);
        Assert.Contains("migration 0002", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_when_the_schema_is_older_does_not_run_but_waits_for_no_contraction()
    {
        var refused = Assert.Throws<SchemaRefusedException>(Of(Second, First).RefuseWhatIsOlder);
        Assert.Contains("0002_second", refused.Message, StringComparison.Ordinal);
        Assert.Contains("orchestrator migrate --expand", refused.Message, StringComparison.Ordinal);
        Of(Third, Second).RefuseWhatIsOlder();
        Assert.Single(Of(Third, Second).Contractions);
    }

    [Fact]
    public async Task Schema_when_it_is_expanded_keeps_what_a_contraction_takes_away()
    {
        await using var database = await infrastructure.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);

        Assert.Equal(2, (await ApplyAsync(database, Third, expand: true)).Count);
        Assert.Equal(["a", "b"], await ColumnsAsync(source));
        Assert.Single(await ApplyAsync(database, Third, expand: false));
        Assert.Equal(["b"], await ColumnsAsync(source));

        // The version that knows 0002 goes on; the one before it is refused, whatever it would do.
        Assert.Empty(await ApplyAsync(database, Second, expand: false));
        await Assert.ThrowsAsync<SchemaRefusedException>(() => ApplyAsync(database, First, expand: true));
        var standing = await Migrations.StandingAsync(source, First.Select(s => s.Name), CancellationToken.None);
        Assert.Equal((0, 2, 1), (standing.Lacking.Count, standing.Unknown.Count, standing.TakenAway.Count));
    }

    [Fact]
    public async Task Migration_when_somebody_holds_its_table_lets_others_pass_and_comes_again()
    {
        await using var database = await infrastructure.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await ApplyAsync(database, First, expand: true);
        await using var holder = await source.OpenConnectionAsync();
        var holding = await holder.BeginTransactionAsync();
        await ExecuteAsync(holder, "select count(*) from s.t");

        var migrating = Task.Run(() => Migrations.ApplyAsync(database.ConnectionString, Second, _ => true, TimeSpan.FromMilliseconds(300), NullLogger.Instance, CancellationToken.None));
        await Eventually.HoldsAsync("the migration waits for its lock", async () => await CountAsync(source, "pg_locks where not granted and database = (select oid from pg_database where datname = current_database())") > 0);
        // Whoever comes now stands behind it, and yet gets through before the holder is done.
        await using var other = await source.OpenConnectionAsync();
        await ExecuteAsync(other, "select count(*) from s.t");
        Assert.False(migrating.IsCompleted);

        await holding.CommitAsync();
        Assert.Single(await migrating);
        Assert.Equal(["a", "b"], await ColumnsAsync(source));
    }

    [Fact]
    public async Task Host_when_it_may_not_migrate_refuses_what_is_older_or_has_lost_something_and_runs_with_what_is_wider()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();

        await SchemaStart.PrepareAsync(database.ConnectionString, migrates: false, NullLogger.Instance);
        await ExecuteAsync(connection, "insert into public.schema_migrations (scriptname, applied) values ('migrations/9000_more.sql', now())");
        await SchemaStart.PrepareAsync(database.ConnectionString, migrates: false, NullLogger.Instance);

        await ExecuteAsync(connection, "delete from public.schema_migrations where scriptname like '%/0086_%'");
        var older = await Assert.ThrowsAsync<SchemaRefusedException>(() => SchemaStart.PrepareAsync(database.ConnectionString, migrates: false, NullLogger.Instance));
        Assert.Contains("it lacks 0086_activity_sessions. Run `orchestrator migrate --expand`", older.Message, StringComparison.Ordinal);

        await ExecuteAsync(connection, "insert into public.schema_migrations (scriptname, applied) values ('migrations/9001_contract_since_9000_less.sql', now())");
        foreach (var migrates in new[] { false, true })
        {
            var newer = await Assert.ThrowsAsync<SchemaRefusedException>(() => SchemaStart.PrepareAsync(database.ConnectionString, migrates, NullLogger.Instance));
            Assert.Contains("9001_contract_since_9000_less has taken away what this version needs", newer.Message, StringComparison.Ordinal);
        }
    }

    static SchemaStanding Of(SqlScript[] known, SqlScript[] applied) => SchemaStanding.Of(known.Select(s => s.Name), applied.Select(s => s.Name));

    static Task<IReadOnlyList<string>> ApplyAsync(TestDatabase database, SqlScript[] scripts, bool expand) =>
        Migrations.ApplyAsync(database.ConnectionString, scripts, name => !(expand && name.Contracts), TimeSpan.FromSeconds(2), NullLogger.Instance, CancellationToken.None);

    static async Task<IReadOnlyList<string>> ColumnsAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("select array_agg(column_name::text order by column_name) from information_schema.columns where table_schema = 's'");
        return (string[])(await command.ExecuteScalarAsync())!;
    }

    static async Task<long> CountAsync(NpgsqlDataSource source, string from)
    {
        await using var command = source.CreateCommand($"select count(*) from {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
