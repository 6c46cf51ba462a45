using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups.Requests;

/// <summary>SyncGroup 0 to 3.</summary>
internal static class SyncGroup
{
    public static Task HandleAsync(
        RequestContext request, KafkaReader body, KafkaWriter response, GroupCoordinator coordinator, CancellationToken closed)
    {
        var version = request.Version;
        var groupId = body.String();
        var generation = body.Int32();
        var memberId = body.String();
        var instanceId = version >= 3 ? body.NullableString() : null;
        var assignments = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (id, assignment) in body.Array(static r => (r.String(), r.Bytes().ToArray())))
            assignments[id] = assignment;

        var who = new MemberIdentity(memberId, instanceId, generation);
        return AnswerAsync(coordinator.SyncAsync(groupId, who, assignments, closed), version, response);
    }

    static async Task AnswerAsync(Task<SyncResult> syncing, short version, KafkaWriter response)
    {
        var result = await syncing;
        if (version >= 1)
            response.Int32(0); // throttle_time_ms
        response.Error(result.Error);
        response.Bytes(result.Assignment.Span);
    }
}
