using Orchestrator.Broker;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration;

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
        var needs = new KafkaOptions().Topics(new MessagingOptions { Partitions = options.Partitions }, new Dictionary<string, string>(StringComparer.Ordinal));
        var plans = TopicPlan.Of(needs).ToDictionary(plan => plan.Name, StringComparer.Ordinal);
        var broker = KafkaBroker.Start(new BrokerOptions { Directory = options.Directory, Port = options.Port, Failed = options.Failed }, TimeProvider.System);
        foreach (var topic in options.Topics)
            broker.CreateTopic(topic, options.Partitions, plans.GetValueOrDefault(topic)?.Settings);
        return broker;
    }
}
