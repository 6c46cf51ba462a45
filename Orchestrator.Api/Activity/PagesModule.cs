namespace Orchestrator.Api.Activity;

/// <summary>The script for sites, and the page that shows what goes on.</summary>
static class PagesModule
{
    /// <summary>Maps /activity.js and /activity.</summary>
    public static IEndpointRouteBuilder MapActivityPages(this IEndpointRouteBuilder routes) => routes;
}
