using Orchestrator.Broker;
using Orchestrator.Messaging.Clusters;

namespace Orchestrator.Messaging.Embedded;

/// <summary>
/// The Kafka-compatible broker that this product brings along, with the product's topics. docs/design/embedded.md says what it can and cannot do.
/// </summary>
public static class EmbeddedBroker
{
    /// <summary>Starts a broker; it serves when this returns.</summary>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of range.</exception>
    /// <exception cref="IOException">The chosen port is taken, or another broker has the directory.</exception>
    public static KafkaBroker Start(EmbeddedBrokerOptions? options = null)
    {
        options ??= new EmbeddedBrokerOptions();
        options.Validate();
        var broker = KafkaBroker.Start(new BrokerOptions { Directory = options.Directory, Port = options.Port }, TimeProvider.System);
        foreach (var topic in options.Topics)
            broker.CreateTopic(topic, options.Partitions, Settings(topic));
        return broker;
    }

    // What is kept for ever on a real cluster is kept for ever here.
    static Dictionary<string, string> Settings(string topic) =>
        TopicPlan.Defaults().Any(plan => plan.KeepForever && string.Equals(plan.Name, topic, StringComparison.Ordinal))
            ? new(StringComparer.Ordinal) { ["retention.ms"] = "-1", ["retention.bytes"] = "-1" }
            : [];
}
