namespace Orchestrator.Messaging.Clusters.Plans;

/// <summary>How unevenly a topic's messages lie over its partitions.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partitions">Its partitions by their numbers.</param>
public sealed record TopicSkew(string Topic, IReadOnlyList<PartitionLoad> Partitions)
{
    /// <summary>Messages of all partitions.</summary>
    public long Messages => Partitions.Sum(p => p.Messages);

    /// <summary>Bytes of all partitions, as far as can be told from the messages that were looked at.</summary>
    public long Bytes => Partitions.Sum(p => p.Bytes);

    /// <summary>
    /// How many times the mean the fullest partition holds: 1 is even, and as many as there are partitions means that one holds everything. A lane is the unit of work, so that so
    /// many times longer the slowest takes. Zero when there are no messages.
    /// </summary>
    public double MessageSkew => Skew(p => p.Messages);

    /// <summary>The same of bytes.</summary>
    public double ByteSkew => Skew(p => p.Bytes);

    double Skew(Func<PartitionLoad, long> of)
    {
        var total = Partitions.Sum(of);
        return total == 0 ? 0 : Math.Round(Partitions.Max(of) * (double)Partitions.Count / total, 3);
    }
}

/// <summary>What a partition holds.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="Messages">How many messages, by its first and next offset.</param>
/// <param name="Bytes">How many bytes: the mean size of the messages that were looked at, times their number. Keys, values and headers, not compressed.</param>
/// <param name="Sampled">How many messages were looked at.</param>
public sealed record PartitionLoad(int Partition, long Messages, long Bytes, int Sampled);
