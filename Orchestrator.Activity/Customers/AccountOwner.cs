namespace Orchestrator.Activity.Customers;

/// <summary>An account in the memory of its lane: whose it is, and what waits until that is known.</summary>
sealed class AccountOwner(string accountId)
{
    /// <summary>The most that waits; the oldest makes room.</summary>
    public const int MaxWaiting = 100;

    List<WaitingFact>? _waiting;

    /// <summary>The account.</summary>
    public string AccountId { get; } = accountId;

    /// <summary>The customer, once known.</summary>
    public string? CustomerId { get; private set; }

    /// <summary>How many had to make room.</summary>
    public int Dropped { get; private set; }

    /// <summary>What waits, in the order in which it came.</summary>
    public IReadOnlyList<WaitingFact> Waiting => _waiting ?? [];

    /// <summary>Takes what is stored.</summary>
    public static AccountOwner Stored(string accountId, string? customerId, List<WaitingFact>? waiting, int dropped) =>
        new(accountId) { CustomerId = customerId, _waiting = waiting, Dropped = dropped };

    /// <summary>Lets something wait; the same again changes nothing.</summary>
    public bool Wait(WaitingFact fact)
    {
        _waiting ??= [];
        if (_waiting.Exists(w => w.FactId == fact.FactId))
            return false;
        if (_waiting.Count == MaxWaiting)
        {
            _waiting.RemoveAt(0);
            Dropped++;
        }
        _waiting.Add(fact);
        return true;
    }

    /// <summary>The owner is known from now on; gives what has waited for that.</summary>
    public IReadOnlyList<WaitingFact> Own(string customerId)
    {
        CustomerId = customerId;
        var waited = Waiting;
        _waiting = null;
        return waited;
    }
}
