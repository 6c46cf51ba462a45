using System.CommandLine;
using Npgsql;
using Orchestrator.Cli;
using Orchestrator.Cli.Ledger;
using Orchestrator.Cli.Output;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Cli;

public sealed class LedgerCommandTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Ledger_when_verified_with_exported_heads_does_say_by_its_exit_code_whether_it_holds()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var directory = await ScratchDirectory.CreateAsync("heads");
        var heads = Path.Combine(directory, "heads.json");
        await new LedgerLane(source).RunAsync(Commands.Open("alice", 100), Commands.Hold(1, "alice", 5));

        Assert.Equal(0, await RunAsync(database, "ledger", "verify"));
        Assert.Equal(0, await RunAsync(database, "ledger", "head", "--out", heads));
        var exported = await HeadsFile.ReadAsync(heads, CancellationToken.None);
        Assert.Equal((database.Name, 3), (exported.Database, Assert.Single(exported.Lanes).Sequence));
        Assert.Equal(0, await RunAsync(database, "ledger", "verify", "--json", "--heads", heads));

        await HeadsFile.WriteAsync(heads, exported with { Lanes = [exported.Lanes[0] with { Hash = new string('0', 64) }] }, CancellationToken.None);
        Assert.Equal(1, await RunAsync(database, "ledger", "verify", "--json", "--heads", heads));

        await using (var tamper = source.CreateCommand("begin; set local session_replication_role = replica; update ledger.event set amount_minor = 6 where type = 2; commit"))
            await tamper.ExecuteNonQueryAsync();
        Assert.Equal(1, await RunAsync(database, "ledger", "verify"));
        ScratchDirectory.Delete(directory);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"chainId":"0195d6a0-0000-7000-8000-000000000001","database":"d","at":"2026-01-01T00:00:00Z","eventsBefore":0,"lanes":[{"lane":0,"sequence":1,"hash":"ab"}]}""")]
    public async Task Heads_when_they_are_no_such_file_are_refused_by_name(string text)
    {
        var directory = await ScratchDirectory.CreateAsync("bad-heads");
        var path = Path.Combine(directory, "heads.json");
        await File.WriteAllTextAsync(path, text);

        Assert.Equal("bad_heads_file", (await Assert.ThrowsAsync<CommandException>(() => HeadsFile.ReadAsync(path, CancellationToken.None))).Code);
        ScratchDirectory.Delete(directory);
    }

    [Fact]
    public async Task Ledger_when_the_database_is_not_migrated_does_say_so()
    {
        await using var database = await infrastructure.CreateDatabaseAsync();
        Assert.Equal("not_migrated", (await Assert.ThrowsAsync<CommandException>(() => RunAsync(database, "ledger", "verify"))).Code);
    }

    static Task<int> RunAsync(TestDatabase database, params string[] arguments) => OrchestratorCommand.Create(TimeProvider.System)
        .Parse([.. arguments, "--postgres", database.ConnectionString])
        .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
