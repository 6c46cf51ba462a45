using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups.Requests;

/// <summary>FindCoordinator 0 to 2: this broker, for any group and any transactional id.</summary>
internal static class FindCoordinator
{
    const sbyte Group = 0;
    const sbyte TransactionalId = 1;

    public static void Handle(RequestContext request, KafkaReader body, KafkaWriter response, int brokerId, string host, int port)
    {
        body.String();
        var isFound = request.Version < 1 || body.Int8() is Group or TransactionalId;

        if (request.Version >= 1)
            response.Int32(0); // throttle_time_ms
        response.Error(isFound ? KafkaError.None : KafkaError.InvalidRequest);
        if (request.Version >= 1)
            response.String(isFound ? null : "only groups and transactional ids have a coordinator");
        response.Int32(isFound ? brokerId : -1);
        response.String(isFound ? host : "");
        response.Int32(isFound ? port : -1);
    }
}
