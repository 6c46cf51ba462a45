using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Api.Rules;

/// <summary>What requests that change rules and lists share: who asks, and what they have seen.</summary>
static class RuleRequests
{
    public const int MaxReason = 500;

    /// <summary>A rule set of 500 rules and a thousand entries of a list are longer than other bodies.</summary>
    public static readonly RequestSizeLimitAttribute Large = new(RuleSetJson.MaxBytes);

    /// <summary>Adds an error unless somebody has said who they are: what comes into force is never anonymous.</summary>
    public static void CheckActor(string? actor, ContractErrors errors)
    {
        if (string.IsNullOrWhiteSpace(actor))
            errors.Add("missing_field", ActorHeader.Name, "who does it");
        else
            ActorHeader.Check(actor, errors);
    }

    /// <summary>Who asks, from where, and why.</summary>
    public static RuleActor Actor(HttpContext context, string? actor, string reason) => new((actor ?? "").Trim(), $"{context.Connection.RemoteIpAddress}", reason);

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
        errors.Add("invalid_etag", "If-Match", "the ETag of the rule set as it was looked at, or *");
        return null;
    }

    /// <summary>Says which revision the answer shows.</summary>
    public static void Tag(HttpContext context, int revision) => context.Response.Headers.ETag = $"\"{revision}\"";
}
