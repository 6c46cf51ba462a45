namespace Orchestrator.Broker.Protocol;

/// <summary>The requests of Kafka's protocol that the broker answers, by their numbers (https://kafka.apache.org/protocol#protocol_api_keys).</summary>
public enum ApiKey : short
{
    /// <summary>Appends record batches.</summary>
    Produce = 0,

    /// <summary>Reads record batches, waiting for some if there are none.</summary>
    Fetch = 1,

    /// <summary>The first, last or a point in time's offset of partitions.</summary>
    ListOffsets = 2,

    /// <summary>Brokers, topics and partitions.</summary>
    Metadata = 3,

    /// <summary>Stores a group's positions.</summary>
    OffsetCommit = 8,

    /// <summary>Reads a group's positions.</summary>
    OffsetFetch = 9,

    /// <summary>Which broker coordinates a group, or a transactional id's transactions.</summary>
    FindCoordinator = 10,

    /// <summary>Joins a consumer group.</summary>
    JoinGroup = 11,

    /// <summary>Shows that a member is alive.</summary>
    Heartbeat = 12,

    /// <summary>Leaves a consumer group.</summary>
    LeaveGroup = 13,

    /// <summary>Hands out a group's assignment.</summary>
    SyncGroup = 14,

    /// <summary>Members and state of groups.</summary>
    DescribeGroups = 15,

    /// <summary>All groups.</summary>
    ListGroups = 16,

    /// <summary>Which requests in which versions the broker answers.</summary>
    ApiVersions = 18,

    /// <summary>Creates topics.</summary>
    CreateTopics = 19,

    /// <summary>Deletes topics.</summary>
    DeleteTopics = 20,

    /// <summary>Forgets the records before an offset.</summary>
    DeleteRecords = 21,

    /// <summary>An id for an idempotent producer.</summary>
    InitProducerId = 22,

    /// <summary>Where a leader's epoch ended.</summary>
    OffsetForLeaderEpoch = 23,

    /// <summary>Takes partitions into a producer's transaction, and begins one.</summary>
    AddPartitionsToTxn = 24,

    /// <summary>Takes a group's positions into a producer's transaction.</summary>
    AddOffsetsToTxn = 25,

    /// <summary>Commits or aborts a transaction.</summary>
    EndTxn = 26,

    /// <summary>Positions that count when their transaction is committed.</summary>
    TxnOffsetCommit = 28,

    /// <summary>A topic's settings.</summary>
    DescribeConfigs = 32,

    /// <summary>More partitions for a topic.</summary>
    CreatePartitions = 37,

    /// <summary>Deletes groups without members.</summary>
    DeleteGroups = 42,

    /// <summary>Changes some of a topic's settings.</summary>
    IncrementalAlterConfigs = 44,
}
