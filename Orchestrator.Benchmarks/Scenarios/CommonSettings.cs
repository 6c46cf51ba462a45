using Orchestrator.Contracts;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>What all scenarios share.</summary>
static class CommonSettings
{
    public const int Partitions = Topics.DefaultPartitions;

    /// <summary>A scenario's settings, with those that all have.</summary>
    public static IReadOnlyDictionary<string, object?> Of(Dictionary<string, object?> own)
    {
        var settings = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["processors"] = Environment.ProcessorCount,
            ["broker"] = "embedded, on disk, a process of its own",
            ["postgres"] = "private, fsync=on, synchronous_commit=on, full_page_writes=on",
            ["partitions"] = Partitions,
        };
        foreach (var (name, value) in own)
            settings[name] = value;
        return settings;
    }
}
