using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Requests;

/// <summary>Hands a request about consumer groups on to those who answer it.</summary>
internal sealed class GroupHandler(BrokerNode node, GroupRequests groups, ApiKey api, short min, short max) : RequestHandler(node, api, min, max)
{
    /// <summary>One for each kind of request.</summary>
    public static IEnumerable<RequestHandler> All(BrokerNode node, GroupRequests groups) =>
        GroupRequests.Versions.Select(v => new GroupHandler(node, groups, v.Key, v.Value.Min, v.Value.Max));

    public override bool IsFlexible(short version) => GroupRequests.IsFlexible(Api, version);

    public override bool Waits => Api is ApiKey.JoinGroup or ApiKey.SyncGroup;

    public override bool Handle(RequestContext request, KafkaReader body, KafkaWriter answer, CancellationToken closed)
    {
        groups.HandleAsync(request, body, answer, closed).GetAwaiter().GetResult();
        return true;
    }
}
