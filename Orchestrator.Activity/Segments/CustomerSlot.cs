using Orchestrator.Activity.Customers;

namespace Orchestrator.Activity.Segments;

/// <summary>A customer in the memory of the lane: as it is now, and what the database has.</summary>
sealed class CustomerSlot(string customerId)
{
    /// <summary>The customer.</summary>
    public string CustomerId { get; } = customerId;

    /// <summary>What is known; nothing of one who is new.</summary>
    public CustomerState State { get; init; } = new();

    /// <summary>The version of the row in the database; 0 when there is none.</summary>
    public long Version { get; set; }

    /// <summary>The clock of the definitions by which the segments were worked out.</summary>
    public long Definitions { get; set; }

    /// <summary>The number of the latest change.</summary>
    public long Sequence { get; set; }

    /// <summary>When a segment may change though nothing happens.</summary>
    public DateTimeOffset? NextDue { get; set; }

    /// <summary>When the timer that is set comes.</summary>
    public DateTimeOffset? TimerDue { get; set; }

    /// <summary>The segments in the database.</summary>
    public IReadOnlyList<Membership> StoredSegments { get; set; } = [];

    /// <summary>Whether the unit under way has changed it.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Whether anything is known about the customer.</summary>
    public bool IsKnown => Version > 0 || IsTouched;

    /// <summary>
    /// Whether the timer that is set comes too late. One that comes too early is left: it is set again when it comes, so that a fact which only puts the instant off, as most do,
    /// writes no timer.
    /// </summary>
    public bool NeedsTimer => NextDue is { } due && !(TimerDue <= due);

    /// <summary>The database has it as it is.</summary>
    public void Stored()
    {
        Version++;
        StoredSegments = [.. State.Segments];
        IsTouched = false;
    }
}
