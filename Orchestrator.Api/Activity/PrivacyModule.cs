namespace Orchestrator.Api.Activity;

/// <summary>What is kept about somebody, given out and deleted.</summary>
static class PrivacyModule
{
    /// <summary>Maps the export and deletion of visitors and customers.</summary>
    public static IEndpointRouteBuilder MapActivityPrivacy(this IEndpointRouteBuilder routes) => routes;
}
