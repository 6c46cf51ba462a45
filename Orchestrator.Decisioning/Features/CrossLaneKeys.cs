namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Destinations, terminals, merchants, devices and addresses: keys that accounts of many lanes share. All lanes of a process count in this one, one event
/// at a time, so within a process nothing is missed. In which order lanes come to it is not repeatable, which is why a decision keeps its vector; a
/// replay in the order of event times is.
/// <para>
/// It has no snapshot: each lane remembers what it has brought, and brings it again when it is restored. In which order lanes are restored leaves no trace, nor
/// does it matter whether others run already or whether this process had the lane before.
/// </para>
/// </summary>
public sealed class CrossLaneKeys
{
    // Lanes that run already wait for so many events, not for all.
    const int PlayedAtOnce = 16;

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

    /// <summary>How far behind the watermark an event can still be looked at.</summary>
    internal long KeepMs => Partition.KeepMs;

    /// <summary>Takes what a lane had brought before. What is here already stays, with the marks that the lane knows of it, for they are the lane's to give.</summary>
    internal void Play(SharedJournal journal, long newestMs)
    {
        for (var number = journal.First; number < journal.End;)
        {
            lock (Gate)
            {
                for (var end = Math.Min(journal.End, number + PlayedAtOnce); number < end; number++)
                    Play(journal[number], journal.TagOf(number));
            }
        }
        lock (Gate)
            Partition.NewestMs = Math.Max(Partition.NewestMs, newestMs);
    }

    /// <summary>What became of an event that a lane has brought.</summary>
    internal void Mark(in SharedEvent marked, uint tag, bool isFraud)
    {
        lock (Gate)
        {
            for (var kind = KeyKind.Destination; kind <= KeyKind.Ip; kind++)
            {
                if (marked.Keys[(int)kind - 1] is var key and not 0)
                    Partition.Spaces[(int)kind]?.Label(key, marked.AtMs, tag, isFraud);
            }
        }
    }

    void Play(in SharedEvent played, uint tag)
    {
        var e = new KeyEvent { AtMs = played.AtMs, Amount = played.Amount, Tag = tag, Marks = played.Marks };
        for (var kind = KeyKind.Destination; kind <= KeyKind.Ip; kind++)
        {
            if (played.Keys[(int)kind - 1] is var key and not 0 && Partition.Spaces[(int)kind] is { } keys)
                Intake.Play(keys, keys.Touch(key, e.AtMs, Partition.WatermarkMs), e);
        }
    }
}
