using System.Diagnostics;
using Span = System.Diagnostics.Activity;

namespace Orchestrator.Api.Hosting;

/// <summary>
/// Names the server's span of a request by what was asked for, not by its address: addresses hold accounts. The server itself takes the caller's <c>traceparent</c>, and what a
/// request publishes belongs to its trace.
/// </summary>
static class RequestSpans
{
    /// <summary>The server's activity source.</summary>
    public const string Source = "Microsoft.AspNetCore";

    /// <summary>To be used before all else.</summary>
    public static WebApplication UseRequestSpans(this WebApplication app)
    {
        app.Use(static async (context, next) =>
        {
            // Whoever comes later may leave another one current.
            var span = Span.Current is { IsAllDataRequested: true } current && string.Equals(current.Source.Name, Source, StringComparison.Ordinal) ? current : null;
            await next(context);
            if (span is not null)
                Describe(span, context);
        });
        return app;
    }

    static void Describe(Span span, HttpContext context)
    {
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { Length: > 1 } text ? text.TrimEnd('/') : null;
        span.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        span.SetTag("http.request.method", context.Request.Method).SetTag("http.route", route).SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
    }
}
