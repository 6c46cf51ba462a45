using Confluent.Kafka;

namespace Orchestrator.Messaging.Replay;

/// <summary>A message of the range, or the end of what a partition holds of it.</summary>
/// <param name="Result">The message as it was read.</param>
/// <param name="ClockMs">The latest time of a message of its partition up to it: what partitions are merged by.</param>
internal sealed record ScannedMessage(ConsumeResult<byte[], byte[]> Result, long ClockMs)
{
    /// <summary>Its partition.</summary>
    public int Partition => Result.Partition.Value;

    /// <summary>Its place there.</summary>
    public long Offset => Result.Offset.Value;

    /// <summary>Its key and body together, in bytes.</summary>
    public int Size => SizeOf(Result);

    /// <summary>The key and body of a message together, in bytes.</summary>
    public static int SizeOf(ConsumeResult<byte[], byte[]> result) => (result.Message.Key?.Length ?? 0) + (result.Message.Value?.Length ?? 0);
}
