namespace Orchestrator.Cli.Simulation;

/// <summary>
/// The transaction simulator of the Fraud Detection Handbook (Le Borgne, Siblini, Lebichot, Bontempi, ULB), written from its
/// description: customers and terminals on a grid, amounts and times after each customer's profile, three fraud scenarios.
/// It is pure, and streams: it holds as many days as a compromised customer stays compromised, however long it runs.
/// </summary>
public sealed class HandbookSimulator
{
    readonly HandbookParameters _parameters;
    readonly StreamSeeds _seeds;

    /// <summary>A simulator for one world.</summary>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">A parameter is out of its range.</exception>
    public HandbookSimulator(HandbookParameters parameters)
    {
        parameters.Validate();
        _parameters = parameters;
        _seeds = new StreamSeeds(parameters.Seed);
        World = SimulatedWorld.Draw(parameters);
    }

    /// <summary>The customers and what they can reach.</summary>
    public SimulatedWorld World { get; }

    /// <summary>All transactions by time, from day 0; each call begins anew and gives the same.</summary>
    public IEnumerable<HandbookTransaction> Run()
    {
        var customers = World.Customers.Select((profile, c) => new CustomerStream(profile, _seeds.Customer(c))).ToArray();
        var ahead = new Queue<DrawnDay>();
        var terminals = new CompromisedTerminals(_parameters, _seeds);
        var takeovers = new CompromisedCustomers(_parameters, _seeds);
        var drawnDays = 0;
        for (var day = 0; day < (_parameters.Days ?? int.MaxValue); day++)
        {
            // Whether a transaction of today is one of a compromised customer's frauds depends on how many follow.
            for (; drawnDays < (_parameters.Days ?? int.MaxValue) && drawnDays < day + _parameters.CustomerCompromisedDays; drawnDays++)
                ahead.Enqueue(DrawnDay.Draw(customers, drawnDays, _parameters.HighAmountMinor));

            // The Handbook compromises nobody on the last day.
            if (day + 1 != _parameters.Days)
            {
                terminals.Begin(day);
                takeovers.Begin(day, ahead);
            }
            var today = ahead.Dequeue();
            terminals.Mark(day, today.Transactions);
            foreach (var transaction in today.ByTime())
                yield return transaction;
        }
    }
}
