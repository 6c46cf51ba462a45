using Npgsql;
using Orchestrator.Benchmarks.Desk;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Benchmarks.Transfers;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>The people's side beside a past of weeks: reads and writes over HTTP, claims by many at once, and releases of what is held.</summary>
sealed class CaseworkScenario : IScenario
{
    const int DefaultSeconds = 30;
    const double DefaultRate = 200;
    const int Accounts = 5_000;
    const int StoredTransactions = 1_000_000;
    const int Cases = 100_000;
    const int Sample = 5_000;
    const int Held = 400;
    const double ReleasesPerSecond = 20;

    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);
    static readonly TimeSpan Claims = TimeSpan.FromSeconds(10);

    public string Name => "casework";

    public string Summary => "the API at 200 mixed requests/s beside 1,000,000 transactions and 100,000 cases; 20 workers claim cases; a hold released to its completion";

    public string Unit => "ms, p99 of mixed requests";

    public bool LessIsBetter => true;

    public double? Must => 50;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) => CommonSettings.Of(new()
    {
        ["seconds"] = arguments.Seconds ?? DefaultSeconds,
        ["rate_per_second"] = arguments.Rate ?? DefaultRate,
        ["loop"] = "open: each request counts from when it was due",
        ["mix"] = "14 reads and 6 writes of 20 requests",
        ["warm_up_seconds"] = WarmUp.TotalSeconds,
        ["stored_transactions"] = StoredTransactions,
        ["stored_cases"] = Cases,
        ["claiming_workers"] = ClaimRace.Workers,
        ["releases_per_second"] = ReleasesPerSecond,
        ["floor"] = "p99 of GET /health/live at the same rate",
    });

    public async Task<RunFigures> RunAsync(RunContext context)
    {
        await using var stage = await TransferStage.StartAsync(Accounts, context);
        await StoredTransfers.FillAsync(stage.Servers, StoredTransactions, context.Stop, inbox: false);
        await StoredCases.FillAsync(stage.Servers, Cases, StoredTransactions, context.Stop);
        using var clients = new DeskClients(new Uri(stage.Service.Ready[TransfersService.Api]));
        var held = await new HeldTransfers(stage.Servers, clients, stage.Accounts).HoldAsync(Held, context.Stop);

        var rate = context.Arguments.Rate ?? DefaultRate;
        var measure = TimeSpan.FromSeconds(context.Arguments.Seconds ?? DefaultSeconds);
        Progress.Write("bare HTTP");
        var bare = new DeskLoad(rate, _ => ("live", stop => clients.CallAsync(HttpMethod.Get, "health/live", DeskClients.Program, body: null, stop)));
        await bare.RunAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), context.Stop);

        Progress.Write($"{rate:N0} mixed requests a second");
        var work = new DeskWork(
            clients, await SampleAsync(stage.Servers, "sagas.transaction where state = 'Completed'", "transaction_id", context.Stop),
            await SampleAsync(stage.Servers, "casework.work_case where true", "case_id", context.Stop), stage.Accounts);
        var mixed = new DeskLoad(rate, work.Next);
        await mixed.RunAsync(WarmUp, measure, context.Stop);

        var claims = await ClaimRace.RunAsync(clients, Claims, context.Stop);
        var released = await new HeldTransfers(stage.Servers, clients, stage.Accounts).ReleaseAsync(held, ReleasesPerSecond, context.Stop);
        return new RunFigures
        {
            Value = mixed.All.P99Ms,
            Floor = bare.All.P99Ms,
            P50Ms = mixed.All.P50Ms,
            P99Ms = mixed.All.P99Ms,
            P999Ms = mixed.All.P999Ms,
            Beside = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["claim_p99_ms"] = claims.P99Ms,
                ["release_p99_ms"] = released.P99Ms,
            },
            Details = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["answered"] = mixed.All.Count,
                ["max_ms"] = mixed.All.MaxMs,
                ["p99_ms_by_request"] = mixed.P99MsByName,
                ["worst_ms_by_second"] = mixed.All.WorstMsBySecond,
                ["claims_per_s"] = claims.Count / Claims.TotalSeconds,
                ["claim_p50_ms"] = claims.P50Ms,
                ["claim_p999_ms"] = claims.P999Ms,
                ["released"] = released.Count,
                ["release_p50_ms"] = released.P50Ms,
                ["release_p999_ms"] = released.P999Ms,
            },
        };
    }

    static async Task<IReadOnlyList<Guid>> SampleAsync(BenchServers servers, string rows, string column, CancellationToken stop)
    {
        await using var command = servers.Database.CreateCommand($"select {column} from {rows} order by md5({column}::text) limit {Sample}");
        command.CommandTimeout = 0;
        var ids = new List<Guid>(Sample);
        await using NpgsqlDataReader found = await command.ExecuteReaderAsync(stop);
        while (await found.ReadAsync(stop))
            ids.Add(found.GetGuid(0));
        return ids;
    }
}
