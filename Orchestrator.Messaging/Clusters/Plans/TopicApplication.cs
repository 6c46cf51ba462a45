using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Orchestrator.Messaging.Clusters.Plans;

/// <summary>Brings topics to their plan, as far as that is allowed.</summary>
public static class TopicApplication
{
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    /// <summary>Which of the differences would be mended.</summary>
    /// <param name="differences">All of them.</param>
    /// <param name="leaves">Names of what is allowed beyond what is safe, see <see cref="TopicDrift.Leaves"/>.</param>
    public static IReadOnlyList<TopicDifference> Mended(IEnumerable<TopicDifference> differences, IReadOnlyCollection<string> leaves) =>
        [.. differences.Where(d => d.Change == TopicChange.Safe || (d.Change == TopicChange.NeedsLeave && leaves.Contains(d.Leave, StringComparer.Ordinal)))];

    /// <summary>Mends them: topics first, then partitions, then settings.</summary>
    /// <exception cref="KafkaException">The cluster refuses one, or does not answer.</exception>
    public static async Task ApplyAsync(IAdminClient admin, IReadOnlyList<TopicPlan> plan, IReadOnlyList<TopicDifference> mended)
    {
        var byName = plan.ToDictionary(p => p.Name, StringComparer.Ordinal);
        var missing = mended.Where(d => d.What == "topic").Select(d => TopicProvisioner.Specification(byName[d.Topic])).ToList();
        if (missing.Count > 0)
            await admin.CreateTopicsAsync(missing, new CreateTopicsOptions { RequestTimeout = Bound, OperationTimeout = Bound });
        var more = mended.Where(d => d.What == "partitions").Select(d => new PartitionsSpecification { Topic = d.Topic, IncreaseTo = byName[d.Topic].Partitions }).ToList();
        if (more.Count > 0)
            await admin.CreatePartitionsAsync(more, new CreatePartitionsOptions { RequestTimeout = Bound, OperationTimeout = Bound });
        var settings = mended.Where(d => d.What is not ("topic" or "partitions")).GroupBy(d => d.Topic, StringComparer.Ordinal).ToDictionary(
            g => new ConfigResource { Type = ResourceType.Topic, Name = g.Key },
            g => g.Select(d => new ConfigEntry { Name = d.What, Value = d.Planned, IncrementalOperation = AlterConfigOpType.Set }).ToList());
        if (settings.Count > 0)
            await admin.IncrementalAlterConfigsAsync(settings, new IncrementalAlterConfigsOptions { RequestTimeout = Bound });
    }
}
