using System.ComponentModel.DataAnnotations;
using Orchestrator.Contracts;

namespace Orchestrator.Messaging.Embedded;

/// <summary>What an <see cref="EmbeddedBroker"/> starts with.</summary>
public sealed record EmbeddedBrokerOptions
{
    /// <summary>How many brokers the cluster has; they share one process and one thread, so more of them serve tests of failover only.</summary>
    [Range(1, 16)]
    public int Brokers { get; init; } = 1;

    /// <summary>The TCP port on 127.0.0.1; null takes a free one. Only a cluster of one broker can have a chosen port.</summary>
    [Range(1, 65_535)]
    public int? Port { get; init; }

    /// <summary>The topics that exist from the start; nobody can create one over the wire.</summary>
    public IReadOnlyList<string> Topics { get; init; } = DefaultTopics;

    /// <summary>How many partitions each of <see cref="Topics"/> has.</summary>
    [Range(1, 1_024)]
    public int Partitions { get; init; } = Contracts.Topics.DefaultPartitions;

    /// <summary>Every topic of the contracts, and beside each the one for copies of its parked messages.</summary>
    public static IReadOnlyList<string> DefaultTopics { get; } =
        [.. Contracts.Topics.All, .. Contracts.Topics.All.Select(topic => topic + Contracts.Topics.ParkedSuffix)];

    internal void Validate()
    {
        Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
        if (Port is not null && Brokers > 1)
        {
            throw new ValidationException("Only a cluster of one broker can have a chosen port.");
        }
    }
}
