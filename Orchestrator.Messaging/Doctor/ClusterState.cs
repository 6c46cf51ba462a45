using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Clusters.Plans;
using Orchestrator.Messaging.Kafka.Iam;

namespace Orchestrator.Messaging.Doctor;

/// <summary>What a cluster is like.</summary>
public sealed record ClusterState
{
    /// <summary>Whether it is on this machine.</summary>
    public required bool IsLocal { get; init; }

    /// <summary>Its id.</summary>
    public required string ClusterId { get; init; }

    /// <summary>How many brokers it has.</summary>
    public required int Brokers { get; init; }

    /// <summary>The highest version of each request that a broker answers, by Kafka's names; empty when it was not heard.</summary>
    public IReadOnlyDictionary<string, int> Apis { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>The planned topics that are there.</summary>
    public required IReadOnlyDictionary<string, TopicState> Topics { get; init; }

    /// <summary>What may be seen of access lists: how many rules; null when nothing may.</summary>
    public int? Rules { get; init; }

    /// <summary>Why not; empty when they may be seen.</summary>
    public string NoRules { get; init; } = "";

    /// <summary>How far the newest message that was found is in the future, by this machine's clock, in seconds; null when no message was found.</summary>
    public double? NewestAheadSeconds { get; init; }
}

/// <summary>Reads <see cref="ClusterState"/>.</summary>
public static partial class ClusterStateReader
{
    const int TopicsForTime = 4;

    /// <summary>Reads all of it.</summary>
    /// <exception cref="KafkaException">No broker answered in time; what the client said about it is in <paramref name="said"/>.</exception>
    public static async Task<ClusterState> ReadAsync(ClientConfig client, IReadOnlyList<TopicPlan> plan, TimeSpan bound, TimeProvider time, ConcurrentQueue<Error> said, CancellationToken cancellationToken)
    {
        var apis = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        using var admin = new AdminClientBuilder(new AdminClientConfig(client.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal)) { Debug = "feature" })
            .SetErrorHandler((_, error) => said.Enqueue(error))
            .SetLogHandler((_, log) => Hear(log.Message, apis))
            .BuildSignedIn(client);
        var metadata = await Task.Run(() => admin.GetMetadata(bound), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var topics = await TopicStates.ReadAsync(admin, [.. plan.Select(p => p.Name)], bound);
        cancellationToken.ThrowIfCancellationRequested();
        var (rules, noRules) = await RulesAsync(admin, bound);
        return new ClusterState
        {
            IsLocal = metadata.Brokers.TrueForAll(b => b.Host is "127.0.0.1" or "localhost" or "::1"),
            ClusterId = new Clusters.ClusterFacts(client).ClusterId(bound),
            Brokers = metadata.Brokers.Count,
            Apis = apis.ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal),
            Topics = topics,
            Rules = rules,
            NoRules = noRules,
            NewestAheadSeconds = await Task.Run(() => NewestAhead(client, topics, bound, time, cancellationToken), cancellationToken),
        };
    }

    static void Hear(string log, ConcurrentDictionary<string, int> apis)
    {
        foreach (Match match in ApiLine().Matches(log))
            apis[match.Groups["api"].Value] = int.Parse(match.Groups["max"].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    static async Task<(int? Rules, string Why)> RulesAsync(IAdminClient admin, TimeSpan bound)
    {
        var any = new AclBindingFilter
        {
            PatternFilter = new ResourcePatternFilter { Type = ResourceType.Any, ResourcePatternType = ResourcePatternType.Any },
            EntryFilter = new AccessControlEntryFilter { Operation = AclOperation.Any, PermissionType = AclPermissionType.Any },
        };
        try
        {
            return ((await admin.DescribeAclsAsync(any, new DescribeAclsOptions { RequestTimeout = bound })).AclBindings.Count, "");
        }
        catch (KafkaException e)
        {
            return (null, e.Error.Code.ToString());
        }
    }

    // The last message of some topic that has any.
    static double? NewestAhead(ClientConfig client, IReadOnlyDictionary<string, TopicState> topics, TimeSpan bound, TimeProvider time, CancellationToken cancellationToken)
    {
        var partitions = topics.Values.Where(t => !t.Name.EndsWith(Contracts.Topics.ParkedSuffix, StringComparison.Ordinal) && t.Leaderless == 0)
            .SelectMany(t => Enumerable.Range(0, t.Partitions).Select(p => new TopicPartition(t.Name, p))).ToList();
        var facts = new Clusters.ClusterFacts(client);
        var filled = partitions.GroupBy(p => p.Topic, StringComparer.Ordinal).SelectMany(t => facts.ReadWatermarks(t, bound).Where(w => w.Value.High > w.Value.Low)
            .OrderByDescending(w => w.Value.High).Take(1)).Take(TopicsForTime).ToList();
        if (filled.Count == 0)
            return null;
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig(client.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal))
        {
            GroupId = "orchestrator-doctor", EnableAutoCommit = false, EnableAutoOffsetStore = false, AutoOffsetReset = AutoOffsetReset.Latest, FetchWaitMaxMs = 100,
            EnablePartitionEof = true,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).BuildSignedIn(client);
        consumer.Assign(filled.Select(f => new TopicPartitionOffset(f.Key, f.Value.High - 1)));
        double? newest = null;
        var began = time.GetTimestamp();
        // What is last may be no message, as a transaction's control record: then there is an end alone.
        var open = filled.Select(f => f.Key).ToHashSet();
        while (open.Count > 0 && time.GetElapsedTime(began) < bound / 2)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } result)
                continue;
            open.Remove(result.TopicPartition);
            if (result.IsPartitionEOF)
                continue;
            newest = Math.Max(newest ?? double.MinValue, (result.Message.Timestamp.UtcDateTime - time.GetUtcNow().UtcDateTime).TotalSeconds);
        }
        return newest;
    }

    [GeneratedRegex(@"ApiKey (?<api>\w+) \(\d+\) Versions \d+\.\.(?<max>\d+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex ApiLine();
}
