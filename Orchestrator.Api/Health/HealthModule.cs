using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Orchestrator.Messaging.Telemetry.Stored;

namespace Orchestrator.Api.Health;

/// <summary>Whether the process lives, and whether it can work: each check by its name.</summary>
public static class HealthModule
{
    /// <summary>Adds the checks.</summary>
    public static IServiceCollection AddOrchestratorHealth(this IServiceCollection services)
    {
        services.AddSingleton<KafkaCheck>();
        services.AddHealthChecks()
            .AddCheck<DatabaseCheck>("database", timeout: TimeSpan.FromSeconds(3))
            .AddCheck<MigrationsCheck>("migrations", timeout: TimeSpan.FromSeconds(3))
            .AddCheck<KafkaCheck>("kafka", timeout: TimeSpan.FromSeconds(5))
            .AddCheck<LanesCheck>("lanes");
        services.AddSingleton<IHealthCheckPublisher, HealthFigures>();
        services.AddOptions<HealthCheckPublisherOptions>().Configure<IOptions<StoredFiguresOptions>>((publisher, figures) =>
            publisher.Delay = publisher.Period = TimeSpan.FromSeconds(figures.Value.SampleSeconds));
        return services;
    }

    /// <summary>Maps /health/live and /health/ready.</summary>
    public static IEndpointRouteBuilder MapOrchestratorHealth(this IEndpointRouteBuilder routes)
    {
        // Live means that the process answers; a database that is away is no reason to kill it.
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).AllowAnonymous().DisableRateLimiting();
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous().DisableRateLimiting();
        return routes;
    }

    static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return JsonSerializer.SerializeAsync(
            context.Response.Body,
            new HealthView(Name(report.Status), [.. report.Entries.Select(e => new HealthCheckView(
                e.Key, Name(e.Value.Status), e.Value.Description, Math.Round(e.Value.Duration.TotalMilliseconds, 1)))]),
            JsonSerializerOptions.Web,
            context.RequestAborted);
    }

    static string Name(HealthStatus status) => status.ToString().ToLower(CultureInfo.InvariantCulture);
}

/// <summary>How the process does.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>: the worst of the checks.</param>
/// <param name="Checks">Each check.</param>
public sealed record HealthView(string Status, IReadOnlyList<HealthCheckView> Checks);

/// <summary>One check.</summary>
/// <param name="Name"><c>database</c>, <c>migrations</c>, <c>kafka</c> or <c>lanes</c>.</param>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="Detail">What it found.</param>
/// <param name="DurationMs">How long it took, milliseconds.</param>
public sealed record HealthCheckView(string Name, string Status, string? Detail, double DurationMs);
