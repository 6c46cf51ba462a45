namespace Orchestrator.Activity.Customers;

/// <summary>What a customer did on a day, UTC.</summary>
public sealed class CustomerDay
{
    // So that ninety days of it are a number still.
    const long MaxSpentMinor = 100_000_000_000_000_000;

    /// <summary>The day, counted from the year 1.</summary>
    public int Day { get; init; }

    /// <summary>Transactions from the customer's accounts that have completed.</summary>
    public int Transactions { get; set; }

    /// <summary>Sessions that began.</summary>
    public int Sessions { get; set; }

    /// <summary>Page views of sessions that began.</summary>
    public int Pages { get; set; }

    /// <summary>What was sent, in minor units by currency; null for nothing.</summary>
    public Dictionary<string, long>? Spent { get; set; }

    internal bool IsEmpty => Transactions == 0 && Sessions == 0 && Pages == 0;

    /// <summary>Counts a transaction, and its amount unless <paramref name="currency"/> is null. What is more than can be counted counts as the most that can.</summary>
    internal void Send(long amountMinor, string? currency)
    {
        Transactions++;
        if (currency is null)
            return;
        Spent ??= new Dictionary<string, long>(StringComparer.Ordinal);
        Spent[currency] = Math.Min(MaxSpentMinor, Spent.GetValueOrDefault(currency) + amountMinor);
    }
}

/// <summary>A session of which it is known how many pages are counted.</summary>
public sealed class CustomerSession
{
    /// <summary>Stands for the visitor.</summary>
    public long Visitor { get; init; }

    /// <summary>When it began, UTC.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>How many of its page views are counted.</summary>
    public int Pages { get; set; }

    /// <summary>What stands for a visitor: FNV-1a, the same for ever.</summary>
    public static long KeyOf(string visitor)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var c in visitor)
            hash = (hash ^ c) * 1_099_511_628_211UL;
        return unchecked((long)hash);
    }
}

/// <summary>That a customer is in a segment.</summary>
/// <param name="Segment">Its name.</param>
/// <param name="Since">Since when, UTC.</param>
/// <param name="Version">By which version of the definition the customer came in.</param>
public sealed record Membership(string Segment, DateTimeOffset Since, int Version);
