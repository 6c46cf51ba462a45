using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// All state of some kinds of keys as a stream: a header that names version and schema, then each kind's counts and keys in the order of their slots, then
/// the SHA-256 of it all. Keys are written one by one, so that a snapshot needs no memory for all of them.
/// </summary>
static class PartitionSnapshot
{
    const uint Magic = 0x3146_4f4f; // "OOF1"
    const int FrameHeader = sizeof(ulong) + sizeof(long) + sizeof(int);

    public static void Write(KeyPartition partition, Stream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new ByteWriter(bytes);
        writer.Fixed(Magic);
        bytes.Write(Encoding.ASCII.GetBytes(partition.Plan.Schema.Hash));
        writer.Fixed((ulong)partition.NewestMs);
        foreach (var keys in partition.Spaces)
        {
            writer.Byte(keys is null ? (byte)0 : (byte)1);
            if (keys is null)
                continue;
            Counts(ref writer, keys.Counts);
            writer.Fixed((uint)keys.Hand);
            writer.Fixed((uint)keys.Count);
            Flush(bytes, hash, stream);
            for (var i = 0; i < keys.Count; i++)
                Key(keys[i], bytes, hash, stream);
        }
        Flush(bytes, hash, stream);
        stream.Write(hash.GetHashAndReset());
    }

    public static void Read(KeyPartition partition, Stream stream)
    {
        if (partition.NewestMs != KeyPartition.BeforeAll)
            throw new InvalidOperationException("A snapshot is read before the first event");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var source = new HashedSource(stream, hash);
        if (BinaryPrimitives.ReadUInt32LittleEndian(source.Take(sizeof(uint))) != Magic)
            throw new InvalidDataException("Not a snapshot of features, or one of another version");
        var schema = Encoding.ASCII.GetString(source.Take(partition.Plan.Schema.Hash.Length));
        if (schema != partition.Plan.Schema.Hash)
            throw new InvalidDataException($"A snapshot of the schema {schema}; this engine has {partition.Plan.Schema.Hash}");
        var newest = BinaryPrimitives.ReadInt64LittleEndian(source.Take(sizeof(long)));
        if (newest != KeyPartition.BeforeAll && newest is < 0 or >= FeatureEngine.MaxTimeMs)
            throw new InvalidDataException("A snapshot of a time that does not exist");
        foreach (var keys in partition.Spaces)
        {
            if (source.Take(1)[0] != (keys is null ? 0 : 1))
                throw new InvalidDataException("A snapshot of other kinds of keys");
            if (keys is not null)
                ReadKeys(keys, partition.Options, ref source);
        }
        var computed = hash.GetHashAndReset();
        Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
        if (stream.ReadAtLeast(stored, stored.Length, throwOnEndOfStream: false) < stored.Length || !stored.SequenceEqual(computed))
            throw new InvalidDataException("The snapshot is damaged: its hash is another");
        partition.NewestMs = newest;
    }

    static void Key((ulong Key, long UsedMs, KeyState State) entry, ArrayBufferWriter<byte> bytes, IncrementalHash hash, Stream stream)
    {
        bytes.Write(stackalloc byte[FrameHeader]);
        KeyStateCodec.Write(entry.State, bytes);
        // The length goes where room was left for it.
        var frame = System.Runtime.InteropServices.MemoryMarshal.AsMemory(bytes.WrittenMemory).Span;
        BinaryPrimitives.WriteUInt64LittleEndian(frame, entry.Key);
        BinaryPrimitives.WriteInt64LittleEndian(frame[sizeof(ulong)..], entry.UsedMs);
        BinaryPrimitives.WriteInt32LittleEndian(frame[(sizeof(ulong) + sizeof(long))..], frame.Length - FrameHeader);
        Flush(bytes, hash, stream);
    }

    static void ReadKeys(KeySpace keys, FeatureEngineOptions options, ref HashedSource source)
    {
        var counts = Counts(ref source);
        var hand = BinaryPrimitives.ReadInt32LittleEndian(source.Take(sizeof(int)));
        var count = BinaryPrimitives.ReadInt32LittleEndian(source.Take(sizeof(int)));
        if (count < 0 || count > options.MaxKeys || hand < 0 || hand > count)
            throw new InvalidDataException($"A snapshot of {count} keys; {options.MaxKeys} of a kind are the most");
        var longest = KeyStateCodec.MaxBytes(options.MaxEventsPerKey);
        for (var i = 0; i < count; i++)
        {
            var frame = source.Take(FrameHeader);
            var key = BinaryPrimitives.ReadUInt64LittleEndian(frame);
            var used = BinaryPrimitives.ReadInt64LittleEndian(frame[sizeof(ulong)..]);
            var length = BinaryPrimitives.ReadInt32LittleEndian(frame[(sizeof(ulong) + sizeof(long))..]);
            if (key == 0 || keys.Has(key) || length < 0 || length > longest || used is < KeyPartition.BeforeAll or >= FeatureEngine.MaxTimeMs)
                throw new InvalidDataException("A key that cannot be, or is there twice");
            keys.Add(key, used, KeyStateCodec.Read(keys.Plan, options.MaxEventsPerKey, source.Take(length)));
        }
        keys.Resume(hand, counts);
    }

    static void Counts(ref ByteWriter writer, KeyCounts counts)
    {
        foreach (var count in (ReadOnlySpan<long>)[counts.Events, counts.Late, counts.TooLate, counts.Duplicates, counts.Truncated,
            counts.Evicted, counts.Returned, counts.Unreadable, counts.Labels, counts.LabelsUnmatched])
        {
            writer.Fixed((ulong)count);
        }
    }

    static KeyCounts Counts(ref HashedSource source) => new()
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

    static void Flush(ArrayBufferWriter<byte> bytes, IncrementalHash hash, Stream stream)
    {
        hash.AppendData(bytes.WrittenSpan);
        stream.Write(bytes.WrittenSpan);
        bytes.ResetWrittenCount();
    }

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

        public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));
    }
}
