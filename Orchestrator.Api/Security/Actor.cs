using System.Security.Claims;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Security;

/// <summary>Who asks, as their token says; a parameter of any endpoint.</summary>
/// <param name="Name">The name under which what they do is kept, 1 to 64 characters.</param>
/// <param name="Address">Where the request came from.</param>
public sealed record Actor(string Name, string Address)
{
    /// <summary>The longest name.</summary>
    public const int MaxName = 64;

    /// <summary>What they may be, of <see cref="Security.Roles"/>.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Whether it is another program, as opposed to a person.</summary>
    public bool IsService => Roles.Contains(Security.Roles.Service);

    /// <summary>Name and address, for logs of what was done.</summary>
    public override string ToString() => $"{Name} ({Address})";

    /// <summary>Who asks.</summary>
    /// <exception cref="ApiProblemException">Nobody has said who they are.</exception>
    public static ValueTask<Actor> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context) ?? throw new ApiProblemException(ProblemKinds.Unauthenticated));

    /// <summary>Who asks; null while nobody has said who they are.</summary>
    public static Actor? Of(HttpContext context) => context.User.Identity is ClaimsIdentity { IsAuthenticated: true, Name: { } name } identity
        ? new Actor(name, $"{context.Connection.RemoteIpAddress}") { Roles = [.. identity.FindAll(identity.RoleClaimType).Select(c => c.Value).Where(Security.Roles.All.Contains)] }
        : null;

    /// <summary>
    /// Whether things can be kept under a name. Blanks around it are none of it: two people must not have names that look the same.
    /// </summary>
    public static bool IsName(string? name)
    {
        var errors = new ContractErrors();
        errors.Required(name, nameof(name), MaxName);
        return errors.None && name!.Trim().Length == name.Length;
    }
}
