using Orchestrator.Messaging.Wire;

namespace Orchestrator.Cli.Publishing;

/// <summary>Ids that follow from names, so that publishing the same thing again publishes the same id again.</summary>
public static class NamedId
{
    /// <summary>A UUID of version 8: the first 128 bits of SHA-256 over the scope, a line feed and the name.</summary>
    public static Guid Of(string scope, string name) => HashedId.Of($"{scope}\n{name}");
}
