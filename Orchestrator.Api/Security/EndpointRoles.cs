namespace Orchestrator.Api.Security;

/// <summary>Who may call an endpoint, said where it is mapped. What says nothing is open to nobody.</summary>
public static class EndpointRoles
{
    /// <summary>Whoever has one of <paramref name="roles"/> may call it; the last call counts, so an endpoint may differ from its group.</summary>
    public static TBuilder Allow<TBuilder>(this TBuilder endpoint, params string[] roles) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AllowedRoles(roles));

    /// <summary>Everybody who has said who they are may read it, whatever they may be; in the environment Development everybody may.</summary>
    public static TBuilder AllowToRead<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(AllowedToRead.Instance);
}

/// <summary>Whoever has one of them may call the endpoint.</summary>
/// <param name="Roles">Of <see cref="Security.Roles"/>.</param>
public sealed record AllowedRoles(IReadOnlyList<string> Roles);

/// <summary>What the endpoint answers is no secret within the house.</summary>
sealed class AllowedToRead
{
    public static AllowedToRead Instance { get; } = new();
}
