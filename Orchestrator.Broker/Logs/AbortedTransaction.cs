namespace Orchestrator.Broker.Logs;

/// <summary>A transaction that was aborted in a partition, for clients to leave out its records (KIP-98, "Aborted Transactions").</summary>
/// <param name="ProducerId">Whose records are left out.</param>
/// <param name="FirstOffset">From the first of them on.</param>
/// <param name="LastOffset">Up to its control record.</param>
/// <param name="StableOffset">The last stable offset when it had ended: what is aborted later begins there or behind.</param>
internal readonly record struct AbortedTransaction(long ProducerId, long FirstOffset, long LastOffset, long StableOffset);
