using Orchestrator.Benchmarks.Floors;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Orders;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Contracts;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>The flow that peers were measured on.</summary>
sealed class SagaScenario : IScenario
{
    const int DefaultSeconds = 20;
    const int WarmUp = 20_000;
    const int AtLeast = 20_000;
    const int Unfinished = 1_000;
    const int FloorTransactions = 40_000;

    public string Name => "saga";

    public string Summary => "a state machine with three events and two consumers a transaction, closed loop: completed sagas a second";

    public string Unit => "completed sagas/s";

    public double? Must => 5_000;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) => CommonSettings.Of(new()
    {
        ["seconds"] = arguments.Seconds ?? DefaultSeconds,
        ["at_least_transactions"] = AtLeast,
        ["warm_up_transactions"] = WarmUp,
        ["unfinished_per_partition"] = Unfinished,
        ["max_batch"] = 500,
        ["floor"] = $"the rows of {FloorTransactions} transactions in units of up to 500 messages, {RowFloor.Connections} connections",
    });

    public async Task<RunFigures> RunAsync(RunContext context)
    {
        string[] topics = [.. OrderCatalog.Topics, .. OrderCatalog.Topics.Select(t => t + Topics.ParkedSuffix)];
        await using var servers = await BenchServers.StartAsync(topics, CommonSettings.Partitions, context);
        MeasuredLoad load;
        await using (var service = await servers.StartServiceAsync(OrdersService.Role, context.Stop))
        {
            var plan = new LoadPlan
            {
                Partitions = CommonSettings.Partitions,
                UnfinishedPerPartition = Unfinished,
                WarmUp = WarmUp,
                AtLeast = AtLeast,
                Measure = TimeSpan.FromSeconds(context.Arguments.Seconds ?? DefaultSeconds),
            };
            load = await MeasuredLoad.RunAsync(servers, service, new OrderFlow(CommonSettings.Partitions), plan, context);
        }
        return load.Figures(await FloorAsync(servers, context.Stop));
    }

    static Task<double> FloorAsync(BenchServers servers, CancellationToken stop)
    {
        var flow = new OrderFlow(CommonSettings.Partitions);
        var orders = Enumerable.Range(0, FloorTransactions).Select(i => flow.Submit(i, i % CommonSettings.Partitions, DateTimeOffset.UtcNow));
        return RowFloor.MeasureAsync(servers, host => host.Services.AddOrders(), OrderStateMap.Schema, setUp: [], [.. orders], answered: null, stop);
    }
}
