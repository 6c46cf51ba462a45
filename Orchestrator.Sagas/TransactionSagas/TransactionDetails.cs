namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>What only some transactions have: those that are captured by hand, reversed, parked, or acted upon by people. The usual way stores none of it.</summary>
public sealed class TransactionDetails
{
    /// <summary>The most ids of requests that are remembered; what comes again after that many others is refused as any other.</summary>
    public const int MaxTaken = 32;

    /// <summary>Whether the publisher captures it when it is approved, instead of its money moving at once.</summary>
    public bool ManualCapture { get; set; }

    /// <summary>What was captured, minor units, when it is a part of what is held; null for all of it.</summary>
    public long? CapturedMinor { get; set; }

    /// <summary>Why it was or is to be reversed, in the words of whoever asked.</summary>
    public string? ReversalReason { get; set; }

    /// <summary>How many reversals were given up, so that another one may be asked for.</summary>
    public int GivenUpReversals { get; set; }

    /// <summary>How often what failed was asked for anew: each time under another id, for the ledger's answer to an id never changes.</summary>
    public int Attempt { get; set; }

    /// <summary>Why the ledger refuses what would undo it, while it is parked.</summary>
    public string? FailedBecause { get; set; }

    /// <summary>The requests that were taken, so that each has its effect once.</summary>
    public List<Guid> Taken { get; set; } = [];
}
