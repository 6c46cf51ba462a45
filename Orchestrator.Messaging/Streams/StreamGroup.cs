using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// A group of stream lanes: lanes whose state is in memory, and which answer over Kafka without asking the database for anything. Its name is
/// the Kafka consumer group under which positions are also committed, so that standard tools show its lag.
/// </summary>
public sealed class StreamGroup
{
    /// <summary>The group's name, for instance <c>decisioning</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What is read, by the topics' actual names; all must have the same number of partitions and the same keys.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>Where answers go: the topic by its actual name, with as many partitions. A lane's answers go to its own partition.</summary>
    public required string OutputTopic { get; init; }

    /// <summary>Makes the processor of one lane, each time that the lane is opened.</summary>
    public required Func<LaneId, StreamProcessor> CreateProcessor { get; init; }

    /// <summary>
    /// The records that the group takes; null for all that come. A message that names another, in whatever version, is passed over before its body is read: its position moves on,
    /// and nothing else happens. It is not answered.
    /// </summary>
    public IReadOnlyCollection<Type>? Takes { get; init; }

    /// <summary>
    /// Of which of its topics the group is the keeper: what names no message that is known, or has no type at all, is parked by the keeper and passed over by all others. Null
    /// for all its topics. Of the groups that read a topic all but one say that they are not its keeper; where nobody says so, several keep it, and never none.
    /// </summary>
    public IReadOnlyCollection<string>? KeeperOf { get; init; }

    /// <summary>
    /// What a lane waits for each time before it is opened, since its processor must not wait: for instance until it is known what is in force. Should it fail,
    /// the lane is opened later. Null for nothing.
    /// </summary>
    public Func<CancellationToken, Task>? ReadyAsync { get; init; }

    /// <summary>
    /// How many threads of this process read and process, each with a Kafka client of its own and its share of the lanes. Default 0: half the processors,
    /// and one at least; the clients and the producer need the others.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>How long the producer gathers answers into a batch, in milliseconds. Default 0: what comes while a request is under way goes together by itself.</summary>
    public double LingerMs { get; init; }

    /// <summary>How many answers of a lane may wait for the broker's acknowledgement before the lane pauses. Default 10,000.</summary>
    public int MaxUnacknowledged { get; init; } = 10_000;

    /// <summary>
    /// How many ids a lane remembers: a message whose id is among them is dropped. One that comes again later than that is taken as new and answered
    /// again under the same id. Default 65,536.
    /// </summary>
    public int RememberedIds { get; init; } = 65_536;

    /// <summary>
    /// How many answers to asked messages (<see cref="StreamHost.AskAsync"/>) a lane remembers, and four times as many of their ids: whoever asks the same again gets
    /// the same answer. As many may be under way at once. Default 4,096.
    /// </summary>
    public int RememberedAnswers { get; init; } = 4_096;

    /// <summary>
    /// How long a lane goes on, with <see cref="StreamOutput.StoreIsAway"/>, when its lease cannot be shown because the database does not answer. Default zero: it
    /// pauses until it can. What may happen twice meanwhile stands in docs/design/streams.md.
    /// </summary>
    public TimeSpan WithoutStore { get; init; }

    /// <summary>How long a lane works on after a snapshot before it takes the next, unless nothing has come. Default 30 seconds.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After how many messages a lane takes a snapshot whatever the time: so many, and what comes while it is written, are replayed after a
    /// crash. Topics must keep more than that. Default 50,000.
    /// </summary>
    public int SnapshotMessages { get; init; } = 50_000;

    internal int ReadingThreads => Threads > 0 ? Threads : Math.Max(1, Environment.ProcessorCount / 2);
}
