using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Orchestrator.Api.Security;

namespace Orchestrator.Api.Hosting;

/// <summary>Metrics for Prometheus.</summary>
public static class TelemetryModule
{
    /// <summary>Collects every meter of the product, and those of the runtime, the server and the database driver.</summary>
    public static IServiceCollection AddOrchestratorTelemetry(this IServiceCollection services)
    {
        services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("orchestrator")).WithMetrics(metrics => metrics
            .AddMeter("Orchestrator.*", "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddPrometheusExporter());
        return services;
    }

    /// <summary>Maps /metrics. What is counted tells much of the business: it is not for everybody.</summary>
    public static IEndpointRouteBuilder MapOrchestratorTelemetry(this IEndpointRouteBuilder routes)
    {
        routes.MapPrometheusScrapingEndpoint().Allow(Roles.Service, Roles.Operator, Roles.Auditor);
        return routes;
    }
}
