using Microsoft.Net.Http.Headers;
using Orchestrator.Api.OpenApi;

namespace Orchestrator.Api.Security;

/// <summary>What every answer tells a browser: to guess nothing, to run nothing, to keep nothing.</summary>
static class ResponseHeaders
{
    const string Nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    // Pages come with scripts and styles of their own; what stands in them runs no script.
    const string Page =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; " +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    /// <summary>Adds them to every answer, errors included.</summary>
    public static IApplicationBuilder UseResponseHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        // What an endpoint says of itself goes before: it is set when the answer begins.
        context.Response.OnStarting(static state =>
        {
            Add((HttpContext)state);
            return Task.CompletedTask;
        }, context);
        return next(context);
    });

    static void Add(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (!headers.ContainsKey(HeaderNames.ContentSecurityPolicy))
            headers.ContentSecurityPolicy = IsPage(context) ? Page : Nothing;
        if (context.Request.Path.StartsWithSegments("/v1") || context.Request.Path.StartsWithSegments("/dev"))
            headers.CacheControl = "no-store";
    }

    static bool IsPage(HttpContext context) =>
        context.Request.Path.StartsWithSegments(OpenApiModule.PagePath) || context.GetEndpoint()?.Metadata.GetMetadata<ShownAsPage>() is not null;
}

/// <summary>The endpoint answers with a page that has scripts and styles of its own.</summary>
sealed class ShownAsPage;
