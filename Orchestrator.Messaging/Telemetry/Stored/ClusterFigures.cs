using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Telemetry.Stored;

/// <summary>How the Kafka cluster does, as its metadata have it: one request over a connection of its own.</summary>
public sealed class ClusterFigures(ClusterFacts facts, MessageCatalog catalog) : IStoredFigures
{
    const string Brokers = "orchestrator.kafka.brokers";
    const string Partitions = "orchestrator.kafka.partitions";
    const string Offline = "orchestrator.kafka.partitions_offline";
    const string UnderReplicated = "orchestrator.kafka.partitions_under_replicated";

    static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    readonly string[] _topics = [.. catalog.All.Select(c => c.Topic).Distinct(StringComparer.Ordinal)];

    /// <inheritdoc />
    public string Name => "cluster";

    /// <inheritdoc />
    public IReadOnlyList<StoredGauge> Gauges { get; } =
    [
        new(Brokers, "{broker}", "Brokers that the cluster's metadata name"),
        new(Partitions, "{partition}", "Partitions of the product's topics"),
        new(Offline, "{partition}", "Partitions without a leader, of the product's topics: nothing can be written to them or read"),
        new(UnderReplicated, "{partition}", "Partitions with fewer replicas in sync than they should have, of the product's topics"),
    ];

    /// <inheritdoc />
    public async Task<IReadOnlyList<StoredFigure>> TakeAsync(CancellationToken cancellationToken)
    {
        var condition = await Task.Run(() => facts.Condition(_topics, Bound), cancellationToken);
        return
        [
            new(Brokers, condition.Brokers),
            .. condition.Topics.Select(t => new StoredFigure(Partitions, t.Partitions, Tag(t))),
            .. condition.Topics.Select(t => new StoredFigure(Offline, t.Offline, Tag(t))),
            .. condition.Topics.Select(t => new StoredFigure(UnderReplicated, t.UnderReplicated, Tag(t))),
        ];
    }

    static KeyValuePair<string, object?> Tag(TopicCondition topic) => new("topic", topic.Topic);
}
