using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Simulation;

/// <summary>One day of everybody's transactions, grouped by customer until the day is handed out.</summary>
sealed class DrawnDay
{
    readonly List<HandbookTransaction> _transactions;
    readonly int[] _firstOfCustomer;

    DrawnDay(List<HandbookTransaction> transactions, int[] firstOfCustomer)
    {
        _transactions = transactions;
        _firstOfCustomer = firstOfCustomer;
    }

    public Span<HandbookTransaction> Transactions => CollectionsMarshal.AsSpan(_transactions);

    public static DrawnDay Draw(CustomerStream[] customers, int day, long highAmountMinor)
    {
        var transactions = new List<HandbookTransaction>(customers.Length * 2);
        var first = new int[customers.Length + 1];
        for (var c = 0; c < customers.Length; c++)
        {
            first[c] = transactions.Count;
            customers[c].NextDay(c, day, highAmountMinor, transactions);
        }
        first[customers.Length] = transactions.Count;
        return new DrawnDay(transactions, first);
    }

    /// <summary>Where one customer's transactions of the day begin in <see cref="Transactions"/>, in time order, and where they end.</summary>
    public (int First, int End) RangeOf(int customer) => (_firstOfCustomer[customer], _firstOfCustomer[customer + 1]);

    /// <summary>Everybody's, by time. The grouping by customer is gone afterwards.</summary>
    public List<HandbookTransaction> ByTime()
    {
        _transactions.Sort(static (a, b) => a.Second != b.Second ? a.Second.CompareTo(b.Second) : a.Customer.CompareTo(b.Customer));
        return _transactions;
    }
}
