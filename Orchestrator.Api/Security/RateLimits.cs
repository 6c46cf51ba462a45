using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Api.Security;

/// <summary>How often somebody may ask, as buckets of tokens that fill up steadily. Section <c>Api:Limits</c>; validated at start.</summary>
public sealed class RateLimits
{
    /// <summary>The section's name.</summary>
    public const string Section = "Api:Limits";

    /// <summary>Requests a second of a person, by name, and of an address from which somebody comes without a name. Default 50.</summary>
    [Range(10, 1_000_000)]
    public int PeoplePerSecond { get; init; } = 50;

    /// <summary>How many of them may come at once. Default 200.</summary>
    [Range(1, 1_000_000)]
    public int PeopleBurst { get; init; } = 200;

    /// <summary>Requests a second of another program, by name. Default 20,000.</summary>
    [Range(10, 10_000_000)]
    public int ServicesPerSecond { get; init; } = 20_000;

    /// <summary>How many of them may come at once. Default 20,000.</summary>
    [Range(1, 10_000_000)]
    public int ServicesBurst { get; init; } = 20_000;
}
