using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Orchestrator.Messaging.Kafka.Iam;

namespace Orchestrator.Messaging.Clusters;

/// <summary>
/// Creates the topics that a cluster lacks. It looks first, and asks for nothing that is there; so it needs no right to create topics where
/// an operator has created them.
/// </summary>
/// <param name="configuration">The client properties, security included.</param>
/// <param name="time">Bounds the wait for new topics to show.</param>
public sealed class TopicProvisioner(ClientConfig configuration, TimeProvider time)
{
    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);
    static readonly TimeSpan VisibleWithin = TimeSpan.FromSeconds(30);
    static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    readonly ClusterFacts _facts = new(configuration);

    /// <summary>Creates what is missing and waits until the cluster shows it. A topic that exists stays as it is.</summary>
    /// <returns>How many partitions each planned topic has: those of an older topic may differ from the plan.</returns>
    /// <exception cref="KafkaException">The cluster does not answer.</exception>
    /// <exception cref="TopicsMissingException">Topics are missing and cannot be created from here.</exception>
    public async Task<IReadOnlyDictionary<string, int>> EnsureAsync(IReadOnlyCollection<TopicPlan> plan, CancellationToken cancellation = default)
    {
        var missing = Missing(plan);
        if (missing.Count > 0)
        {
            await CreateAsync(missing);
        }

        var began = time.GetTimestamp();
        while ((missing = Missing(plan)).Count > 0)
        {
            if (time.GetElapsedTime(began) > VisibleWithin)
            {
                throw new TopicsMissingException("They were created, but the cluster does not show them", missing);
            }

            await Task.Delay(PollEvery, time, cancellation);
        }

        var present = _facts.TopicPartitions(AnswerWithin);
        return plan.ToDictionary(topic => topic.Name, topic => present[topic.Name], StringComparer.Ordinal);
    }

    List<TopicPlan> Missing(IReadOnlyCollection<TopicPlan> plan)
    {
        var present = _facts.TopicPartitions(AnswerWithin);
        return [.. plan.Where(topic => !present.ContainsKey(topic.Name))];
    }

    async Task CreateAsync(List<TopicPlan> missing)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig(configuration)).BuildSignedIn(configuration);
        try
        {
            await admin.CreateTopicsAsync(missing.Select(Specification));
        }
        catch (CreateTopicsException failure) when (failure.Results.TrueForAll(
            result => result.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // Another process that started with this one was quicker.
        }
    }

    internal static TopicSpecification Specification(TopicPlan topic) => new()
    {
        Name = topic.Name,
        NumPartitions = topic.Partitions,
        ReplicationFactor = topic.Replication,
        Configs = topic.Settings,
    };
}

/// <summary>Topics that are needed are not on the cluster.</summary>
public sealed class TopicsMissingException(string why, IEnumerable<TopicPlan> missing)
    : Exception($"{why}: {string.Join(", ", missing.Select(topic => topic.Name))}.");
