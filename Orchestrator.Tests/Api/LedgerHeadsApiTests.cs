using Npgsql;
using Orchestrator.Cli.Ledger;
using Orchestrator.Ledger.Chain;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class LedgerHeadsApiTests(ApiFixture api)
{
    [Fact]
    public async Task Heads_when_kept_as_they_are_do_verify_the_ledger()
    {
        await api.OpenAsync("sealed", 100);
        var directory = await ScratchDirectory.CreateAsync("api-heads");
        var path = Path.Combine(directory, "heads.json");

        await File.WriteAllTextAsync(path, (await api.GetAsync("/v1/ledger/heads")).Text);

        var heads = await HeadsFile.ReadAsync(path, CancellationToken.None);
        ScratchDirectory.Delete(directory);
        Assert.NotEmpty(heads.Lanes);
        await using var database = NpgsqlDataSource.Create(api.ConnectionString);
        Assert.Empty((await new ChainVerifier(database, TimeProvider.System).RunAsync([heads], progress: null, CancellationToken.None)).Problems);
    }
}
