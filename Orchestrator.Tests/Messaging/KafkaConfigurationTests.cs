using Microsoft.Extensions.Configuration;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Tests.Messaging;

public sealed class KafkaConfigurationTests
{
    [Theory]
    [InlineData("Kafka:Client:security.protocol")]
    [InlineData("Kafka:client:security.protocol")]
    [InlineData("Kafka:security.protocol")]
    public void Client_property_wherever_it_stands_under_Kafka_does_reach_the_client(string key)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [key] = "SASL_SSL",
            ["Kafka:FetchWaitMs"] = "7",
            ["Kafka:Client:bootstrap.servers"] = "from-the-file:9092",
            ["ORCHESTRATOR_KAFKA"] = "from-the-variable:9092",
        }).Build();

        var kafka = KafkaSection.Read(configuration);

        Assert.Equal(7, kafka.FetchWaitMs);
        Assert.Equal(
            [new("bootstrap.servers", "from-the-variable:9092"), new("security.protocol", "SASL_SSL")],
            kafka.Client.OrderBy(p => p.Key, StringComparer.Ordinal));
    }
}
