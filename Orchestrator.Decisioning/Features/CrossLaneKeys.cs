namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Destinations, terminals, merchants, devices and addresses: keys that accounts of many lanes share. All lanes of a process count in this one, one event
/// at a time, so within a process nothing is missed. In which order lanes come to it is not repeatable, which is why a decision keeps its vector; a
/// replay in the order of event times is.
/// </summary>
public sealed class CrossLaneKeys
{
    /// <summary>No keys yet.</summary>
    public CrossLaneKeys(FeaturePlan plan, FeatureEngineOptions? options = null, IKeyStateStore? store = null) =>
        Partition = new KeyPartition(plan, KeyKinds.All.Where(k => k != KeyKind.Account), options ?? new FeatureEngineOptions(), store);

    internal KeyPartition Partition { get; }

    internal Lock Gate { get; } = new();

    /// <summary>What it holds. Looks at every key, and lanes wait meanwhile.</summary>
    public FeatureEngineReport Report()
    {
        lock (Gate)
            return Partition.Report();
    }

    /// <summary>Writes all of its state. Lanes wait meanwhile.</summary>
    public void Save(Stream stream)
    {
        lock (Gate)
            PartitionSnapshot.Write(Partition, stream);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, before any lane counts.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a snapshot of this plan, or are damaged. The keys are of no use then.</exception>
    public void Restore(Stream stream)
    {
        lock (Gate)
            PartitionSnapshot.Read(Partition, stream);
    }
}
