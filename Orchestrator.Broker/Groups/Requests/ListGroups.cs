using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups.Requests;

/// <summary>ListGroups 0 to 2: those that have, or had, members, and those that have positions alone.</summary>
internal static class ListGroups
{
    public static void Handle(RequestContext request, KafkaWriter response, GroupCoordinator coordinator, GroupOffsets offsets)
    {
        var groups = offsets.Groups().ToDictionary(id => id, _ => "", StringComparer.Ordinal);
        foreach (var group in coordinator.DescribeAll())
            groups[group.GroupId] = group.ProtocolType;

        if (request.Version >= 1)
            response.Int32(0); // throttle_time_ms
        response.Error(KafkaError.None);
        response.Array(groups, static (w, group) =>
        {
            w.String(group.Key);
            w.String(group.Value);
        });
    }
}
