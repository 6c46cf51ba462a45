using System.Buffers;
using System.Buffers.Binary;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Where a lane's idle keys go: as bytes, which take a fraction of what a state takes, and which need no look until the key comes back. They are part of the lane's
/// snapshot, so they outlive the process like everything else that the lane remembers. Bounded: at the capacity one that has been here for long makes room and is forgotten.
/// </summary>
/// <param name="capacity">The most keys.</param>
/// <param name="maxEvents">The most events of one key: no state is larger than they are.</param>
public sealed class IdleKeys(int capacity, int maxEvents) : IKeyStateStore
{
    const uint Magic = 0x3149_4f4f; // "OOI1"
    const int FrameHeader = 1 + sizeof(ulong) + sizeof(int);
    const byte End = byte.MaxValue;

    readonly SnapshotTable<(KeyKind Kind, ulong Key), byte[]> _states = new(capacity, Write);
    bool _hasMagic;

    /// <summary>How many places are taken, by keys and by those that have come back.</summary>
    public int Count => _states.Count;

    /// <inheritdoc />
    public void Keep(KeyKind kind, ulong key, ReadOnlySpan<byte> state) => _states.Set((kind, key), state.ToArray());

    /// <inheritdoc />
    public bool TryTake(KeyKind kind, ulong key, IBufferWriter<byte> into)
    {
        if (!_states.TryGet((kind, key), out var state) || state.Length == 0)
            return false;
        into.Write(state);
        // What is empty is nobody's any more; its place is the next to be needed.
        _states.Set((kind, key), []);
        return true;
    }

    /// <summary>A snapshot of what is here now begins.</summary>
    public void BeginSnapshot()
    {
        _hasMagic = false;
        _states.BeginSnapshot();
    }

    /// <summary>Writes the next slice.</summary>
    /// <returns>Whether there is more.</returns>
    public bool Snapshot(IBufferWriter<byte> writer)
    {
        if (!_hasMagic)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(sizeof(uint)), Magic);
            writer.Advance(sizeof(uint));
            _hasMagic = true;
        }
        if (_states.Snapshot(writer))
            return true;
        writer.Write([End]);
        return false;
    }

    /// <summary>The snapshot that was begun comes to nothing.</summary>
    public void GiveUpSnapshot() => _states.GiveUpSnapshot();

    /// <summary>Reads what the slices of a snapshot hold together, and no byte after it.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    /// <exception cref="SnapshotOfOtherVersionException">Another version wrote them.</exception>
    public void Restore(Stream snapshot)
    {
        var buffer = new byte[FrameHeader];
        Read(snapshot, buffer.AsSpan(0, sizeof(uint)));
        if (BinaryPrimitives.ReadUInt32LittleEndian(buffer) is var mark && mark != Magic)
            throw SnapshotOfOtherVersionException.Of(mark, Magic, "idle keys");
        while (true)
        {
            Read(snapshot, buffer.AsSpan(0, 1));
            if (buffer[0] == End)
                return;
            Read(snapshot, buffer.AsSpan(1));
            var (kind, key) = ((KeyKind)buffer[0], BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(1)));
            var length = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(1 + sizeof(ulong)));
            if (!Enum.IsDefined(kind) || key == 0 || length < 0 || length > KeyStateCodec.MaxBytes(maxEvents))
                throw new InvalidDataException("An idle key that cannot be");
            var state = new byte[length];
            Read(snapshot, state);
            if (length > 0)
                Keep(kind, key, state);
        }
    }

    static void Read(Stream snapshot, Span<byte> into)
    {
        if (snapshot.ReadAtLeast(into, into.Length, throwOnEndOfStream: false) < into.Length)
            throw new InvalidDataException("The snapshot of idle keys ends too early");
    }

    static void Write(IBufferWriter<byte> writer, (KeyKind Kind, ulong Key) key, byte[] state)
    {
        var frame = writer.GetSpan(FrameHeader);
        frame[0] = (byte)key.Kind;
        BinaryPrimitives.WriteUInt64LittleEndian(frame[1..], key.Key);
        BinaryPrimitives.WriteInt32LittleEndian(frame[(1 + sizeof(ulong))..], state.Length);
        writer.Advance(FrameHeader);
        writer.Write(state);
    }
}
