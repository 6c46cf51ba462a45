namespace Orchestrator.Broker.Transactions;

/// <summary>A partition that a transaction writes to, or reads positions of.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Number">The partition.</param>
internal readonly record struct TransactionPartition(string Topic, int Number);
