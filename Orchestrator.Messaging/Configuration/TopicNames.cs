using Microsoft.Extensions.Configuration;

namespace Orchestrator.Messaging.Configuration;

/// <summary>Section <c>Topics</c>: other names for topics, by default name.</summary>
public static class TopicNames
{
    /// <summary>The section's name.</summary>
    public const string Section = "Topics";

    /// <summary>Reads it.</summary>
    public static IReadOnlyDictionary<string, string> Read(IConfiguration configuration) =>
        configuration.GetSection(Section).GetChildren().ToDictionary(c => c.Key, c => c.Value ?? c.Key, StringComparer.Ordinal);
}
