using System.Globalization;
using Orchestrator.Cli.Figures;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publishing;
using Orchestrator.Cli.Simulation;
using Orchestrator.Contracts.Accounts;

namespace Orchestrator.Cli.Simulate;

/// <summary>One run of the simulator against a broker: accounts first, then transactions at the pace asked for.</summary>
public sealed class SimulateRun(
    SimulateOptions options, TransactionPublisher publisher, LagGate gate, ServiceClient service, TimeProvider time)
{
    /// <summary>How far it has got.</summary>
    public SimulateProgress Progress { get; } = new();

    /// <summary>Runs until the count is reached, the world ends or <paramref name="cancellationToken"/> says stop, which is no error.</summary>
    public async Task<SimulateSummary> RunAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        try
        {
            await ReadyAsync(cancellationToken);
            var simulator = new HandbookSimulator(options.World);
            if (!options.SkipAccounts)
                await OpenAccountsAsync(cancellationToken);
            start = time.GetTimestamp();
            Progress.Phase = "publishing";
            await PublishAsync(simulator, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped by hand: what was sent is still waited for, and counted.
        }
        Progress.Phase = "done";
        var elapsed = time.GetElapsedTime(start);
        await FlushAsync(cancellationToken);
        return Progress.Summary(options, publisher.Failed + publisher.OnTheWay, elapsed);
    }

    async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await publisher.FlushAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await publisher.FlushBrieflyAsync();
        }
    }

    async Task ReadyAsync(CancellationToken cancellationToken)
    {
        Progress.Phase = "waiting for the service";
        var start = time.GetTimestamp();
        while (options.Wait > TimeSpan.Zero && !await service.IsReadyAsync(cancellationToken))
        {
            if (time.GetElapsedTime(start) > options.Wait)
                throw new CommandException("service_not_ready", $"{service.Api}health/ready does not answer 200 after {options.Wait.TotalSeconds:0} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellationToken);
        }
    }

    Task OpenAccountsAsync(CancellationToken cancellationToken)
    {
        Progress.Phase = "opening accounts";
        Progress.AccountsTotal = options.World.Customers + options.World.Terminals;
        var accounts = Enumerable.Range(0, options.World.Customers)
            .Select(c => HandbookAccounts.OpenCustomer(HandbookAccounts.Customer(c), options.Currency))
            .Concat(Enumerable.Range(0, options.World.Terminals)
                .Select(t => HandbookAccounts.OpenTerminal(HandbookAccounts.Terminal(t), options.Currency)));
        return new AccountOpening(publisher, gate, service, time).OpenAsync(accounts, Progress.AccountSent, cancellationToken);
    }

    async Task PublishAsync(HandbookSimulator simulator, CancellationToken cancellationToken)
    {
        await using var labels = options.LabelsPath is { } path ? new LabelsFile(path) : null;
        var disturbance = new Disturbance(options.Duplicates, options.Reorder, options.World.Seed);
        var pacer = new Pacer(time);
        long? firstSecond = null;
        foreach (var (item, isDuplicate, isLate) in disturbance.Apply(SimulatedTransactions.Of(simulator, options.Count)))
        {
            firstSecond ??= item.Row.Second;
            await pacer.UntilAsync(Due(item.Row.Second - firstSecond.Value), cancellationToken);
            await gate.PassAsync(cancellationToken);

            var id = SimulatedTransactions.IdOf(options.World.Seed, options.Run, item.Number);
            var occurredAt = options.Origin?.AddSeconds(item.Row.Second) ?? time.GetUtcNow();
            await publisher.PublishAsync(SimulatedTransactions.Message(id, item.Row, occurredAt, options.Currency), id, cancellationToken);
            if (!isDuplicate && labels is not null)
                await labels.WriteAsync(id.ToString(), item.Row.IsFraud ? "1" : "0", item.Row.Scenario.ToString(CultureInfo.InvariantCulture));
            Progress.Sent(item.Row.Scenario, isDuplicate, isLate);
        }
    }

    TimeSpan Due(long simulatedSeconds) => (options.SpeedUp, options.Rate) switch
    {
        ({ } speedUp, _) => TimeSpan.FromSeconds(simulatedSeconds / speedUp),
        (_, > 0 and var rate) => TimeSpan.FromSeconds(Progress.Published / rate),
        _ => TimeSpan.Zero,
    };
}
