using System.CommandLine;
using Confluent.Kafka;
using Orchestrator.Cli;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Clusters.Plans;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Clusters;

public sealed class TopicsOnBrokerTests
{
    static readonly TimeSpan Bound = Eventually.Bound;

    [Fact]
    public async Task Topics_when_they_have_drifted_are_shown_and_mended_as_far_as_that_is_allowed()
    {
        await using var kafka = TestInfrastructure.StartEmbeddedKafka(new EmbeddedBrokerOptions { Partitions = 2 });
        kafka.Embedded!.DeleteTopic(Topics.Segments);
        kafka.Embedded.DeleteTopic(Topics.Alerts);
        kafka.Embedded.CreateTopic(Topics.Alerts, 1, new Dictionary<string, string>(StringComparer.Ordinal) { ["cleanup.policy"] = "compact", ["retention.ms"] = "1000", ["max.message.bytes"] = "2097152" });

        Assert.Equal(1, await RunAsync(kafka, "topics", "drift"));
        Assert.Equal(2, await RunAsync(kafka, "topics", "apply", "--dry-run", "--json"));
        Assert.Equal(["alerts cleanup.policy", "alerts partitions", "alerts retention.ms", "segments topic"], await DriftAsync(kafka));

        Assert.Equal(2, await RunAsync(kafka, "topics", "apply"));
        Assert.Equal(["alerts cleanup.policy", "alerts partitions"], await DriftAsync(kafka));

        Assert.Equal(0, await RunAsync(kafka, "topics", "apply", "--allow", "cleanup-policy", "--allow", "partitions"));
        Assert.Empty(await DriftAsync(kafka));
        Assert.Equal(0, await RunAsync(kafka, "topics", "drift", "--json"));
        Assert.Equal(0, await RunAsync(kafka, "topics", "list"));
        // Nothing of it is lost when the broker is asked by others.
        Assert.Equal(2, new ClusterFacts(kafka.ClientConfig).TopicPartitions(Bound)[Topics.Alerts]);
    }

    [Fact]
    public async Task Skew_when_one_key_is_most_of_a_topic_is_what_was_written()
    {
        await using var kafka = TestInfrastructure.StartEmbeddedKafka(new EmbeddedBrokerOptions { Topics = ["orders"], Partitions = 4 });
        using (var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ClientConfig)).Build())
        {
            for (var i = 0; i < 40; i++)
                producer.Produce(new TopicPartition("orders", i < 30 ? 1 : i % 4), new Message<byte[], byte[]> { Key = new byte[10], Value = new byte[i < 30 ? 190 : 90] });
            producer.Flush(Bound);
        }

        var skew = new SkewReader(kafka.ClientConfig, TimeProvider.System).Read("orders", 4, TestContext.Current.CancellationToken);

        Assert.Equal(40, skew.Messages);
        Assert.Equal([2, 32, 3, 3], skew.Partitions.Select(p => p.Messages));
        Assert.Equal([200, (30 * 200) + (2 * 100), 300, 300], skew.Partitions.Select(p => p.Bytes));
        Assert.Equal(3.2, skew.MessageSkew);
        Assert.Equal(0, await RunAsync(kafka, "topics", "skew", "orders", "--json"));
    }

    static async Task<IEnumerable<string>> DriftAsync(TestKafka kafka)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig(kafka.ClientConfig)).Build();
        var plan = TopicPlan.Of(new KafkaOptions().Topics(new MessagingOptions { Partitions = 2 }, new Dictionary<string, string>(StringComparer.Ordinal)));
        var states = await TopicStates.ReadAsync(admin, [.. plan.Select(p => p.Name)], Bound);
        return TopicDrift.Between(plan, states).Select(d => $"{d.Topic} {d.What}").Order(StringComparer.Ordinal);
    }

    static Task<int> RunAsync(TestKafka kafka, params string[] arguments) => OrchestratorCommand.Create(TimeProvider.System)
        .Parse([.. arguments, "--kafka", kafka.BootstrapServers, "--partitions", "2"])
        .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
