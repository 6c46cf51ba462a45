using Orchestrator.Benchmarks.Bare;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>The parts alone: what every flow is made of.</summary>
sealed class PartsScenario : IScenario
{
    const int DefaultSeconds = 5;

    public string Name => "parts";

    public string Summary => "one message there and back over Kafka, and one row committed to PostgreSQL: what every flow is made of";

    public string Unit => "ms per commit, p50";

    public bool LessIsBetter => true;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) =>
        CommonSettings.Of(new() { ["seconds"] = arguments.Seconds ?? DefaultSeconds, ["payload_bytes"] = 300 });

    public async Task<RunFigures> RunAsync(RunContext context)
    {
        await using var servers = await BenchServers.StartAsync([BareParts.There, BareParts.Back], CommonSettings.Partitions, context);
        using var parts = await BareParts.StartAsync(servers.Kafka, servers.Database, context.Stop);
        var duration = TimeSpan.FromSeconds((context.Arguments.Seconds ?? DefaultSeconds) / 2.0);
        var commit = parts.Commit(duration, context.Stop);
        var pingPong = parts.PingPong(duration, context.Stop);
        return new RunFigures
        {
            Value = commit.P50Ms,
            P50Ms = commit.P50Ms,
            P99Ms = commit.P99Ms,
            P999Ms = commit.P999Ms,
            Details = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["commit_p50_ms"] = commit.P50Ms,
                ["commit_p99_ms"] = commit.P99Ms,
                ["ping_pong_p50_ms"] = pingPong.P50Ms,
                ["ping_pong_p99_ms"] = pingPong.P99Ms,
            },
        };
    }
}
