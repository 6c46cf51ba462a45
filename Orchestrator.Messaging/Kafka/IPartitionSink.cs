using Confluent.Kafka;

namespace Orchestrator.Messaging.Kafka;

/// <summary>Takes what a <see cref="GroupConsumer"/> reads of one partition number, over all topics of the group. All is called on the consumer's thread.</summary>
internal interface IPartitionSink
{
    int Partition { get; }

    /// <summary>Set by the consumer alone.</summary>
    bool IsPaused { get; set; }

    /// <summary>Whether no more should be read for it.</summary>
    bool ShouldPause { get; }

    /// <summary>Whether reading should go on.</summary>
    bool ShouldResume { get; }

    /// <summary>Takes in what was read.</summary>
    /// <returns>Whether it is full now: no more until it should resume.</returns>
    bool Add(ConsumeResult<byte[], byte[]> message);

    /// <summary>Takes in that some offsets are no messages. It counts if the lane has taken all before them, and no more.</summary>
    void PassOver(Gap gap);

    /// <summary>Called between reads, whether or not there was something.</summary>
    /// <returns>Whether it has more to do, so that the consumer does not wait for messages.</returns>
    bool Turn() => false;

    /// <summary>A topic's stored position is not in Kafka any more.</summary>
    void LosePosition(string topic);
}
