using System.Globalization;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Hosting;

/// <summary>ETag and If-Match of what counts its changes.</summary>
static class EntityTags
{
    /// <summary>Says which number the answer shows.</summary>
    public static void Show(HttpContext context, int number) => context.Response.Headers.ETag = Of(number);

    /// <summary>A number as an ETag.</summary>
    public static string Of(int number) => $"\"{number}\"";

    /// <summary>The number that If-Match names; null when there is none, or any will do. Adds an error when it is no ETag.</summary>
    /// <param name="ifMatch">The header.</param>
    /// <param name="what">What was looked at, for the error.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public static int? Seen(string? ifMatch, string what, ContractErrors errors)
    {
        if (ifMatch is null or "*")
            return null;
        if (ifMatch.Length > 2 && ifMatch[0] == '"' && ifMatch[^1] == '"'
            && int.TryParse(ifMatch.AsSpan(1, ifMatch.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }
        errors.Add("invalid_etag", "If-Match", $"the ETag of the {what} as it was looked at, or *");
        return null;
    }
}
