using Orchestrator.Cli.Publishing;
using Orchestrator.Cli.Simulation;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Cli.Train;

/// <summary>Simulated transactions as history to learn from, with the keys that their messages would have.</summary>
public static class HandbookEvents
{
    /// <summary>All of a simulator's transactions, by time.</summary>
    public static IEnumerable<LabelledEvent> Of(HandbookSimulator simulator, int terminals)
    {
        var customerKeys = Keys(simulator.World.Customers.Count, HandbookAccounts.Customer);
        var terminalKeys = Keys(terminals, HandbookAccounts.Terminal);
        var zero = HandbookParameters.DayZero.ToUnixTimeMilliseconds();
        ulong number = 0;
        foreach (var row in simulator.Run())
        {
            yield return new(
                new FeatureEvent
                {
                    Id = ++number,
                    Account = customerKeys[row.Customer],
                    Destination = terminalKeys[row.Terminal],
                    Terminal = terminalKeys[row.Terminal],
                    AtMs = zero + (row.Second * 1000),
                    Amount = row.AmountMinor,
                },
                row.IsFraud);
        }
    }

    static ulong[] Keys(int count, Func<int, string> name) => [.. Enumerable.Range(0, count).Select(i => KeyHash.Of(name(i)))];
}
