using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups.Requests;

/// <summary>FindCoordinator 0 to 2: this broker, for any group. There are no transactions and so no coordinator of them.</summary>
internal static class FindCoordinator
{
    const sbyte Group = 0;

    public static void Handle(RequestContext request, KafkaReader body, KafkaWriter response, int brokerId, string host, int port)
    {
        body.String();
        var isFound = request.Version < 1 || body.Int8() == Group;

        if (request.Version >= 1)
            response.Int32(0); // throttle_time_ms
        response.Error(isFound ? KafkaError.None : KafkaError.InvalidRequest);
        if (request.Version >= 1)
            response.String(isFound ? null : "only groups have a coordinator");
        response.Int32(isFound ? brokerId : -1);
        response.String(isFound ? host : "");
        response.Int32(isFound ? port : -1);
    }
}
