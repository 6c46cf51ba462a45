using System.Globalization;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Clusters.Plans;

namespace Orchestrator.Messaging.Doctor;

/// <summary>What a cluster's facts mean; pure.</summary>
public static class ClusterJudgement
{
    const double FutureSeconds = 2;
    const int Shown = 5;

    // What the service cannot do without, with the version from which it can: record batches with headers, idempotent producers, positions of groups.
    static readonly Dictionary<string, int> Needed = new(StringComparer.Ordinal)
    {
        ["Produce"] = 3, ["Fetch"] = 4, ["ListOffsets"] = 1, ["Metadata"] = 1, ["OffsetCommit"] = 2, ["OffsetFetch"] = 1, ["InitProducerId"] = 0,
    };

    /// <summary>Every point.</summary>
    public static IReadOnlyList<Finding> Of(ClusterState cluster, IReadOnlyList<TopicPlan> plan) =>
    [
        Apis(cluster), Brokers(cluster), Missing(cluster, plan), Drift(cluster, plan), Leaders(cluster), Replicas(cluster), InSync(cluster), Elections(cluster), Access(cluster), Clock(cluster),
    ];

    static Finding Apis(ClusterState cluster)
    {
        if (cluster.Apis.Count == 0)
            return Finding.Ok("kafka_apis", "which requests the brokers answer was not heard");
        var lacking = Needed.Where(n => !cluster.Apis.TryGetValue(n.Key, out var max) || max < n.Value).Select(n => $"{n.Key} {n.Value}").ToList();
        return lacking.Count > 0
            ? Finding.Problem("kafka_apis", $"brokers do not answer {string.Join(", ", lacking)}", "Take Apache Kafka 2.1 or later, or a service that speaks its protocol as fully.")
            : Finding.Ok("kafka_apis", $"brokers answer {cluster.Apis.Count} kinds of requests, among them all that are needed");
    }

    static Finding Brokers(ClusterState cluster) => cluster.Brokers switch
    {
        < 3 when !cluster.IsLocal => Finding.Warning("kafka_brokers", $"{cluster.Brokers} brokers", "Three keep what was acknowledged while one is away. A service that shows one address for many, as Event Hubs does, keeps it too."),
        _ => Finding.Ok("kafka_brokers", $"{cluster.Brokers} brokers, cluster {cluster.ClusterId}"),
    };

    static Finding Missing(ClusterState cluster, IReadOnlyList<TopicPlan> plan)
    {
        var missing = plan.Where(p => !cluster.Topics.ContainsKey(p.Name)).Select(p => p.Name).ToList();
        return missing.Count == 0
            ? Finding.Ok("kafka_topics", $"all {plan.Count} topics are there")
            : Finding.Problem("kafka_topics", $"{missing.Count} of {plan.Count} topics are missing, or may not be seen: {Some(missing)}", "Run 'orchestrator topics apply', or let the service create them; see 'orchestrator acls' for what it must be allowed.");
    }

    static Finding Drift(ClusterState cluster, IReadOnlyList<TopicPlan> plan)
    {
        var differences = TopicDrift.Between(plan.Where(p => cluster.Topics.ContainsKey(p.Name)), cluster.Topics);
        if (differences.Count == 0)
            return Finding.Ok("kafka_drift", "all topics are as planned");
        var what = $"{differences.Count} differences: {Some([.. differences.Select(d => $"{d.Topic} {d.What} {d.Actual ?? "(none)"}, not {d.Planned}")])}";
        // Lanes do not start with another number of partitions, and compaction loses messages.
        return differences.Any(d => d.What == "partitions" || (d.What == "cleanup.policy" && d.Actual?.Contains("compact", StringComparison.Ordinal) is true))
            ? Finding.Problem("kafka_drift", what, "See 'orchestrator topics drift'; lanes need one number of partitions, and compaction loses messages.")
            : Finding.Warning("kafka_drift", what, "See 'orchestrator topics drift', and mend with 'orchestrator topics apply'.");
    }

    static Finding Leaders(ClusterState cluster)
    {
        var leaderless = cluster.Topics.Values.Where(t => t.Leaderless > 0).Select(t => $"{t.Name} ({t.Leaderless})").ToList();
        return leaderless.Count == 0
            ? Finding.Ok("kafka_leaders", "every partition has a leader")
            : Finding.Problem("kafka_leaders", $"partitions without a leader: {Some(leaderless)}", "Bring back the brokers that have them; nobody reads or writes them until then.");
    }

    static Finding Replicas(ClusterState cluster)
    {
        var behind = cluster.Topics.Values.Where(t => t.InSync < t.Replication).Select(t => $"{t.Name} {t.InSync} of {t.Replication}").ToList();
        if (behind.Count > 0)
            return Finding.Warning("kafka_replicas", $"not all replicas are in sync: {Some(behind)}", "Look whether a broker is away, or too slow to follow.");
        var few = cluster.Topics.Values.Where(t => t.Replication < 3).Select(t => $"{t.Name} {t.Replication}").ToList();
        return few.Count > 0 && !cluster.IsLocal
            ? Finding.Warning("kafka_replicas", $"topics with fewer than three replicas: {Some(few)}", "Give them three (kafka-reassign-partitions.sh), and set Kafka:ReplicationFactor for new ones.")
            : Finding.Ok("kafka_replicas", "all replicas are in sync");
    }

    static Finding InSync(ClusterState cluster)
    {
        var stuck = new List<string>();
        var careless = new List<string>();
        foreach (var topic in cluster.Topics.Values)
        {
            if (topic.Settings is null || !int.TryParse(topic.Settings.GetValueOrDefault("min.insync.replicas"), CultureInfo.InvariantCulture, out var least))
                continue;
            if (least > topic.InSync || (topic.Replication > 1 && least >= topic.Replication))
                stuck.Add($"{topic.Name} {least} of {topic.Replication}");
            else if (topic.Replication > 2 && least < 2)
                careless.Add(topic.Name);
        }
        return stuck.Count > 0 ? Finding.Problem("kafka_min_in_sync", $"min.insync.replicas leaves no broker to spare: {Some(stuck)}", "Set it one below the number of replicas: as it is, nothing can be written while one is away.")
            : careless.Count > 0 ? Finding.Warning("kafka_min_in_sync", $"min.insync.replicas is 1: {Some(careless)}", "Set it to 2: what is acknowledged is on one broker alone while the others are behind.")
            : Finding.Ok("kafka_min_in_sync", "min.insync.replicas fits the number of replicas");
    }

    static Finding Elections(ClusterState cluster)
    {
        var unclean = cluster.Topics.Values.Where(t => t.Settings?.GetValueOrDefault("unclean.leader.election.enable") == "true").Select(t => t.Name).ToList();
        return unclean.Count == 0
            ? Finding.Ok("kafka_elections", "no broker that is behind can become a leader")
            : Finding.Problem("kafka_elections", $"a broker that is behind can become the leader of {Some(unclean)}", "Set unclean.leader.election.enable=false: what was acknowledged would be gone.");
    }

    static Finding Access(ClusterState cluster) => cluster switch
    {
        { Rules: { } rules } => Finding.Ok("kafka_acls", $"{rules} rules can be seen; 'orchestrator acls' prints those that are needed"),
        { NoRules: "SecurityDisabled", IsLocal: false } => Finding.Warning("kafka_acls", "the cluster checks nobody: whoever reaches it may read and write everything", "Set an authorizer, and allow what 'orchestrator acls' prints."),
        _ => Finding.Ok("kafka_acls", "access lists cannot be seen by this client, or there are none"),
    };

    static Finding Clock(ClusterState cluster) => cluster.NewestAheadSeconds switch
    {
        null => Finding.Ok("kafka_clock", "no message to compare clocks by"),
        > FutureSeconds and var ahead => Finding.Warning(
            "kafka_clock", string.Create(CultureInfo.InvariantCulture, $"the newest message is {ahead:0.0} s in the future"), "A producer's or broker's clock is ahead, or this machine's is behind: keep them right."),
        _ => Finding.Ok("kafka_clock", "no message is from the future"),
    };

    static string Some(List<string> all) => string.Join(", ", all.Take(Shown)) + (all.Count > Shown ? $" and {all.Count - Shown} more" : "");
}
