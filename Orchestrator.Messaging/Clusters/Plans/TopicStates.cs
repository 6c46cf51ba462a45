using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Orchestrator.Messaging.Clusters.Plans;

/// <summary>Reads topics as they are.</summary>
public static class TopicStates
{
    /// <summary>Those of <paramref name="topics"/> that are there and that this client may see, by name.</summary>
    /// <exception cref="KafkaException">No broker answered in time.</exception>
    public static async Task<IReadOnlyDictionary<string, TopicState>> ReadAsync(IAdminClient admin, IReadOnlyCollection<string> topics, TimeSpan timeout)
    {
        var metadata = await Task.Run(() => admin.GetMetadata(timeout));
        var wanted = topics.ToHashSet(StringComparer.Ordinal);
        var found = metadata.Topics.Where(t => wanted.Contains(t.Topic) && t.Error.Code is not (ErrorCode.UnknownTopicOrPart or ErrorCode.TopicAuthorizationFailed)).ToList();
        var settings = await SettingsAsync(admin, [.. found.Select(t => t.Topic)], timeout);
        return found.ToDictionary(t => t.Topic, t => State(t, settings.GetValueOrDefault(t.Topic)), StringComparer.Ordinal);
    }

    static TopicState State(TopicMetadata topic, IReadOnlyDictionary<string, string>? settings) => new(
        topic.Topic,
        topic.Partitions.Count,
        topic.Partitions.Select(p => p.Replicas.Length).DefaultIfEmpty(0).Min(),
        topic.Partitions.Select(p => p.InSyncReplicas.Length).DefaultIfEmpty(0).Min(),
        topic.Partitions.Count(p => p.Leader < 0),
        settings);

    // Who may not see one topic's settings may see another's.
    static async Task<Dictionary<string, IReadOnlyDictionary<string, string>>> SettingsAsync(IAdminClient admin, List<string> topics, TimeSpan timeout)
    {
        if (topics.Count == 0)
            return [];
        var asked = topics.Select(t => new ConfigResource { Type = ResourceType.Topic, Name = t });
        List<DescribeConfigsReport> reports;
        try
        {
            var described = await admin.DescribeConfigsAsync(asked, new DescribeConfigsOptions { RequestTimeout = timeout });
            reports = [.. described.Select(r => new DescribeConfigsReport { ConfigResource = r.ConfigResource, Entries = r.Entries, Error = new Error(ErrorCode.NoError) })];
        }
        catch (DescribeConfigsException e)
        {
            reports = e.Results;
        }
        catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_UnsupportedFeature or ErrorCode.UnsupportedVersion or ErrorCode.ClusterAuthorizationFailed)
        {
            // Some services that speak Kafka show no settings at all.
            return [];
        }
        return reports.Where(r => r.Error.Code == ErrorCode.NoError).ToDictionary(
            r => r.ConfigResource.Name,
            IReadOnlyDictionary<string, string> (r) => r.Entries.Values.Where(e => e.Value is not null).ToDictionary(e => e.Name, e => e.Value, StringComparer.Ordinal),
            StringComparer.Ordinal);
    }
}
