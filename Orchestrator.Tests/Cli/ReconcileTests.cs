using System.CommandLine;
using Orchestrator.Cli;
using Orchestrator.Cli.Output;
using Orchestrator.Ledger;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Cli;

public sealed class ReconcileTests(TestInfrastructure infrastructure) : IAsyncLifetime
{
    const string Header = "reference,amount,currency,bookedOn\n";

    readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".csv");
    TestDatabase? _database;

    public async ValueTask InitializeAsync() => _database = await infrastructure.CreateMigratedDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        File.Delete(_file);
        await _database!.DisposeAsync();
    }

    [Fact]
    public async Task Reconcile_when_all_matches_does_end_with_0_and_the_same_again()
    {
        await FundAsync();
        var line = $"{LedgerIds.Fund("alice")},10.00,EUR,2026-03-02\n";

        Assert.Equal(0, await RunAsync(Header + line));
        Assert.Equal(0, await RunAsync(Header + line, "--json"));
    }

    [Fact]
    public async Task Reconcile_when_something_breaks_does_end_with_1()
    {
        await FundAsync();

        Assert.Equal(1, await RunAsync($"{Header}[x],10.00,USD,2026-03-02\nbad row\n"));
    }

    [Fact]
    public async Task Reconcile_when_rows_are_skipped_does_end_with_2()
    {
        await FundAsync();

        Assert.Equal(2, await RunAsync($"{Header}{LedgerIds.Fund("alice")},10.00,EUR,2026-03-02\nbad row\n"));
    }

    [Theory]
    [InlineData("a,b\n", "missing_column")]
    [InlineData(Header, "no_lines")]
    [InlineData(Header, "not_xml", "--format", "camt053")]
    [InlineData(Header, "bad_option", "--days", "11")]
    [InlineData(null, "file_not_found")]
    public async Task Reconcile_when_it_cannot_be_done_does_say_why(string? text, string code, params string[] options) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<CommandException>(() => RunAsync(text, options))).Code);

    [Fact]
    public async Task Reconcile_when_the_database_is_empty_does_say_what_is_missing()
    {
        await using var empty = await infrastructure.CreateDatabaseAsync();

        var failure = await Assert.ThrowsAsync<CommandException>(() => RunAsync($"{Header}x,1.00,EUR,2026-03-02\n", "--postgres", empty.ConnectionString));

        Assert.Equal("not_migrated", failure.Code);
    }

    async Task FundAsync()
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(_database!.ConnectionString);
        await new LedgerLane(database).RunAsync(Commands.Open("alice", 1_000));
    }

    async Task<int> RunAsync(string? text, params string[] options)
    {
        if (text is not null)
            await File.WriteAllTextAsync(_file, text);
        string[] database = options.Contains("--postgres") ? [] : ["--postgres", _database!.ConnectionString];
        string[] arguments = ["reconcile", _file, .. database, .. options];
        return await OrchestratorCommand.Create(TimeProvider.System).Parse(arguments)
            .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
}
