using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Logs;

/// <summary>
/// A file of records, each with its length and checksum before it, that is only appended to, or replaced as a whole. For one thread at a time.
/// </summary>
internal sealed class Journal : IDisposable
{
    /// <summary>What a record takes beside itself: its length and its CRC-32C, four bytes each.</summary>
    public const int FrameBytes = 8;

    readonly string _path;
    readonly long _compactAboveBytes;
    FileStream _file;

    // Above the former after a compaction has failed.
    long _nextLookAboveBytes;

    /// <param name="path">The file; made if it is missing. <see cref="Replay"/> it before anything else.</param>
    /// <param name="compactAboveBytes">How large it may get before it is worth a look whether most of it is dead.</param>
    public Journal(string path, long compactAboveBytes)
    {
        _path = path;
        _compactAboveBytes = _nextLookAboveBytes = compactAboveBytes;
        _file = Open();
        File.Delete(NewPath);
    }

    /// <summary>Where the last whole record ends.</summary>
    public long Length { get; private set; }

    /// <summary>What was behind the last whole record when the file was opened.</summary>
    public long TornBytes { get; private set; }

    // A compaction that did not get to its end leaves it.
    string NewPath => _path + ".new";

    /// <summary>
    /// Tells all records in order, and cuts off what follows the last whole one: the process died, or the power went, while it was written.
    /// </summary>
    public void Replay(Action<KafkaReader> record)
    {
        var size = _file.Length;
        using (var buffered = new BufferedStream(Open(), 1 << 16))
        {
            while (ReadFrame(buffered, size - Length) is { } payload)
            {
                record(new KafkaReader(payload));
                Length += FrameBytes + payload.Length;
            }
        }
        TornBytes = size - Length;
        _file.SetLength(Length);
    }

    /// <summary>Appends a record, whole or not at all.</summary>
    public void Append(Action<KafkaWriter> record)
    {
        using var frame = new KafkaWriter();
        WriteFrame(frame, record);

        // At the end that is known, so that the rest of a write that failed is written over.
        RandomAccess.Write(_file.SafeFileHandle, frame.Written.Span, Length);
        Length += frame.Length;
    }

    /// <summary>Puts the records that still count in the place of all, when it is large and most of it is dead.</summary>
    /// <param name="liveBytes">What a journal of those alone would take.</param>
    /// <param name="live">They; looked at only then.</param>
    public void CompactIfDead(long liveBytes, IEnumerable<Action<KafkaWriter>> live)
    {
        if (Length <= _nextLookAboveBytes || liveBytes * 2 > Length)
            return;
        try
        {
            Rewrite(live);
            _nextLookAboveBytes = _compactAboveBytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // All is in the long journal; the next attempt comes when it has doubled, not with every record.
            _nextLookAboveBytes = Length * 2;
        }
    }

    // Should it fail, the old ones stay.
    void Rewrite(IEnumerable<Action<KafkaWriter>> records)
    {
        long length = 0;
        using (var file = new FileStream(NewPath, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16))
        {
            using var frame = new KafkaWriter();
            foreach (var record in records)
            {
                frame.Rewind(0);
                WriteFrame(frame, record);
                file.Write(frame.Written.Span);
                length += frame.Length;
            }

            // The new name must not reach the disk before what it names.
            file.Flush(flushToDisk: true);
        }

        _file.Dispose();
        try
        {
            File.Move(NewPath, _path, overwrite: true);
            Length = length;
        }
        finally
        {
            _file = Open();
        }
    }

    public void Dispose() => _file.Dispose();

    FileStream Open() => new(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);

    static void WriteFrame(KafkaWriter frame, Action<KafkaWriter> record)
    {
        frame.Int32(0);
        frame.Int32(0);
        record(frame);
        var payload = frame.Written.Span[FrameBytes..];
        frame.PatchInt32(0, payload.Length);
        frame.PatchInt32(4, (int)Checksum(payload));
    }

    static byte[]? ReadFrame(Stream file, long left)
    {
        Span<byte> head = stackalloc byte[FrameBytes];
        if (left < FrameBytes)
            return null;
        file.ReadExactly(head);
        var length = BinaryPrimitives.ReadInt32BigEndian(head);
        if (length <= 0 || length > left - FrameBytes)
            return null;
        var payload = new byte[length];
        file.ReadExactly(payload);
        return Checksum(payload) == BinaryPrimitives.ReadUInt32BigEndian(head[4..]) ? payload : null;
    }

    static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var eight in MemoryMarshal.Cast<byte, ulong>(bytes))
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? eight : BinaryPrimitives.ReverseEndianness(eight));
        foreach (var one in bytes[(bytes.Length & ~7)..])
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
