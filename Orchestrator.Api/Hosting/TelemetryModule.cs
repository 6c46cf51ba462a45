using System.Reflection;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orchestrator.Api.Security;
using Orchestrator.Messaging.Telemetry;

namespace Orchestrator.Api.Hosting;

/// <summary>Metrics for Prometheus; metrics, traces and logs for a collector, where one is named; logs on the console.</summary>
public static class TelemetryModule
{
    /// <summary>The variable that names a collector, as OpenTelemetry defines it. All others of OpenTelemetry's (<c>OTEL_...</c>) count as well.</summary>
    const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    const string SamplerVariable = "OTEL_TRACES_SAMPLER";

    // Of those traces that nobody has decided about before: to trace everything would cost more than to do it.
    const double TracedShare = 0.05;

    // So many combinations of labels a metric may have; one that would have more is at fault, and must not fill the memory.
    const int MostSeries = 2_000;

    /// <summary>Collects every meter of the product, and those of the runtime, the server and the database driver.</summary>
    public static WebApplicationBuilder AddOrchestratorTelemetry(this WebApplicationBuilder builder)
    {
        builder.Logging.AddConsoleFormatter<StructuredLogFormatter, ConsoleFormatterOptions>();
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("orchestrator", serviceVersion: Version()))
            .WithMetrics(metrics => metrics
                .AddMeter("Orchestrator.*", "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                .AddView(_ => new MetricStreamConfiguration { CardinalityLimit = MostSeries })
                .AddPrometheusExporter());
        if (builder.Configuration[CollectorVariable] is { Length: > 0 })
            Export(telemetry, builder.Configuration[SamplerVariable] is null);
        return builder;
    }

    // Traces are of our own source and the server's: the database driver's would hold statements.
    static void Export(OpenTelemetryBuilder telemetry, bool ownSampler) => telemetry
        .WithTracing(traces =>
        {
            traces.AddSource(MessagingTelemetry.Name, RequestSpans.Source);
            if (ownSampler)
                traces.SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(TracedShare)));
        })
        // Without scopes: the server's hold the addresses that were asked for, and these the accounts.
        .WithLogging(configureBuilder: null, logs => (logs.IncludeFormattedMessage, logs.IncludeScopes) = (true, false))
        .UseOtlpExporter();

    /// <summary>Maps /metrics. What is counted tells much of the business: it is not for everybody.</summary>
    public static IEndpointRouteBuilder MapOrchestratorTelemetry(this IEndpointRouteBuilder routes)
    {
        routes.MapPrometheusScrapingEndpoint().Allow(Roles.Service, Roles.Operator, Roles.Auditor);
        return routes;
    }

    static string? Version() => typeof(TelemetryModule).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
