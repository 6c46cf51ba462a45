namespace Orchestrator.Cli.Connections;

/// <summary>Where the API is, and in whose name it is called.</summary>
/// <param name="Address">The base address.</param>
/// <param name="Name">The name that a development service's own issuer is asked for a token in; a given token has its own.</param>
/// <param name="Token">A token to call with; null to ask a development service on this machine for one.</param>
public sealed record ApiAccess(Uri Address, string Name, string? Token = null)
{
    /// <summary>Every role there is: what a development service is asked for unless <see cref="Roles"/> says otherwise.</summary>
    public static IReadOnlyList<string> AllRoles { get; } = ["service", "case_worker", "supervisor", "analyst", "operator", "auditor"];

    /// <summary>What a development service is asked to let the name be.</summary>
    public IReadOnlyList<string> Roles { get; init; } = AllRoles;

    /// <summary>A client that sends a token with everything it asks.</summary>
    /// <param name="timeout">Of one call.</param>
    public HttpClient CreateClient(TimeSpan timeout) => new(new TokenHandler(this)) { BaseAddress = Address, Timeout = timeout };
}
