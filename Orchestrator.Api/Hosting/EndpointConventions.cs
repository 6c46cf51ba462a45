using Microsoft.AspNetCore.Mvc;

namespace Orchestrator.Api.Hosting;

/// <summary>What endpoints say about themselves to the OpenAPI document.</summary>
static class EndpointConventions
{
    /// <summary>Documents the statuses that come as problems.</summary>
    public static RouteHandlerBuilder ProducesProblems(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
            endpoint.Produces<ProblemDetails>(status, "application/problem+json");
        return endpoint;
    }
}
