using Microsoft.Extensions.Hosting;
using Orchestrator.Benchmarks.Floors;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Benchmarks.Transfers;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Ledger;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>The product's main flow, as fast as it goes.</summary>
sealed class TransferScenario : IScenario
{
    const int DefaultSeconds = 20;
    const int Accounts = 20_000;
    const int WarmUp = 10_000;
    const int AtLeast = 20_000;
    const int Unfinished = 1_000;
    const int FloorTransactions = 20_000;

    public string Name => "transfer";

    public string Summary => "transfers through the whole product: assessed, held, credited, captured; closed loop, completed a second";

    public string Unit => "completed transfers/s";

    public double? Must => 1_500;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) => CommonSettings.Of(new()
    {
        ["seconds"] = arguments.Seconds ?? DefaultSeconds,
        ["at_least_transactions"] = AtLeast,
        ["warm_up_transactions"] = WarmUp,
        ["unfinished_per_partition"] = Unfinished,
        ["accounts"] = Accounts,
        ["max_batch"] = 500,
        ["floor"] = $"the rows of {FloorTransactions} transfers in units of up to 500 messages, {RowFloor.Connections} connections",
    });

    public async Task<RunFigures> RunAsync(RunContext context)
    {
        await using var stage = await TransferStage.StartAsync(Accounts, context);
        var plan = new LoadPlan
        {
            Partitions = CommonSettings.Partitions,
            UnfinishedPerPartition = Unfinished,
            WarmUp = WarmUp,
            AtLeast = AtLeast,
            Measure = TimeSpan.FromSeconds(context.Arguments.Seconds ?? DefaultSeconds),
        };
        var load = await MeasuredLoad.RunAsync(stage.Servers, stage.Service, new TransferFlow(stage.Accounts), plan, context);
        await stage.StopServiceAsync();
        return load.Figures(await FloorAsync(stage, context.Stop));
    }

    static Task<double> FloorAsync(TransferStage stage, CancellationToken stop)
    {
        var flow = new TransferFlow(stage.Accounts);
        var transfers = Enumerable.Range(0, FloorTransactions).Select(i => flow.Submit(i, i % CommonSettings.Partitions, DateTimeOffset.UtcNow));
        return RowFloor.MeasureAsync(stage.Servers, Modules, schema: "", stage.Accounts.All.Select(TransferAccounts.Opening), [.. transfers], Approved, stop);
    }

    // Decisions are made in memory and answered over Kafka: no row is written for one that the transfer waits for.
    static OutgoingMessage Approved(OutgoingMessage transfer)
    {
        var contract = MessageCatalog.Contracts.Of(typeof(FraudAssessed));
        var decision = new FraudAssessed(transfer.Id, transfer.Key, FraudOutcome.Approve, 0, [], "floor", transfer.Time);
        return OutgoingMessage.Of(contract, decision, Guid.CreateVersion7(transfer.Time), "/bench", transfer.Time);
    }

    static void Modules(HostApplicationBuilder host)
    {
        host.Services.AddSagas(host.Configuration);
        host.Services.AddLedger();
    }
}
