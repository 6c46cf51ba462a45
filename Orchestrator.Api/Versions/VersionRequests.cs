using Orchestrator.Api.Security;
using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Api.Versions;

/// <summary>What requests that change what decides (rule sets, lists, models) share.</summary>
static class VersionRequests
{
    public const int MaxReason = 500;

    /// <summary>Who asks, from where, and why.</summary>
    public static VersionActor Actor(Actor actor, string reason) => new(actor.Name, actor.Address, reason);
}

/// <summary>Changes a version's state.</summary>
/// <param name="Reason">Why; kept for ever, at most 500 characters.</param>
public sealed record ChangeVersionRequest(string Reason);
