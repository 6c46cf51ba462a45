using System.Text;
using Orchestrator.Api.Security;
using Orchestrator.Messaging.Schemas.AsyncApi;

namespace Orchestrator.Api.AsyncApi;

/// <summary>The AsyncAPI document of all topics and messages, beside the OpenAPI document and for the same readers.</summary>
public static class AsyncApiModule
{
    /// <summary>Where it is.</summary>
    public const string Path = "/asyncapi";

    static readonly Lazy<byte[]> Document = new(() => Encoding.UTF8.GetBytes(AsyncApiDocument.Text()));

    /// <summary>Serves it. It is the same as long as the process runs.</summary>
    public static IEndpointRouteBuilder MapAsyncApi(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, () => TypedResults.Bytes(Document.Value, "application/json")).ExcludeFromDescription().AllowToRead();
        return routes;
    }
}
