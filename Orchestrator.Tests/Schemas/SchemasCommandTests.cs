using Orchestrator.Cli;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas.History;

namespace Orchestrator.Tests.Schemas;

/// <summary><c>orchestrator schemas</c>.</summary>
public sealed class SchemasCommandTests : IDisposable
{
    const string Alert = "orchestrator.alert.raised.v1";

    static readonly System.CommandLine.InvocationConfiguration Throwing = new() { EnableDefaultExceptionHandler = false };

    readonly string _folder = Directory.CreateTempSubdirectory("orchestrator-schemas-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Check_when_all_is_accepted_ends_with_0()
    {
        Assert.Equal(0, Run("schemas check --json"));
        Assert.Equal(0, Run("schemas list --json"));
        Assert.Equal(0, Run($"schemas diff {Alert}"));
    }

    [Fact]
    public void Accept_when_there_is_no_history_begins_one_and_does_nothing_the_second_time()
    {
        Assert.Equal(1, Run($"schemas check --history {_folder} --json"));
        Assert.Equal(0, Run($"schemas accept --history {_folder} --json"));
        Assert.Equal(0, Run($"schemas accept --history {_folder}"));

        Assert.Equal(0, Run($"schemas check --history {_folder}"));
        Assert.All(ContractCatalog.All, c => Assert.Single(SchemaHistory.In(_folder).Of(c.Name)));
    }

    [Fact]
    public void Accept_when_one_message_is_not_compatible_writes_none()
    {
        var version = SchemaHistory.Committed.Of(Alert)[0];
        SchemaHistory.Write(_folder, Alert, version with { Json = version.Json.Replace("\"accountId\"", "\"account\"", StringComparison.Ordinal) });

        Assert.Equal(1, Run($"schemas check --history {_folder} --json"));
        Assert.Equal("incompatible", Assert.Throws<CommandException>(() => Run($"schemas accept --history {_folder}")).Code);
        Assert.Equal([Alert], SchemaHistory.In(_folder).Names);
        Assert.Equal(1, Run($"schemas diff {Alert} --history {_folder}"));
    }

    [Theory]
    [InlineData("schemas diff orchestrator.nothing.v1", "unknown_message")]
    [InlineData("schemas accept orchestrator.nothing.v1", "unknown_message")]
    [InlineData($"schemas diff {Alert} --from 99", "unknown_version")]
    public void Command_when_it_names_what_is_not_there_says_so(string line, string code) => Assert.Equal(code, Assert.Throws<CommandException>(() => Run(line)).Code);

    static int Run(string line) => OrchestratorCommand.Create(TimeProvider.System).Parse(line).Invoke(Throwing);
}
