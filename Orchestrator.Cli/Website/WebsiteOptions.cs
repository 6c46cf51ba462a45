namespace Orchestrator.Cli.Website;

/// <summary>A simulated website and who comes to it.</summary>
public sealed record WebsiteOptions
{
    /// <summary>Which traffic: the same seed gives the same.</summary>
    public uint Seed { get; init; }

    /// <summary>Names the run: event ids follow from it and the seed.</summary>
    public required string Run { get; init; }

    /// <summary>Events a second on average; 0 for as fast as it goes.</summary>
    public double Rate { get; init; }

    /// <summary>How many events; null for no end.</summary>
    public long? Count { get; init; }

    /// <summary>How many different visitors there are; some come more often than others.</summary>
    public int Visitors { get; init; } = 20_000;

    /// <summary>How many of them are customers, who log in now and then: those of the simulated transactions.</summary>
    public int Customers { get; init; } = 500;

    /// <summary>The share that comes twice.</summary>
    public double Duplicates { get; init; }

    /// <summary>The share that is overtaken.</summary>
    public double Reorder { get; init; }

    /// <summary>The instant of simulated second 0.</summary>
    public required DateTimeOffset Origin { get; init; }

    /// <summary>How long to wait for the service to be ready.</summary>
    public TimeSpan Wait { get; init; }
}
