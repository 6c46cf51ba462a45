using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups.Requests;

/// <summary>DescribeGroups 0 to 4. A group that is not known is described as dead; one that has positions alone as empty.</summary>
internal static class DescribeGroups
{
    const int OperationsNotAsked = int.MinValue;

    public static void Handle(RequestContext request, KafkaReader body, KafkaWriter response, GroupCoordinator coordinator, GroupOffsets offsets)
    {
        var version = request.Version;
        var groupIds = body.Array(static r => r.String());
        if (version >= 3)
            body.Boolean(); // include_authorized_operations

        if (version >= 1)
            response.Int32(0); // throttle_time_ms
        response.Array(groupIds, (w, groupId) => WriteGroup(w, Describe(groupId, coordinator, offsets), version));
    }

    static GroupDescription Describe(string groupId, GroupCoordinator coordinator, GroupOffsets offsets) =>
        coordinator.Describe(groupId)
        ?? new GroupDescription(groupId, offsets.Has(groupId) ? GroupState.Empty : GroupState.Dead, "", "", []);

    static void WriteGroup(KafkaWriter response, GroupDescription group, short version)
    {
        response.Error(KafkaError.None);
        response.String(group.GroupId);
        response.String(group.State.ToString());
        response.String(group.ProtocolType);
        response.String(group.Protocol);
        response.Array(group.Members, (w, member) =>
        {
            w.String(member.MemberId);
            if (version >= 4)
                w.String(member.InstanceId);
            w.String(member.ClientId);
            w.String(member.Host);
            w.Bytes(member.Metadata.Span);
            w.Bytes(member.Assignment.Span);
        });
        if (version >= 3)
            response.Int32(OperationsNotAsked);
    }
}
