using System.Globalization;
using Orchestrator.Api.Hosting;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Api.Versions;

/// <summary>What requests that change what decides (rule sets, lists, models) share: who asks, and what they have seen.</summary>
static class VersionRequests
{
    public const int MaxReason = 500;

    /// <summary>Adds an error unless somebody has said who they are: what comes into force is never anonymous.</summary>
    public static void CheckActor(string? actor, ContractErrors errors)
    {
        if (string.IsNullOrWhiteSpace(actor))
            errors.Add("missing_field", ActorHeader.Name, "who does it");
        else
            ActorHeader.Check(actor, errors);
    }

    /// <summary>Who asks, from where, and why.</summary>
    public static VersionActor Actor(HttpContext context, string? actor, string reason) => new((actor ?? "").Trim(), $"{context.Connection.RemoteIpAddress}", reason);

    /// <summary>The revision that If-Match names; null when there is none, or any will do.</summary>
    public static int? Revision(string? ifMatch, ContractErrors errors)
    {
        if (ifMatch is null or "*")
            return null;
        if (ifMatch.Length > 2 && ifMatch[0] == '"' && ifMatch[^1] == '"'
            && int.TryParse(ifMatch.AsSpan(1, ifMatch.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
        {
            return revision;
        }
        errors.Add("invalid_etag", "If-Match", "the ETag of the version as it was looked at, or *");
        return null;
    }

    /// <summary>Says which revision the answer shows.</summary>
    public static void Tag(HttpContext context, int revision) => context.Response.Headers.ETag = $"\"{revision}\"";
}

/// <summary>Changes a version's state.</summary>
/// <param name="Reason">Why; kept for ever, at most 500 characters.</param>
public sealed record ChangeVersionRequest(string Reason);
