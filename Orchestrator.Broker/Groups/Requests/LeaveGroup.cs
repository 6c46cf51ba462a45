using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups.Requests;

/// <summary>LeaveGroup 0 to 3: one member, and several from version 3 on.</summary>
internal static class LeaveGroup
{
    const int FirstWithSeveral = 3;

    public static void Handle(RequestContext request, KafkaReader body, KafkaWriter response, GroupCoordinator coordinator)
    {
        var hasSeveral = request.Version >= FirstWithSeveral;
        var groupId = body.String();
        var leaving = hasSeveral
            ? body.Array(static r => new LeavingMember(r.String(), r.NullableString()))
            : [new LeavingMember(body.String(), null)];
        var outcomes = coordinator.Leave(groupId, leaving);

        if (request.Version >= 1)
            response.Int32(0); // throttle_time_ms
        var isGroupInvalid = outcomes.Contains(KafkaError.InvalidGroupId);
        response.Error(isGroupInvalid || !hasSeveral ? outcomes[0] : KafkaError.None);
        if (!hasSeveral)
            return;
        response.Array([.. leaving.Zip(outcomes)], static (w, one) =>
        {
            w.String(one.First.MemberId);
            w.String(one.First.InstanceId);
            w.Error(one.Second);
        });
    }
}
