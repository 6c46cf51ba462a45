using System.Collections.Frozen;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Requests;

namespace Orchestrator.Broker.Server;

/// <summary>Which handler answers which request.</summary>
internal sealed class RequestRouter
{
    readonly FrozenDictionary<ApiKey, RequestHandler> _handlers;

    public RequestRouter(BrokerNode node, IEnumerable<RequestHandler> more)
    {
        List<RequestHandler> handlers =
        [
            new ProduceHandler(node), new FetchHandler(node), new ListOffsetsHandler(node), new MetadataHandler(node), new CreateTopicsHandler(node),
            new DeleteTopicsHandler(node), new DeleteRecordsHandler(node), new DescribeConfigsHandler(node), new CreatePartitionsHandler(node),
            new IncrementalAlterConfigsHandler(node), new OffsetForLeaderEpochHandler(node), .. more,
        ];
        var versions = handlers.ToDictionary(h => h.Api, h => (h.Min, h.Max));
        versions[ApiKey.ApiVersions] = (ApiVersionsHandler.LowestVersion, ApiVersionsHandler.HighestVersion);
        handlers.Add(new ApiVersionsHandler(node, versions));
        _handlers = handlers.ToFrozenDictionary(h => h.Api);
    }

    /// <summary>The handler of a request.</summary>
    /// <exception cref="ProtocolException">The request or its version is not known.</exception>
    public RequestHandler Find(RequestContext request)
    {
        if (!_handlers.TryGetValue(request.Api, out var handler))
            throw new ProtocolException($"request {(short)request.Api} is not known");
        // Who asks for versions may ask in one that is not known.
        if (request.Api != ApiKey.ApiVersions && (request.Version < handler.Min || request.Version > handler.Max))
            throw new ProtocolException($"{request.Api} version {request.Version} is not known, only {handler.Min} to {handler.Max}");
        return handler;
    }
}
