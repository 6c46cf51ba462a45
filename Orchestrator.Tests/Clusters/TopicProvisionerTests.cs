using Confluent.Kafka;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Clusters;

public sealed class TopicProvisionerTests(TestInfrastructure infrastructure)
{
    static readonly TimeSpan Bound = Eventually.Bound;

    [Fact]
    public async Task Topics_when_some_are_missing_does_create_those_and_leave_the_others()
    {
        await using var kafka = await infrastructure.StartKafkaAsync();
        var provisioner = new TopicProvisioner(kafka.ClientConfig, TimeProvider.System);
        await provisioner.EnsureAsync([new TopicPlan(kafka.Topic("older"), 3)]);

        var partitions = await provisioner.EnsureAsync([new TopicPlan(kafka.Topic("older"), 8), new TopicPlan(kafka.Topic("newer"), 8)]);

        Assert.Equal(3, partitions[kafka.Topic("older")]);
        Assert.Equal(8, partitions[kafka.Topic("newer")]);
    }

    [Fact]
    public async Task Facts_when_messages_are_written_does_tell_where_each_partition_begins_and_ends()
    {
        await using var kafka = await infrastructure.StartKafkaAsync();
        await kafka.CreateTopicsAsync(2, "orders");
        using (var producer = new ProducerBuilder<Null, string>(new ProducerConfig(kafka.ClientConfig)).Build())
        {
            await producer.ProduceAsync(new TopicPartition(kafka.Topic("orders"), 1), new Message<Null, string> { Value = "one" });
        }

        var facts = new ClusterFacts(kafka.ClientConfig);
        var empty = new TopicPartition(kafka.Topic("orders"), 0);
        var written = new TopicPartition(kafka.Topic("orders"), 1);
        var watermarks = facts.ReadWatermarks([empty, written], Bound);

        Assert.Equal(new Watermarks(0, 0), watermarks[empty]);
        Assert.Equal(new Watermarks(0, 1), watermarks[written]);
        Assert.NotEmpty(facts.ClusterId(Bound));
        Assert.Equal(facts.ClusterId(Bound), facts.ClusterId(Bound));
    }

    [Fact]
    public void Plan_by_default_does_hold_every_topic_and_its_parked_companion()
    {
        var plan = TopicPlan.Defaults();

        Assert.Equal(Topics.All.Count * 2, plan.Count);
        Assert.All(Topics.All, topic => Assert.Contains(plan, planned => planned.Name == topic + Topics.ParkedSuffix));
        Assert.Equal([Topics.LedgerEvents], plan.Where(topic => topic.KeepForever).Select(topic => topic.Name));
        Assert.All(plan, topic => Assert.Equal(Topics.DefaultPartitions, topic.Partitions));
    }
}
