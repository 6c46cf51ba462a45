using Orchestrator.Cli.Simulation;

namespace Orchestrator.Cli.Simulate;

/// <summary>What <c>simulate</c> was asked to do.</summary>
public sealed record SimulateOptions
{
    /// <summary>The world: seed, sizes, fraud scenarios.</summary>
    public required HandbookParameters World { get; init; }

    /// <summary>Messages a second; null when <see cref="SpeedUp"/> sets the pace, 0 for as fast as it goes.</summary>
    public double? Rate { get; init; }

    /// <summary>How many times faster than the simulated clock; null when <see cref="Rate"/> sets the pace.</summary>
    public double? SpeedUp { get; init; }

    /// <summary>How many transactions; null for no end.</summary>
    public long? Count { get; init; }

    /// <summary>The share that comes twice.</summary>
    public double Duplicates { get; init; }

    /// <summary>The share that is overtaken.</summary>
    public double Reorder { get; init; }

    /// <summary>Of all accounts and amounts.</summary>
    public required string Currency { get; init; }

    /// <summary>Names the run: transaction ids follow from it and the seed.</summary>
    public required string Run { get; init; }

    /// <summary>The instant of simulated second 0; null to stamp each transaction with the time at which it is published.</summary>
    public DateTimeOffset? Origin { get; init; }

    /// <summary>Where the labels go; null for nowhere.</summary>
    public string? LabelsPath { get; init; }

    /// <summary>The most that the service may lag behind; 0 for no limit.</summary>
    public long MaxLag { get; init; }

    /// <summary>How long to wait for the service to be ready.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Whether the accounts are open already.</summary>
    public bool SkipAccounts { get; init; }
}
