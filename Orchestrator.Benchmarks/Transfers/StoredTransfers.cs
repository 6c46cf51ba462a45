using Orchestrator.Benchmarks.Processes;

namespace Orchestrator.Benchmarks.Transfers;

static class StoredTransfers
{
    public const string Count = "select 0::bigint";
    public static Task FillAsync(BenchServers servers, int many, CancellationToken stop) => Task.CompletedTask;
}
