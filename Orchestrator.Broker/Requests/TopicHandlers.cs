using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Requests;

/// <summary>Creates topics.</summary>
internal sealed class CreateTopicsHandler(BrokerNode node) : ImmediateHandler(node, ApiKey.CreateTopics, 0, 4)
{
    const int DefaultPartitions = 1;

    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        var wanted = body.Array(b =>
        {
            var name = b.String();
            var partitions = b.Int32();
            b.Int16(); // replicas: there is one broker
            var assigned = b.Array(a => (Number: a.Int32(), Replicas: a.Array(r => r.Int32())));
            var settings = b.Array(s => (Name: s.String(), Value: s.NullableString()));
            return (Name: name, Partitions: assigned.Count > 0 ? assigned.Count : partitions, Settings: settings);
        });
        body.Int32(); // timeout
        var dryRun = version >= 1 && body.Boolean();
        if (version >= 2)
            NoThrottle(answer);
        answer.Array(wanted, (w, topic) =>
        {
            var settings = topic.Settings.Where(s => s.Value is not null).DistinctBy(s => s.Name, StringComparer.Ordinal)
                .ToDictionary(s => s.Name, s => s.Value!, StringComparer.Ordinal);
            w.String(topic.Name);
            w.Error(Node.Topics.Create(topic.Name, topic.Partitions < 0 ? DefaultPartitions : topic.Partitions, settings, dryRun));
            if (version >= 1)
                w.String(null); // the code says it
        });
    }
}

/// <summary>Deletes topics.</summary>
internal sealed class DeleteTopicsHandler(BrokerNode node) : ImmediateHandler(node, ApiKey.DeleteTopics, 0, 3)
{
    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        var names = body.Array(b => b.String());
        if (version >= 1)
            NoThrottle(answer);
        answer.Array(names, (w, name) =>
        {
            w.String(name);
            w.Error(Node.Topics.Delete(name));
        });
    }
}

/// <summary>Forgets records before an offset.</summary>
internal sealed class DeleteRecordsHandler(BrokerNode node) : ImmediateHandler(node, ApiKey.DeleteRecords, 0, 1)
{
    const long UpToTheEnd = -1;

    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        var topics = body.Array(b => (Topic: b.String(), Partitions: b.Array(p => (Number: p.Int32(), Offset: p.Int64()))));
        NoThrottle(answer);
        answer.Array(topics, (w, topic) =>
        {
            w.String(topic.Topic);
            w.Array(topic.Partitions, (to, partition) =>
            {
                var log = Node.Topics.Find(topic.Topic, partition.Number);
                var error = log?.DeleteBefore(partition.Offset == UpToTheEnd ? log.EndOffset : partition.Offset) ?? KafkaError.UnknownTopicOrPartition;
                to.Int32(partition.Number);
                to.Int64(log?.StartOffset ?? -1);
                to.Error(error);
            });
        });
    }
}
