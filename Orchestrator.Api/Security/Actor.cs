using Orchestrator.Api.Hosting;

namespace Orchestrator.Api.Security;

/// <summary>Who asks; a parameter of any endpoint.</summary>
/// <param name="Name">The name under which what they do is kept, 1 to 64 characters.</param>
/// <param name="Address">Where the request came from.</param>
public sealed record Actor(string Name, string Address)
{
    /// <summary>Name and address, for logs of what was done.</summary>
    public override string ToString() => $"{Name} ({Address})";

    /// <summary>Reads it off the request.</summary>
    public static ValueTask<Actor> BindAsync(HttpContext context) =>
        ValueTask.FromResult(new Actor(context.Request.Headers[ActorHeader.Name].FirstOrDefault() ?? "anonymous", $"{context.Connection.RemoteIpAddress}"));
}
