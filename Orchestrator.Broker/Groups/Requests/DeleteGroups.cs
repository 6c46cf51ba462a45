using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups.Requests;

/// <summary>DeleteGroups 0 and 1.</summary>
internal static class DeleteGroups
{
    public static void Handle(KafkaReader body, KafkaWriter response, GroupCoordinator coordinator, GroupOffsets offsets)
    {
        var groupIds = body.Array(static r => r.String());

        response.Int32(0); // throttle_time_ms
        response.Array(groupIds, (w, groupId) =>
        {
            w.String(groupId);
            w.Error(Delete(groupId, coordinator, offsets));
        });
    }

    static KafkaError Delete(string groupId, GroupCoordinator coordinator, GroupOffsets offsets)
    {
        try
        {
            return coordinator.Delete(groupId, () => offsets.ForgetGroup(groupId));
        }
        catch (IOException)
        {
            // The journal cannot be written: the client hears of it and tries again.
            return KafkaError.CoordinatorNotAvailable;
        }
    }
}
