namespace Orchestrator.Messaging.Kafka;

/// <summary>
/// Offsets behind which a partition ends and of which none is a message: control records of Kafka's transactions, and what they have aborted. Clients say nothing of them, so whoever has taken the last message would lag for ever.
/// </summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="From">The first of them: where somebody would have read on.</param>
/// <param name="End">Where the partition ends for who reads what is committed.</param>
internal sealed record Gap(string Topic, int Partition, long From, long End)
{
    /// <summary>Whether who is at a position is in it: then all before it is taken, and <see cref="End"/> is next.</summary>
    public bool Holds(long position) => position >= From && position < End;
}
