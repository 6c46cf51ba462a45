using System.Buffers;
using System.Security.Cryptography;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Writes an engine's snapshot in slices, between events. Whatever has to be written before its turn, because it is about to change, waits here for the next slice: a
/// key once at most, however many events it has meanwhile.
/// </summary>
sealed class SnapshotWriter(KeyPartition partition, SharedJournal? journal)
{
    readonly ArrayBufferWriter<byte> _waiting = new();
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    bool _isUnderWay;

    /// <summary>A snapshot of the state as it is now begins: its head is written, and whoever changes from now on knows of it.</summary>
    public void Begin()
    {
        GiveUp();
        _isUnderWay = true;
        PartitionSnapshot.WriteHead(_waiting, partition, journal);
        foreach (var keys in partition.Spaces)
            keys?.BeginSnapshot(_waiting);
        journal?.BeginSnapshot(_waiting);
    }

    /// <summary>Writes the next slice, of so many bytes at least; a key that is larger is not divided.</summary>
    /// <returns>Whether there is more.</returns>
    public bool WriteSlice(IBufferWriter<byte> writer, int bytes)
    {
        if (!_isUnderWay)
            throw new InvalidOperationException("No snapshot is under way: one is begun first");
        var isMore = false;
        foreach (var keys in partition.Spaces)
            isMore |= keys?.WriteSnapshot(bytes) ?? false;
        isMore |= journal?.WriteSnapshot(bytes) ?? false;
        if (!isMore)
            PartitionSnapshot.WriteEnd(_waiting);
        _hash.AppendData(_waiting.WrittenSpan);
        writer.Write(_waiting.WrittenSpan);
        _waiting.ResetWrittenCount();
        if (!isMore)
            End(writer);
        return isMore;
    }

    /// <summary>What is under way comes to nothing.</summary>
    public void GiveUp()
    {
        if (!_isUnderWay)
            return;
        _isUnderWay = false;
        foreach (var keys in partition.Spaces)
            keys?.GiveUpSnapshot();
        journal?.GiveUpSnapshot();
        _waiting.ResetWrittenCount();
        _ = _hash.GetHashAndReset();
    }

    void End(IBufferWriter<byte> writer)
    {
        _isUnderWay = false;
        _hash.GetHashAndReset(writer.GetSpan(SHA256.HashSizeInBytes));
        writer.Advance(SHA256.HashSizeInBytes);
    }
}
