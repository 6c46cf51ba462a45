using Microsoft.AspNetCore.Http.Features;

namespace Orchestrator.Api.Registry;

/// <summary>
/// A subject in an address. It is read from the address as it was sent: there a slash within a name is told from one between two names. Parameters of this type have
/// another name than the part of the address, which is not what they are bound to.
/// </summary>
/// <param name="Value">The name.</param>
sealed record SubjectName(string Value)
{
    const string Parameter = "subject";

    /// <summary>Reads it.</summary>
    public static ValueTask<SubjectName> BindAsync(HttpContext context) => ValueTask.FromResult(new SubjectName(Raw(context) ?? $"{context.Request.RouteValues[Parameter]}"));

    static string? Raw(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint || context.Features.Get<IHttpRequestFeature>()?.RawTarget is not ['/', ..] target)
            return null;
        var place = endpoint.RoutePattern.PathSegments.ToList().FindIndex(s => s.Parts is [Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { Name: Parameter }]);
        var segments = target.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        return place >= 0 && segments.Length == endpoint.RoutePattern.PathSegments.Count ? Uri.UnescapeDataString(segments[place]) : null;
    }
}
