namespace Orchestrator.Broker.Transactions;

/// <summary>What transactions may do, and how many of them there may be.</summary>
internal sealed record TransactionOptions
{
    /// <summary>How many transactional ids are known. Beyond it the one whose last transaction is longest ago is forgotten, and its producer refused.</summary>
    public int MaxIds { get; init; } = 10_000;

    /// <summary>How many transactions are open at once; fewer than <see cref="MaxIds"/>.</summary>
    public int MaxOpen { get; init; } = 1_000;

    /// <summary>How many partitions a transaction has.</summary>
    public int MaxPartitions { get; init; } = 1_000;

    /// <summary>How many groups' positions a transaction has, and how many of them all together.</summary>
    public int MaxPositions { get; init; } = 10_000;

    /// <summary>How long a transactional id is, in characters.</summary>
    public int MaxIdLength { get; init; } = 255;

    /// <summary>The longest timeout that a producer may ask for; Kafka's transaction.max.timeout.ms has the same default.</summary>
    public TimeSpan MaxTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How large a journal of mostly dead records may be.</summary>
    public long CompactAboveBytes { get; init; } = 4 << 20;
}
