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

/// <summary>Shows what topics were created with.</summary>
internal sealed class DescribeConfigsHandler(BrokerNode node) : ImmediateHandler(node, ApiKey.DescribeConfigs, 0, 2)
{
    const sbyte TopicResource = 2;
    const sbyte FromTopic = 1;

    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        var resources = body.Array(b =>
        {
            var type = b.Int8();
            var name = b.String();
            var count = b.ArrayLength();
            var keys = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < count; i++)
                keys.Add(b.String());
            return (Type: type, Name: name, Keys: count < 0 ? null : keys);
        });
        NoThrottle(answer);
        answer.Array(resources, (w, resource) =>
        {
            var topic = resource.Type == TopicResource ? Node.Topics.Find(resource.Name) : null;
            w.Error(resource.Type == TopicResource && topic is null ? KafkaError.UnknownTopicOrPartition : KafkaError.None);
            w.String(null);
            w.Int8(resource.Type);
            w.String(resource.Name);
            var shown = topic?.Settings.Where(s => resource.Keys?.Contains(s.Key) ?? true).ToList() ?? [];
            w.Array(shown, (to, setting) =>
            {
                to.String(setting.Key);
                to.String(setting.Value);
                to.Boolean(false); // read-only
                if (version == 0)
                    to.Boolean(false); // default
                else
                    to.Int8(FromTopic);
                to.Boolean(false); // sensitive
                if (version >= 1)
                    to.Int32(0); // synonyms
            });
        });
    }
}
