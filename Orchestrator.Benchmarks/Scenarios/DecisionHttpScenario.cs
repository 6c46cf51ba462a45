using Orchestrator.Benchmarks.Decisions;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Benchmarks.Transfers;
using Orchestrator.Messaging.Embedded;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>How long somebody waits who asks for a decision over HTTP, beside what bare HTTP and a bare write to the broker take in the same host.</summary>
sealed class DecisionHttpScenario : IScenario
{
    const int DefaultSeconds = 20;
    const double DefaultRate = 1_000;
    const int Accounts = 50_000;
    const int BareSeconds = 8;

    // The runtime compiles hot code for the last time when it has run often enough.
    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    static readonly TimeSpan BareWarmUp = TimeSpan.FromSeconds(5);

    public string Name => "decision-http";

    public string Summary => "POST /v1/decisions at 1,000/s, open loop: asked to answered, beside bare HTTP with a bare write of the same run";

    public string Unit => "ms, p99";

    public bool LessIsBetter => true;

    public double? Must => 3;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) => CommonSettings.Of(new()
    {
        ["seconds"] = arguments.Seconds ?? DefaultSeconds,
        ["rate_per_second"] = arguments.Rate ?? DefaultRate,
        ["loop"] = "open: each request counts from when it was due",
        ["warm_up_seconds"] = WarmUp.TotalSeconds,
        ["accounts"] = Accounts,
        ["roles"] = "decisioning, http",
        ["floor"] = "p99 of an address of the same host that publishes as many bytes and answers the same to everybody; it runs before and after, the better one counts",
    });

    public async Task<RunFigures> RunAsync(RunContext context)
    {
        await using var servers = await BenchServers.StartAsync([.. EmbeddedBrokerOptions.DefaultTopics, BareEndpoint.Topic], CommonSettings.Partitions, context);
        await using var service = await servers.StartServiceAsync(TransfersService.DecidingRole, context.Stop);
        var address = new Uri(service.Ready[TransfersService.Api]);
        var bodies = new Bodies(new TransferAccounts(Accounts, CommonSettings.Partitions));
        var rate = context.Arguments.Rate ?? DefaultRate;
        var floors = new List<LatencyRecorder> { await BareAsync(address, bodies, rate, context) };

        Progress.Write("decisions");
        var load = new HttpLoad(address, "/v1/decisions", rate, bodies.Next);
        CostSample? before = null, after = null;
        var sentBefore = 0L;
        var latency = await load.RunAsync(
            WarmUp, TimeSpan.FromSeconds(context.Arguments.Seconds ?? DefaultSeconds),
            async begins =>
            {
                var sample = await servers.CostAsync(service, context.Stop);
                (before, after) = begins ? (sample, after) : (before, sample);
                sentBefore = begins ? load.Sent : sentBefore;
            },
            context.Stop);
        var sent = load.Sent - sentBefore;
        // Before and after, for a machine has better and worse moments; the better of the two is what counts.
        floors.Add(await BareAsync(address, bodies, rate, context));
        return Figures(floors, latency, after!.PerTransaction(before!, sent));
    }

    static async Task<LatencyRecorder> BareAsync(Uri address, Bodies bodies, double rate, RunContext context)
    {
        Progress.Write("bare HTTP and a bare write");
        return await new HttpLoad(address, BareEndpoint.Path, rate, bodies.Next).RunAsync(BareWarmUp, TimeSpan.FromSeconds(BareSeconds), _ => Task.CompletedTask, context.Stop);
    }

    static RunFigures Figures(List<LatencyRecorder> floors, LatencyRecorder latency, Dictionary<string, object?> cost)
    {
        var (floorP50, floorP99, floorP999) = (floors.Min(f => f.P50Ms), floors.Min(f => f.P99Ms), floors.Min(f => f.P999Ms));
        return new RunFigures
        {
            Value = latency.P99Ms,
            Floor = floorP99,
            P50Ms = latency.P50Ms,
            P99Ms = latency.P99Ms,
            P999Ms = latency.P999Ms,
            Beside = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["floor_p50_ms"] = floorP50,
                ["floor_p999_ms"] = floorP999,
            },
            Details = new Dictionary<string, object?>(cost, StringComparer.Ordinal)
            {
                ["answered"] = latency.Count,
                ["max_ms"] = latency.MaxMs,
                ["worst_ms_by_second"] = latency.WorstMsBySecond,
                ["floor_worst_ms_by_second"] = floors.Select(f => f.WorstMsBySecond),
            },
        };
    }

    /// <summary>Transactions to ask about, each with an id of its own.</summary>
    sealed class Bodies(TransferAccounts accounts)
    {
        readonly Lock _lock = new();
        readonly DecisionFlow _flow = new(accounts, CommonSettings.Partitions, "", "");
        long _sequence;

        public byte[] Next(long number)
        {
            lock (_lock)
                return _flow.Submit(_sequence++, (int)(number % CommonSettings.Partitions), DateTimeOffset.UtcNow).Body.ToArray();
        }
    }
}
