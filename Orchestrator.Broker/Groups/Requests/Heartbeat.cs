using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups.Requests;

/// <summary>Heartbeat 0 to 3.</summary>
internal static class Heartbeat
{
    public static void Handle(RequestContext request, KafkaReader body, KafkaWriter response, GroupCoordinator coordinator)
    {
        var groupId = body.String();
        var generation = body.Int32();
        var memberId = body.String();
        var instanceId = request.Version >= 3 ? body.NullableString() : null;

        if (request.Version >= 1)
            response.Int32(0); // throttle_time_ms
        response.Error(coordinator.Heartbeat(groupId, new MemberIdentity(memberId, instanceId, generation)));
    }
}
