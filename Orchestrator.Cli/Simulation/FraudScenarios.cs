using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Simulation;

/// <summary>Scenario 2: some terminals are compromised each day, and for some weeks everything at them is fraud.</summary>
sealed class CompromisedTerminals(HandbookParameters parameters, StreamSeeds seeds)
{
    readonly NumericStream _numbers = new(0);
    readonly int[] _permutation = new int[parameters.Terminals];
    readonly int[] _compromisedUntilDay = new int[parameters.Terminals];

    public void Begin(int day)
    {
        _numbers.Seed(seeds.Day(day));
        _numbers.Permutation(_permutation);
        foreach (var terminal in _permutation.AsSpan(0, parameters.TerminalsCompromisedPerDay))
            _compromisedUntilDay[terminal] = day + parameters.TerminalCompromisedDays;
    }

    public void Mark(int day, Span<HandbookTransaction> transactions)
    {
        foreach (ref var transaction in transactions)
        {
            // Scenario 3 comes last in the Handbook and so keeps its label.
            if (_compromisedUntilDay[transaction.Terminal] > day && transaction.Scenario != 3)
                transaction = transaction with { Scenario = 2 };
        }
    }
}

/// <summary>
/// Scenario 3: some customers are compromised each day; of what they do together in the next two weeks a third is fraud, for five
/// times the amount.
/// </summary>
sealed class CompromisedCustomers(HandbookParameters parameters, StreamSeeds seeds)
{
    readonly NumericStream _numbers = new(0);
    readonly ChoiceStream _choices = new(0);
    readonly int[] _permutation = new int[parameters.Customers];
    readonly List<Place> _places = [];

    public void Begin(int day, IReadOnlyCollection<DrawnDay> window)
    {
        var seed = seeds.Day(day);
        _numbers.Seed(seed);
        _numbers.Permutation(_permutation);
        Find(_permutation.AsSpan(0, parameters.CustomersCompromisedPerDay), window);

        var chosen = new int[_places.Count / parameters.CustomerFraudOneIn];
        _choices.Seed(seed);
        _choices.Sample(_places.Count, chosen);
        foreach (var i in chosen)
        {
            ref var transaction = ref _places[i].Day.Transactions[_places[i].Index];
            transaction = transaction with { AmountMinor = transaction.AmountMinor * parameters.CustomerFraudFactor, Scenario = 3 };
        }
    }

    void Find(ReadOnlySpan<int> customers, IReadOnlyCollection<DrawnDay> window)
    {
        _places.Clear();
        foreach (var drawn in window)
        {
            foreach (var customer in customers)
            {
                for (var (i, end) = drawn.RangeOf(customer); i < end; i++)
                    _places.Add(new(drawn.Transactions[i].Second, customer, drawn, i));
            }
        }
        // What is chosen depends on the order: by time, as the ids of the data set run.
        _places.Sort(static (a, b) => (a.Second, a.Customer, a.Index).CompareTo((b.Second, b.Customer, b.Index)));
    }

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Place(long Second, int Customer, DrawnDay Day, int Index);
}
