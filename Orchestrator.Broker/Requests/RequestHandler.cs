using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Server;

namespace Orchestrator.Broker.Requests;

/// <summary>Answers one kind of request.</summary>
/// <param name="node">The broker.</param>
/// <param name="api">Which.</param>
/// <param name="min">The lowest version.</param>
/// <param name="max">The highest version.</param>
internal abstract class RequestHandler(BrokerNode node, ApiKey api, short min, short max)
{
    public ApiKey Api => api;

    public short Min => min;

    public short Max => max;

    protected BrokerNode Node => node;

    /// <summary>Whether a version is flexible (KIP-482): its headers and structures end with tagged fields. Few are, so that fields are of fixed shape.</summary>
    public virtual bool IsFlexible(short version) => false;

    /// <summary>Whether it may wait, for records or for other members of a group: what was answered before must go out first.</summary>
    public virtual bool Waits => false;

    /// <summary>Writes the answer's body. It runs on the connection's own thread, and may keep it.</summary>
    /// <returns>Whether the client waits for an answer.</returns>
    public abstract bool Handle(RequestContext request, KafkaReader body, KafkaWriter answer, CancellationToken closed);

    /// <summary>A broker that is alone never throttles.</summary>
    protected static void NoThrottle(KafkaWriter answer) => answer.Int32(0);
}

/// <summary>Answers one kind of request at once.</summary>
internal abstract class ImmediateHandler(BrokerNode node, ApiKey api, short min, short max) : RequestHandler(node, api, min, max)
{
    public sealed override bool Handle(RequestContext request, KafkaReader body, KafkaWriter answer, CancellationToken closed)
    {
        Handle(request.Version, body, answer);
        return true;
    }

    protected abstract void Handle(short version, KafkaReader body, KafkaWriter answer);
}
