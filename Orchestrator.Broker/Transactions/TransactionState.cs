namespace Orchestrator.Broker.Transactions;

/// <summary>Where a producer's transaction stands (KIP-98, "Transaction Coordinator"). The numbers are in the journal and never change their meaning.</summary>
internal enum TransactionState : sbyte
{
    /// <summary>None was begun since the producer came.</summary>
    Empty = 0,

    /// <summary>It is open.</summary>
    Ongoing = 1,

    /// <summary>It will be committed, whatever happens to the broker meanwhile.</summary>
    PreparedCommit = 2,

    /// <summary>It will be aborted.</summary>
    PreparedAbort = 3,

    /// <summary>The last one was committed.</summary>
    Committed = 4,

    /// <summary>The last one was aborted.</summary>
    Aborted = 5,
}
