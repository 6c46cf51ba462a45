using System.Globalization;

namespace Orchestrator.Messaging.Clusters.Plans;

/// <summary>Compares topics as they are with topics as they should be; pure.</summary>
public static class TopicDrift
{
    /// <summary>The leave to add partitions.</summary>
    public const string MorePartitions = "partitions";

    /// <summary>The leave to keep messages for a shorter time.</summary>
    public const string ShorterRetention = "shorter-retention";

    /// <summary>The leave to change how old messages are cleaned up.</summary>
    public const string CleanupPolicy = "cleanup-policy";

    /// <summary>The leave to ask for fewer replicas in sync.</summary>
    public const string FewerInSync = "fewer-in-sync";

    /// <summary>The leave to take smaller messages than before.</summary>
    public const string SmallerMessages = "smaller-messages";

    /// <summary>Every leave.</summary>
    public static IReadOnlyList<string> Leaves { get; } = [MorePartitions, ShorterRetention, CleanupPolicy, FewerInSync, SmallerMessages];

    const string Partitioned =
        "a key's messages would go to another partition from then on: order and co-partitioning are lost unless all topics are read to their end, outboxes are empty and no timer is set";

    /// <summary>Every difference, topic by topic in the plan's order. Topics that nobody has planned are left alone.</summary>
    public static IReadOnlyList<TopicDifference> Between(IEnumerable<TopicPlan> plan, IReadOnlyDictionary<string, TopicState> actual) =>
        [.. plan.SelectMany(topic => actual.TryGetValue(topic.Name, out var state) ? Of(topic, state) : [Missing(topic)])];

    static TopicDifference Missing(TopicPlan topic) => new(
        topic.Name, "topic", null, string.Create(CultureInfo.InvariantCulture, $"{topic.Partitions} partitions"), TopicChange.Safe, null, "it is created with what is planned for it");

    static IEnumerable<TopicDifference> Of(TopicPlan topic, TopicState state)
    {
        if (state.Partitions != topic.Partitions)
        {
            yield return state.Partitions < topic.Partitions
                ? new TopicDifference(topic.Name, "partitions", Text(state.Partitions), Text(topic.Partitions), TopicChange.NeedsLeave, MorePartitions, Partitioned)
                : new TopicDifference(
                    topic.Name, "partitions", Text(state.Partitions), Text(topic.Partitions), TopicChange.ByHand, null,
                    "no cluster takes partitions away: run as many lanes as there are partitions (Messaging:Partitions), or move to a new topic");
        }
        if (topic.Replication > 0 && state.Replication != topic.Replication)
        {
            yield return new TopicDifference(
                topic.Name, "replication", Text(state.Replication), Text(topic.Replication), TopicChange.ByHand, null, "replicas are moved by kafka-reassign-partitions.sh, or by the provider");
        }
        if (state.Settings is null)
        {
            yield return new TopicDifference(
                topic.Name, "settings", null, "visible", TopicChange.ByHand, null, "this client may not see them: it needs DescribeConfigs on the topic");
            yield break;
        }
        foreach (var (name, planned) in topic.Settings)
        {
            var value = state.Settings.GetValueOrDefault(name);
            if (!string.Equals(value, planned, StringComparison.Ordinal))
                yield return Setting(topic, state, name, value, planned);
        }
    }

    static TopicDifference Setting(TopicPlan topic, TopicState state, string name, string? actual, string planned) => name switch
    {
        "cleanup.policy" => new(
            topic.Name, name, actual, planned, TopicChange.NeedsLeave, CleanupPolicy,
            "compaction loses all but the last message of a key, and what it has taken does not come back; without it, what is older than the retention goes"),
        "retention.ms" or "retention.bytes" => Longer(actual, planned)
            ? new(topic.Name, name, actual, planned, TopicChange.Safe, null, "messages stay longer")
            : new(topic.Name, name, actual, planned, TopicChange.NeedsLeave, ShorterRetention, "older messages are deleted, read or not"),
        "min.insync.replicas" => InSync(topic, state, name, actual, planned),
        "max.message.bytes" => Number(actual) is { } bytes && bytes > Number(planned)
            ? new(topic.Name, name, actual, planned, TopicChange.NeedsLeave, SmallerMessages, "larger batches of others are refused from then on")
            : new(topic.Name, name, actual, planned, TopicChange.Safe, null, "larger batches are taken"),
        _ => new(topic.Name, name, actual, planned, TopicChange.Safe, null, "it is set as planned"),
    };

    static TopicDifference InSync(TopicPlan topic, TopicState state, string name, string? actual, string planned)
    {
        if (Number(actual) > Number(planned))
            return new(topic.Name, name, actual, planned, TopicChange.NeedsLeave, FewerInSync, "what is acknowledged may be on fewer brokers, and so be lost with them");
        return Number(planned) > state.Replication
            ? new(topic.Name, name, actual, planned, TopicChange.ByHand, null, "it has fewer replicas than that: nothing could be written to it any more. Give it more replicas first")
            : new(topic.Name, name, actual, planned, TopicChange.Safe, null, "what is acknowledged is on more brokers");
    }

    // Below zero is without end.
    static bool Longer(string? actual, string planned)
    {
        var wanted = Number(planned) ?? 0;
        return wanted < 0 || (Number(actual) is { } now && now >= 0 && wanted > now);
    }

    static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
