using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Activity.Ingest;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.OpenApi;
using Orchestrator.Api.Security;

namespace Orchestrator.Api.Activity;

/// <summary>Takes events over HTTP.</summary>
static class IngestModule
{
    const int MaxBodyBytes = 256 << 10;

    static readonly TimeSpan AskAgainAfter = TimeSpan.FromHours(1);

    /// <summary>Adds what publishes them.</summary>
    public static IServiceCollection AddActivityIngest(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<IngestOptions>().Bind(configuration.GetSection(IngestOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<WriteKeys>().AddSingleton<ActivityPublisher>().AddSingleton<IngestTelemetry>().AddSingleton<IngestEndpoint>();
    }

    /// <summary>Maps POST /v1/activity. Pages of other origins may call it, and nothing else: those that a write key names.</summary>
    public static IEndpointRouteBuilder MapActivityIngest(this IEndpointRouteBuilder routes)
    {
        var keys = routes.ServiceProvider.GetRequiredService<WriteKeys>();
        routes.MapPost("/v1/activity", (
                [FromHeader(Name = IngestEndpoint.KeyHeader)] string? writeKey, [FromQuery(Name = IngestEndpoint.KeyParameter)] string? key, HttpContext context, IngestEndpoint ingest) =>
                ingest.TakeAsync(context, writeKey ?? key))
            .WithTags("Activity")
            .WithSummary("Takes clicks, page views and other events")
            .WithDescription(
                "One event, or `{ \"events\": [...], \"sentAt\": ... }` with up to 500, as JSON or, for navigator.sendBeacon, as text/plain. The write key stands in X-Write-Key or in `?key=`. " +
                "202 once the broker has them; events that cannot be taken are named in `refused` by their place, and hold nothing up. The same eventId again counts once.")
            .WithMetadata(EventBody.Instance)
            .AllowWithWriteKey().DisableRateLimiting()
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
            .RequireCors(cors => cors.SetIsOriginAllowed(keys.AnyTakes).WithMethods("POST").WithHeaders("Content-Type", IngestEndpoint.KeyHeader).WithExposedHeaders("Retry-After").SetPreflightMaxAge(AskAgainAfter))
            .ProducesProblems(400, 403, 413, 415, 503);
        return routes;
    }
}
