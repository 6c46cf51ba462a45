using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Hosting;

/// <summary>A form in which an answer can be had.</summary>
/// <param name="Name">As in <c>?format=</c>.</param>
/// <param name="MediaType">As in <c>Accept</c>.</param>
sealed record ResponseFormat(string Name, string MediaType)
{
    public static readonly ResponseFormat Json = new("json", "application/json");
    public static readonly ResponseFormat Csv = new("csv", "text/csv");
    public static readonly ResponseFormat Html = new("html", "text/html");

    /// <summary>
    /// The format that is asked for: by name, or else by the Accept header, or else the first.
    /// </summary>
    /// <param name="name">The query's <c>format</c>, which goes before the header.</param>
    /// <param name="context">The request; its answer is told that it varies.</param>
    /// <param name="chosen">The format.</param>
    /// <param name="offered">What there is, the best first.</param>
    /// <returns>A problem when there is nothing of the kind; null when there is.</returns>
    public static ProblemHttpResult? Choose(string? name, HttpContext context, out ResponseFormat chosen, params ReadOnlySpan<ResponseFormat> offered)
    {
        chosen = offered[0];
        if (name is not null)
        {
            foreach (var format in offered)
            {
                if (string.Equals(format.Name, name, StringComparison.Ordinal))
                {
                    chosen = format;
                    return null;
                }
            }
            var errors = new ContractErrors();
            errors.Add("unknown_format", "format", $"one of {string.Join(", ", offered.ToArray().Select(f => f.Name))}");
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        }
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        if (context.Request.Headers.Accept.Count == 0)
            return null;
        if (!MediaTypeHeaderValue.TryParseList(context.Request.Headers.Accept, out var accepted))
            return ApiProblem.Of(ProblemKinds.NotAcceptable);
        var best = 0.0;
        foreach (var format in offered)
        {
            if (Quality(accepted, format) is var quality && quality > best)
                (best, chosen) = (quality, format);
        }
        return best > 0 ? null : ApiProblem.Of(ProblemKinds.NotAcceptable);
    }

    // The most specific range that covers the format says how much it is wanted (RFC 9110, 12.5.1).
    static double Quality(IList<MediaTypeHeaderValue> accepted, ResponseFormat format)
    {
        var offered = new MediaTypeHeaderValue(format.MediaType);
        var covering = accepted.Where(a => Covers(a, offered)).OrderBy(a => a.MatchesAllTypes ? 2 : a.MatchesAllSubTypes ? 1 : 0).FirstOrDefault();
        return covering is null ? 0 : covering.Quality ?? 1;
    }

    // There is one character set and one version of each: parameters of a range exclude nothing.
    static bool Covers(MediaTypeHeaderValue range, MediaTypeHeaderValue offered) =>
        range.MatchesAllTypes
        || (range.Type.Equals(offered.Type, StringComparison.OrdinalIgnoreCase)
            && (range.MatchesAllSubTypes || range.SubType.Equals(offered.SubType, StringComparison.OrdinalIgnoreCase)));
}
