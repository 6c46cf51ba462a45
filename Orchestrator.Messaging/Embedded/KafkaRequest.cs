namespace Orchestrator.Messaging.Embedded;

/// <summary>The kinds of request in Kafka's protocol that a test lets fail, by their numbers there.</summary>
public enum KafkaRequest : short
{
    /// <summary>A producer sends messages.</summary>
    Produce = 0,

    /// <summary>A consumer asks for messages.</summary>
    Fetch = 1,

    /// <summary>A client asks for a partition's first, last or timed offset.</summary>
    ListOffsets = 2,

    /// <summary>A client asks who the brokers are and what topics there are.</summary>
    Metadata = 3,

    /// <summary>A consumer stores how far its group has come.</summary>
    OffsetCommit = 8,

    /// <summary>A consumer asks how far its group has come.</summary>
    OffsetFetch = 9,

    /// <summary>A client asks which broker looks after its group.</summary>
    FindCoordinator = 10,

    /// <summary>An idempotent producer asks for its id.</summary>
    InitProducerId = 22,
}
