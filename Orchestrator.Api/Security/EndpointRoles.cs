namespace Orchestrator.Api.Security;

/// <summary>Who may call an endpoint, said where it is mapped. What says nothing is open to nobody.</summary>
public static class EndpointRoles
{
    /// <summary>Whoever has one of <paramref name="roles"/> may call it; the last call counts, so an endpoint may differ from its group.</summary>
    public static TBuilder Allow<TBuilder>(this TBuilder endpoint, params string[] roles) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AllowedRoles(roles));

    /// <summary>Whoever has a write key may call it, which it looks at itself: nobody says who they are.</summary>
    public static TBuilder AllowWithWriteKey<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.AllowAnonymous().WithMetadata(AllowedWithWriteKey.Instance);

    /// <summary>It answers with a page that has scripts and styles of its own: those may run, none that stand in the page.</summary>
    public static TBuilder AsPage<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new ShownAsPage());

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

/// <summary>Whoever has a write key may call the endpoint.</summary>
sealed class AllowedWithWriteKey
{
    public static AllowedWithWriteKey Instance { get; } = new();
}
