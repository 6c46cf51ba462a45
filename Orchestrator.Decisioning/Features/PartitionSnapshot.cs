using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// All state of some kinds of keys as bytes: a head that names version and schema and says what is to come, then frames, one for each key and one for some events of
/// a journal at a time, in whatever order they had to be written, then the SHA-256 of it all.
/// </summary>
static class PartitionSnapshot
{
    /// <summary>A frame that holds events of a journal. Smaller numbers are those of kinds of keys.</summary>
    public const byte JournalFrame = 0x80;

    const byte EndFrames = 0xff;
    const uint Magic = 0x3246_4f4f; // "OOF2"
    const int FrameHeader = sizeof(byte) + sizeof(int);
    const int KeyHeader = sizeof(int) + sizeof(ulong) + sizeof(long);

    public static void WriteHead(ArrayBufferWriter<byte> bytes, KeyPartition partition, SharedJournal? journal)
    {
        var writer = new ByteWriter(bytes);
        writer.Fixed(Magic);
        bytes.Write(Encoding.ASCII.GetBytes(partition.Plan.Schema.Hash));
        writer.Fixed((ulong)partition.NewestMs);
        foreach (var keys in partition.Spaces)
        {
            writer.Byte(keys is null ? (byte)0 : (byte)1);
            if (keys is null)
                continue;
            WriteCounts(ref writer, keys.Counts);
            writer.Fixed((uint)keys.Hand);
            writer.Fixed((uint)keys.Count);
        }
        writer.Byte(journal is null ? (byte)0 : (byte)1);
        if (journal is null)
            return;
        writer.Fixed((ulong)journal.Overflowed);
        writer.Fixed((uint)journal.Count);
    }

    public static void WriteKey(ArrayBufferWriter<byte> frames, KeyKind kind, int slot, ulong key, long usedMs, KeyState state)
    {
        var start = BeginFrame(frames, (byte)kind);
        var writer = new ByteWriter(frames);
        writer.Fixed((uint)slot);
        writer.Fixed(key);
        writer.Fixed((ulong)usedMs);
        KeyStateCodec.Write(state, frames);
        EndFrame(frames, start);
    }

    /// <summary>A frame begins.</summary>
    /// <returns>Where it stands.</returns>
    public static int BeginFrame(ArrayBufferWriter<byte> frames, byte what)
    {
        var start = frames.WrittenCount;
        var writer = new ByteWriter(frames);
        writer.Byte(what);
        writer.Fixed(0u);
        return start;
    }

    /// <summary>The frame that stands there ends here.</summary>
    public static void EndFrame(ArrayBufferWriter<byte> frames, int start)
    {
        // The length goes where room was left for it.
        var frame = MemoryMarshal.AsMemory(frames.WrittenMemory).Span[start..];
        BinaryPrimitives.WriteInt32LittleEndian(frame[sizeof(byte)..], frame.Length - FrameHeader);
    }

    public static void WriteEnd(ArrayBufferWriter<byte> frames) => EndFrame(frames, BeginFrame(frames, EndFrames));

    /// <summary>Reads it all, and no byte after it.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="SnapshotOfOtherVersionException">Another version wrote it, whose features remember something else.</exception>
    public static void Read(KeyPartition partition, SharedJournal? journal, Stream stream)
    {
        if (partition.NewestMs != KeyPartition.BeforeAll)
            throw new InvalidOperationException("A snapshot is read before the first event");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var source = new HashedSource(stream, hash);
        if (BinaryPrimitives.ReadUInt32LittleEndian(source.Take(sizeof(uint))) is var mark && mark != Magic)
            throw SnapshotOfOtherVersionException.Of(mark, Magic, "features");
        var schema = Encoding.ASCII.GetString(source.Take(partition.Plan.Schema.Hash.Length));
        if (!partition.Plan.RemembersAs(schema))
        {
            throw schema.All(char.IsAsciiHexDigitLower)
                ? new SnapshotOfOtherVersionException($"A snapshot of the schema {schema}; this engine has {partition.Plan.Schema.Hash}")
                : new InvalidDataException("A snapshot of no schema");
        }
        var newest = source.Long();
        if (newest != KeyPartition.BeforeAll && newest is < 0 or >= FeatureEngine.MaxTimeMs)
            throw new InvalidDataException("A snapshot of a time that does not exist");
        var reading = new ReadKeys?[KeyKinds.Count];
        for (var kind = 0; kind < KeyKinds.Count; kind++)
        {
            var keys = partition.Spaces[kind];
            if (source.Byte() != (keys is null ? 0 : 1))
                throw new InvalidDataException("A snapshot of other kinds of keys");
            if (keys is not null)
                reading[kind] = new ReadKeys(keys, partition.Options, ReadCounts(ref source), source.Int(), source.Int());
        }
        ReadFrames(reading, journal, ref source);
        var computed = hash.GetHashAndReset();
        Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
        if (stream.ReadAtLeast(stored, stored.Length, throwOnEndOfStream: false) < stored.Length || !stored.SequenceEqual(computed))
            throw new InvalidDataException("The snapshot is damaged: its hash is another");
        foreach (var keys in reading)
            keys?.End();
        partition.NewestMs = newest;
    }

    static void ReadFrames(ReadKeys?[] reading, SharedJournal? journal, ref HashedSource source)
    {
        if (source.Byte() != (journal is null ? 0 : 1))
            throw new InvalidDataException("A snapshot of an engine that shares keys, or shares none, unlike this one");
        var overflowed = journal is null ? 0 : source.Long();
        long left = journal is null ? 0 : source.Int();
        while (true)
        {
            var what = source.Byte();
            var length = source.Int();
            if (what == EndFrames && length == 0)
                break;
            if (what == JournalFrame && journal is not null && length is >= 0 and <= SharedJournalCodec.MaxBytes)
                left -= SharedJournalCodec.Read(journal, source.Take(length));
            else if (what < KeyKinds.Count && reading[what] is { } keys && length >= KeyHeader && length <= keys.LongestFrame)
                keys.Read(source.Take(length));
            else
                throw new InvalidDataException("A frame that does not exist, or is too long");
        }
        if (left != 0)
            throw new InvalidDataException("A snapshot with other shared events than it says");
        if (journal is not null)
            journal.Overflowed += overflowed;
    }

    /// <summary>Keys of one kind as they come, for their slots are known only when all are there.</summary>
    sealed class ReadKeys
    {
        readonly KeySpace _keys;
        readonly KeyCounts _counts;
        readonly List<(int Slot, ulong Key, long UsedMs, KeyState State)> _read = [];
        readonly int _maxEvents;
        readonly int _hand;
        readonly int _count;

        public ReadKeys(KeySpace keys, FeatureEngineOptions options, KeyCounts counts, int hand, int count)
        {
            if (count < 0 || count > options.MaxKeys || hand < 0 || hand > count)
                throw new InvalidDataException($"A snapshot of {count} keys; {options.MaxKeys} of a kind are the most");
            (_keys, _counts, _maxEvents, _hand, _count) = (keys, counts, options.MaxEventsPerKey, hand, count);
            LongestFrame = KeyHeader + KeyStateCodec.MaxBytes(options.MaxEventsPerKey);
        }

        public int LongestFrame { get; }

        public void Read(ReadOnlySpan<byte> frame)
        {
            var slot = BinaryPrimitives.ReadInt32LittleEndian(frame);
            var key = BinaryPrimitives.ReadUInt64LittleEndian(frame[sizeof(int)..]);
            var usedMs = BinaryPrimitives.ReadInt64LittleEndian(frame[(sizeof(int) + sizeof(ulong))..]);
            if (_read.Count == _count || key == 0 || usedMs is < KeyPartition.BeforeAll or >= FeatureEngine.MaxTimeMs)
                throw new InvalidDataException("A key that cannot be, or is one too many");
            _read.Add((slot, key, usedMs, KeyStateCodec.Read(_keys.Plan, _maxEvents, frame[KeyHeader..])));
        }

        /// <summary>All are there, and are what was written.</summary>
        public void End()
        {
            if (_read.Count != _count)
                throw new InvalidDataException("A snapshot of fewer keys than it says");
            _read.Sort((a, b) => a.Slot.CompareTo(b.Slot));
            foreach (var (slot, key, usedMs, state) in _read)
            {
                if (slot != _keys.Count || _keys.Has(key))
                    throw new InvalidDataException("A key that is there twice");
                _keys.Add(key, usedMs, state);
            }
            _keys.Resume(_hand, _counts);
        }
    }

    static void WriteCounts(ref ByteWriter writer, KeyCounts counts)
    {
        foreach (var count in (ReadOnlySpan<long>)[counts.Events, counts.Late, counts.TooLate, counts.Duplicates, counts.Truncated,
            counts.Evicted, counts.Returned, counts.Unreadable, counts.Labels, counts.LabelsUnmatched])
        {
            writer.Fixed((ulong)count);
        }
    }

    static KeyCounts ReadCounts(ref HashedSource source) => new()
    {
        Events = source.Long(),
        Late = source.Long(),
        TooLate = source.Long(),
        Duplicates = source.Long(),
        Truncated = source.Long(),
        Evicted = source.Long(),
        Returned = source.Long(),
        Unreadable = source.Long(),
        Labels = source.Long(),
        LabelsUnmatched = source.Long(),
    };

    /// <summary>Reads from the stream what was asked for, and hashes it.</summary>
    ref struct HashedSource(Stream stream, IncrementalHash hash)
    {
        byte[] _buffer = new byte[1024];

        public ReadOnlySpan<byte> Take(int count)
        {
            if (_buffer.Length < count)
                _buffer = new byte[count * 2];
            var taken = _buffer.AsSpan(0, count);
            if (stream.ReadAtLeast(taken, count, throwOnEndOfStream: false) < count)
                throw new InvalidDataException("The snapshot ends too early");
            hash.AppendData(taken);
            return taken;
        }

        public byte Byte() => Take(1)[0];

        public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

        public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));
    }
}
