namespace Orchestrator.Broker.Protocol;

/// <summary>Kafka's error codes, as far as the broker answers them (https://kafka.apache.org/protocol#protocol_error_codes).</summary>
public enum KafkaError : short
{
    /// <summary>Something failed that has no name.</summary>
    UnknownServerError = -1,

    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The partition does not hold that offset.</summary>
    OffsetOutOfRange = 1,

    /// <summary>A batch's checksum or shape is wrong.</summary>
    CorruptMessage = 2,

    /// <summary>No such topic or partition.</summary>
    UnknownTopicOrPartition = 3,

    /// <summary>A batch is too large.</summary>
    MessageTooLarge = 10,

    /// <summary>What is stored beside a position is too long.</summary>
    OffsetMetadataTooLarge = 12,

    /// <summary>The group is going away, or its positions cannot be stored now: try again.</summary>
    CoordinatorNotAvailable = 15,

    /// <summary>The request's generation is not the group's.</summary>
    IllegalGeneration = 22,

    /// <summary>The members have no protocol in common.</summary>
    InconsistentGroupProtocol = 23,

    /// <summary>A group's id is missing or too long.</summary>
    InvalidGroupId = 24,

    /// <summary>The group does not know that member.</summary>
    UnknownMemberId = 25,

    /// <summary>A session timeout is out of range.</summary>
    InvalidSessionTimeout = 26,

    /// <summary>The group is rebalancing: join again.</summary>
    RebalanceInProgress = 27,

    /// <summary>The client may not use the topic. Only as a fault on purpose.</summary>
    TopicAuthorizationFailed = 29,

    /// <summary>The version of the request is not known.</summary>
    UnsupportedVersion = 35,

    /// <summary>The topic exists.</summary>
    TopicAlreadyExists = 36,

    /// <summary>A number of partitions below one, or too many.</summary>
    InvalidPartitions = 37,

    /// <summary>A topic's name is empty, too long or has other characters than letters, digits, '.', '_' and '-'.</summary>
    InvalidTopic = 17,

    /// <summary>A request has a bad field.</summary>
    InvalidRequest = 42,

    /// <summary>The format of a batch is older than version 2.</summary>
    UnsupportedForMessageFormat = 43,

    /// <summary>A batch of an idempotent producer does not follow its last one.</summary>
    OutOfOrderSequenceNumber = 45,

    /// <summary>The producer has been replaced by a newer one of the same id.</summary>
    InvalidProducerEpoch = 47,

    /// <summary>A request does not fit the state of the producer's transaction, as a batch outside of any.</summary>
    InvalidTxnState = 48,

    /// <summary>The transactional id is not known, or belongs to another producer id.</summary>
    InvalidProducerIdMapping = 49,

    /// <summary>A transaction's timeout is not above zero, or larger than the broker allows.</summary>
    InvalidTransactionTimeout = 50,

    /// <summary>The former transaction of the same id is not completed, or too many are open: try again.</summary>
    ConcurrentTransactions = 51,

    /// <summary>Another part of the request was refused, and so nothing of it was done.</summary>
    OperationNotAttempted = 55,

    /// <summary>The group has members.</summary>
    NonEmptyGroup = 68,

    /// <summary>No such group.</summary>
    GroupIdNotFound = 69,

    /// <summary>The first join of a member gets an id, with which it joins again.</summary>
    MemberIdRequired = 79,

    /// <summary>There are as many groups, members or positions as there may be.</summary>
    GroupMaxSizeReached = 81,

    /// <summary>Another member with the same static id has replaced it.</summary>
    FencedInstanceId = 82,

    /// <summary>A client has sent what only a broker may write.</summary>
    InvalidRecord = 87,

    /// <summary>A transaction that is not completed holds a newer position: try again.</summary>
    UnstableOffsetCommit = 88,

    /// <summary>A newer producer has the transactional id.</summary>
    ProducerFenced = 90,
}
