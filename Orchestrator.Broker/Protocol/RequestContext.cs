namespace Orchestrator.Broker.Protocol;

/// <summary>A request's header.</summary>
/// <param name="Api">What is asked.</param>
/// <param name="Version">In which version.</param>
/// <param name="CorrelationId">The answer carries it too.</param>
/// <param name="ClientId">Who the client says it is.</param>
/// <param name="Host">The client's address.</param>
internal sealed record RequestContext(ApiKey Api, short Version, int CorrelationId, string ClientId, string Host);
