using Orchestrator.Api.Security;

namespace Orchestrator.Api.Activity;

/// <summary>The script for sites, and the page that shows what goes on.</summary>
static class PagesModule
{
    // A site's visitors ask for the script page after page, and get a new one within the hour; what belongs to the page has to fit together, so it is asked for each time.
    const string ForAnHour = "public, max-age=3600, stale-while-revalidate=86400";
    const string AskEachTime = "no-cache";

    static readonly string[] Parts = ["page.css", "page.js", "plot.js", "stream.js", "theme.js", "icon.svg"];

    /// <summary>Maps /activity.js and /activity. Neither holds anything that is anybody's: figures come from the API, for those who may see them.</summary>
    public static IEndpointRouteBuilder MapActivityPages(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup(string.Empty).AllowAnonymous().ExcludeFromDescription();
        var script = EmbeddedFile.Read("activity.js");
        pages.MapGet("/activity.js", (HttpContext context) =>
        {
            // For every site: also for those that check what they load, or isolate themselves from other origins.
            context.Response.Headers.AccessControlAllowOrigin = "*";
            context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            return script.Answer(context, ForAnHour);
        }).RequireCors(policy => policy.AllowAnyOrigin()).DisableRateLimiting();

        var page = EmbeddedFile.Read("index.html");
        pages.MapGet("/activity", (HttpContext context) => page.Answer(context, AskEachTime)).AsPage();
        foreach (var part in Parts.Select(EmbeddedFile.Read))
            pages.MapGet($"/activity/{part.Name}", (HttpContext context) => part.Answer(context, AskEachTime));
        return routes;
    }
}
