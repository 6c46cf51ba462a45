using Orchestrator.Contracts;

namespace Orchestrator.Api.Hosting;

/// <summary>The header by which a person says who decides something that is audited.</summary>
static class ActorHeader
{
    /// <summary>Its name.</summary>
    public const string Name = "X-Actor";

    /// <summary>Adds an error when it cannot be kept.</summary>
    public static void Check(string? actor, ContractErrors errors) => errors.Text(actor, Name, maxLength: 64);

    /// <summary>Adds an error unless somebody has said who they are: what takes effect is never anonymous.</summary>
    public static void Require(string? actor, ContractErrors errors)
    {
        if (string.IsNullOrWhiteSpace(actor))
            errors.Add("missing_field", Name, "who does it");
        else
            Check(actor, errors);
    }

    /// <summary>Who it was. Until requests are authenticated a name is a claim; the address it came from is not.</summary>
    public static string Who(HttpContext context, string? actor) => $"{actor ?? "anonymous"} ({context.Connection.RemoteIpAddress})";
}
