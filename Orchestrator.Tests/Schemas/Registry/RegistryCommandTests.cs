using Orchestrator.Cli;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas.Registry;
using Orchestrator.Tests.Api;

namespace Orchestrator.Tests.Schemas.Registry;

/// <summary><c>orchestrator schemas register</c> and <c>schemas check --registry</c>, against the running service.</summary>
[Collection(ApiCollection.Name)]
public sealed class RegistryCommandTests(ApiFixture api)
{
    const string Alert = "orchestrator.alert.raised.v1";

    static readonly System.CommandLine.InvocationConfiguration Throwing = new() { EnableDefaultExceptionHandler = false };

    [Fact]
    public async Task Register_when_it_is_done_twice_has_put_every_contract_there_once_and_check_agrees()
    {
        Assert.Equal(1, await RunAsync("schemas check --registry --strategy topic-record --json"));
        Assert.Equal(0, await RunAsync("schemas register --strategy topic-record --topic-format accounts=protobuf --json"));
        var versions = await CountAsync();
        Assert.Equal(0, await RunAsync("schemas register --strategy topic-record --topic-format accounts=protobuf"));

        Assert.Equal(versions, await CountAsync());
        var subjects = await api.Http.GetStringAsync("/registry/subjects");
        Assert.All(ContractCatalog.All, c => Assert.Contains($"\"{SubjectNames.Of(SubjectStrategy.TopicRecord, c)}\"", subjects, StringComparison.Ordinal));
        Assert.Equal(0, await RunAsync("schemas check --registry --strategy topic-record --topic-format accounts=protobuf"));
        // In another language it is refused: a subject keeps its own.
        Assert.Equal(1, await RunAsync("schemas register --strategy topic-record orchestrator.account.open.v1 --json"));
        Assert.Equal(versions, await CountAsync());
    }

    [Theory]
    [InlineData($"schemas register {Alert} --registry ftp://nowhere", "bad_registry_address")]
    [InlineData($"schemas register {Alert} --registry http://registry.example --registry-user me", "bad_registry_user")]
    [InlineData($"schemas register {Alert} --registry http://127.0.0.1:1", "registry_unreachable")]
    [InlineData($"schemas register {Alert} --topic-format nowhere=avro", "bad_topic_format")]
    [InlineData("schemas register --strategy topic", "subject_not_unique")]
    [InlineData("schemas register orchestrator.nothing.v1", "unknown_message")]
    public async Task Command_when_it_cannot_be_done_says_why(string line, string code) => Assert.Equal(code, (await Assert.ThrowsAsync<CommandException>(() => RunAsync(line))).Code);

    Task<long> CountAsync() => api.ScalarAsync<long>("select count(*) from registry.version where subject like '%-orchestrator.%'");

    Task<int> RunAsync(string line) => OrchestratorCommand.Create(TimeProvider.System).Parse($"{line} --api {api.Http.BaseAddress}").InvokeAsync(Throwing);
}
