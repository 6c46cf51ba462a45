using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;
using Orchestrator.Broker.Topics;

namespace Orchestrator.Broker.Requests;

/// <summary>The cluster's id, its one broker, and topics with their partitions.</summary>
internal sealed class MetadataHandler(BrokerNode node) : ImmediateHandler(node, ApiKey.Metadata, 0, 8)
{
    const int NoAuthorizedOperations = int.MinValue;

    protected override void Handle(short version, KafkaReader body, KafkaWriter answer)
    {
        var count = body.ArrayLength();
        var names = new List<string>(Math.Max(0, count));
        for (var i = 0; i < count; i++)
            names.Add(body.String());
        var all = version == 0 ? count == 0 : count < 0;
        if (version >= 3)
            NoThrottle(answer);
        answer.Array<int>([BrokerNode.Id], (w, id) =>
        {
            w.Int32(id);
            w.String(BrokerNode.Host);
            w.Int32(Node.Port);
            if (version >= 1)
                w.String(null); // rack
        });
        if (version >= 2)
            answer.String(Node.ClusterId);
        if (version >= 1)
            answer.Int32(BrokerNode.Id); // controller
        if (all)
            answer.Array(Node.Topics.All, (w, topic) => Write(version, topic.Name, topic, w));
        else
            answer.Array(names, (w, name) => Write(version, name, Node.Topics.Find(name), w));
        if (version >= 8)
            answer.Int32(NoAuthorizedOperations);
    }

    static void Write(short version, string name, Topic? topic, KafkaWriter to)
    {
        to.Error(topic is null ? KafkaError.UnknownTopicOrPartition : KafkaError.None);
        to.String(name);
        if (version >= 1)
            to.Boolean(false); // internal
        to.Array(topic is null ? [] : Enumerable.Range(0, topic.Partitions.Count).ToArray(), (w, partition) =>
        {
            w.Error(KafkaError.None);
            w.Int32(partition);
            w.Int32(BrokerNode.Id);
            if (version >= 7)
                w.Int32(0); // the leader's epoch
            w.Array<int>([BrokerNode.Id], (ids, id) => ids.Int32(id));
            w.Array<int>([BrokerNode.Id], (ids, id) => ids.Int32(id));
            if (version >= 5)
                w.Int32(0); // offline replicas
        });
        if (version >= 8)
            to.Int32(NoAuthorizedOperations);
    }
}
