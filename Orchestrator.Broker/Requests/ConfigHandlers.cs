using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;
using Orchestrator.Broker.Topics;

namespace Orchestrator.Broker.Requests;

/// <summary>Shows what holds for topics: what they were created with or changed to, and what the broker does where they say nothing.</summary>
internal sealed class DescribeConfigsHandler(BrokerNode node) : ImmediateHandler(node, ApiKey.DescribeConfigs, 0, 2)
{
    const sbyte TopicResource = 2;
    const sbyte FromTopic = 1;
    const sbyte FromBroker = 5;

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
            var shown = topic is null ? [] : Settings(topic).Where(s => resource.Keys?.Contains(s.Name) ?? true).ToList();
            w.Array(shown, (to, setting) =>
            {
                to.String(setting.Name);
                to.String(setting.Value);
                to.Boolean(false); // read-only
                if (version == 0)
                    to.Boolean(!setting.IsOwn);
                else
                    to.Int8(setting.IsOwn ? FromTopic : FromBroker);
                to.Boolean(false); // sensitive
                if (version >= 1)
                    to.Int32(0); // synonyms
            });
        });
    }

    List<(string Name, string Value, bool IsOwn)> Settings(Topic topic) =>
    [
        .. topic.Settings.Select(s => (s.Key, s.Value, true)),
        .. Node.Topics.Defaults.Where(d => !topic.Settings.ContainsKey(d.Key)).Select(d => (d.Key, d.Value, false)),
    ];
}

/// <summary>Changes topics' settings, some at a time. Of a list's elements, which could be added or taken away, a broker that is alone has no need.</summary>
internal sealed class IncrementalAlterConfigsHandler(BrokerNode node) : ImmediateHandler(node, ApiKey.IncrementalAlterConfigs, 0, 0)
{
    const sbyte TopicResource = 2;
    const sbyte Set = 0;
    const sbyte Delete = 1;

    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        var resources = body.Array(b => (
            Type: b.Int8(), Name: b.String(), Changes: b.Array(c => (Name: c.String(), How: c.Int8(), Value: c.NullableString()))));
        var dryRun = body.Boolean();
        NoThrottle(answer);
        answer.Array(resources, (w, resource) =>
        {
            var possible = resource.Type == TopicResource
                && resource.Changes.TrueForAll(c => c.How is Set or Delete && (c.How == Delete || c.Value is not null))
                && resource.Changes.DistinctBy(c => c.Name, StringComparer.Ordinal).Count() == resource.Changes.Count;
            w.Error(possible
                ? Node.Topics.Alter(resource.Name, resource.Changes.ToDictionary(c => c.Name, c => c.How == Set ? c.Value : null, StringComparer.Ordinal), dryRun)
                : KafkaError.InvalidRequest);
            w.String(null);
            w.Int8(resource.Type);
            w.String(resource.Name);
        });
    }
}

/// <summary>Gives topics more partitions.</summary>
internal sealed class CreatePartitionsHandler(BrokerNode node) : ImmediateHandler(node, ApiKey.CreatePartitions, 0, 1)
{
    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        var topics = body.Array(b => (Name: b.String(), Count: b.Int32(), Replicas: b.Array(a => a.Array(r => r.Int32()))));
        body.Int32(); // timeout
        var dryRun = body.Boolean();
        NoThrottle(answer);
        answer.Array(topics, (w, topic) =>
        {
            w.String(topic.Name);
            w.Error(Node.Topics.Extend(topic.Name, topic.Count, dryRun));
            w.String(null);
        });
    }
}
