using System.ComponentModel.DataAnnotations;
using Orchestrator.Messaging.Clusters;

namespace Orchestrator.Messaging.Embedded;

/// <summary>What an <see cref="EmbeddedBroker"/> starts with.</summary>
public sealed record EmbeddedBrokerOptions
{
    /// <summary>Where messages are kept; null keeps them as long as the process lives.</summary>
    public string? Directory { get; init; }

    /// <summary>The TCP port on 127.0.0.1; null takes a free one.</summary>
    [Range(1, 65_535)]
    public int? Port { get; init; }

    /// <summary>The topics that exist from the start. Nobody creates one by asking for it.</summary>
    public IReadOnlyList<string> Topics { get; init; } = DefaultTopics;

    /// <summary>How many partitions each of <see cref="Topics"/> has.</summary>
    [Range(1, 1_024)]
    public int Partitions { get; init; } = Contracts.Topics.DefaultPartitions;

    /// <summary>Told of a failure while a request was handled, and which; it is the broker's own fault.</summary>
    public Action<string, Exception>? Failed { get; init; }

    /// <summary>Every topic of the contracts, and beside each the one for copies of its parked messages.</summary>
    public static IReadOnlyList<string> DefaultTopics { get; } = [.. TopicPlan.Defaults().Select(plan => plan.Name)];

    internal void Validate() => Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
}
