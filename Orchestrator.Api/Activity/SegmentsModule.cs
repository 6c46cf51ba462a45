namespace Orchestrator.Api.Activity;

/// <summary>Segments and who is in them, over HTTP.</summary>
static class SegmentsModule
{
    /// <summary>Adds what keeps definitions and reads segments.</summary>
    public static IServiceCollection AddSegments(this IServiceCollection services, IConfiguration configuration) => services;

    /// <summary>Maps /v1/segments and /v1/customers.</summary>
    public static IEndpointRouteBuilder MapSegments(this IEndpointRouteBuilder routes) => routes;
}
