using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups.Requests;

/// <summary>JoinGroup 0 to 5.</summary>
internal static class JoinGroup
{
    public static Task HandleAsync(
        RequestContext request, KafkaReader body, KafkaWriter response, GroupCoordinator coordinator, CancellationToken closed)
    {
        var version = request.Version;
        var groupId = body.String();
        var sessionTimeoutMs = body.Int32();
        var rebalanceTimeoutMs = version >= 1 ? body.Int32() : sessionTimeoutMs;
        var memberId = body.String();
        var instanceId = version >= 5 ? body.NullableString() : null;
        var protocolType = body.String();
        var protocols = body.Array(static r => new GroupProtocol(r.String(), r.Bytes().ToArray()));

        var join = new JoinRequest(
            memberId,
            instanceId,
            request.ClientId,
            request.Host,
            TimeSpan.FromMilliseconds(sessionTimeoutMs),
            TimeSpan.FromMilliseconds(Math.Max(0, rebalanceTimeoutMs)),
            protocolType,
            protocols,
            TakesIdFirst: version >= 4);
        return AnswerAsync(coordinator.JoinAsync(groupId, join, closed), version, response);
    }

    static async Task AnswerAsync(Task<JoinResult> joining, short version, KafkaWriter response)
    {
        var result = await joining;
        if (version >= 2)
            response.Int32(0); // throttle_time_ms
        response.Error(result.Error);
        response.Int32(result.Generation);
        response.String(result.Protocol);
        response.String(result.Leader);
        response.String(result.MemberId);
        response.Array(result.Members, (w, member) =>
        {
            w.String(member.MemberId);
            if (version >= 5)
                w.String(member.InstanceId);
            w.Bytes(member.Metadata.Span);
        });
    }
}
