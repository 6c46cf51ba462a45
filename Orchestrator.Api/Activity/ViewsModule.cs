namespace Orchestrator.Api.Activity;

/// <summary>Figures, sessions and visitors over HTTP.</summary>
static class ViewsModule
{
    /// <summary>Adds what reads them.</summary>
    public static IServiceCollection AddActivityViews(this IServiceCollection services, IConfiguration configuration) => services;

    /// <summary>Maps GET /v1/activity.</summary>
    public static IEndpointRouteBuilder MapActivityViews(this IEndpointRouteBuilder routes) => routes;
}
