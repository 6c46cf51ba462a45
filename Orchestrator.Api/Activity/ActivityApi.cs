using Orchestrator.Activity;
using Orchestrator.Activity.Segments;
using Orchestrator.Api.Hosting;

namespace Orchestrator.Api.Activity;

/// <summary>What visitors and customers do, over HTTP; and the lanes that follow them, where that is this process's part.</summary>
public static class ActivityApi
{
    /// <summary>Adds all of it.</summary>
    public static IServiceCollection AddActivityApi(this IServiceCollection services, IConfiguration configuration, HostRoles roles)
    {
        services.AddActivityIngest(configuration).AddActivityViews(configuration).AddSegments(configuration);
        if (roles.HasFlag(HostRoles.Activity))
            services.AddActivity(configuration).AddSegmentLanes(configuration);
        return services;
    }

    /// <summary>Maps /v1/activity, /v1/segments, /v1/customers, and the pages.</summary>
    public static IEndpointRouteBuilder MapActivity(this IEndpointRouteBuilder routes) =>
        routes.MapActivityIngest().MapActivityViews().MapActivityPages().MapActivityPrivacy().MapSegments();
}
