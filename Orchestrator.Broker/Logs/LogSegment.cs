using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Records;

namespace Orchestrator.Broker.Logs;

/// <summary>
/// One file of a partition: whole record batches, one behind the other. A sparse index in memory finds an offset; it is made anew when the file is opened.
/// Written under the partition's lock; read by anybody up to <see cref="Bytes"/>.
/// </summary>
internal sealed class LogSegment : IDisposable
{
    const int IndexEveryBytes = 4_096;
    const int ScanBytes = 1 << 20;

    readonly SafeFileHandle _file;
    readonly string? _path;
    readonly List<Entry> _index = [];
    int _bytes;
    long _lastIndexed = -IndexEveryBytes;

    LogSegment(SafeFileHandle file, string? path, long baseOffset)
    {
        _file = file;
        _path = path;
        BaseOffset = EndOffset = baseOffset;
    }

    public long BaseOffset { get; }

    /// <summary>The offset behind the last record.</summary>
    public long EndOffset { get; private set; }

    public int Bytes => Volatile.Read(ref _bytes);

    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>A new file; in <paramref name="directory"/>, or without a name when that is null.</summary>
    public static LogSegment Create(string? directory, long baseOffset)
    {
        if (directory is not null)
        {
            var path = Path.Combine(directory, $"{baseOffset:D20}.log");
            return new LogSegment(File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), path, baseOffset);
        }
        var nameless = Path.Combine(Path.GetTempPath(), $"orchestrator-broker-{Environment.ProcessId}-{Path.GetRandomFileName()}");
        var file = File.OpenHandle(
            nameless, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete,
            OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
        // Unlinked at once: the space is given back when the process ends, however it does.
        if (!OperatingSystem.IsWindows())
            File.Delete(nameless);
        return new LogSegment(file, null, baseOffset);
    }

    /// <summary>Opens a file that is there; what follows its last whole batch is cut off.</summary>
    /// <param name="path">Its name is its first offset.</param>
    /// <param name="seen">Told of each batch, in order.</param>
    public static LogSegment Open(string path, SeenBatch seen)
    {
        var segment = new LogSegment(
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
            path, long.Parse(Path.GetFileNameWithoutExtension(path)));
        segment.Scan(seen);
        return segment;
    }

    void Scan(SeenBatch seen)
    {
        var length = RandomAccess.GetLength(_file);
        var buffer = ArrayPool<byte>.Shared.Rent(ScanBytes);
        var at = 0L;
        while (at < length)
        {
            var read = RandomAccess.Read(_file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - at)), at);
            var taken = 0;
            while (RecordBatch.Check(buffer.AsSpan(taken, read - taken), int.MaxValue) == KafkaError.None)
            {
                var batch = new RecordBatch(buffer.AsSpan(taken, read - taken));
                if (batch.BaseOffset != EndOffset)
                    break;
                Added(batch);
                seen(batch);
                taken += batch.TotalBytes;
            }
            at += taken;
            if (taken > 0)
                continue;
            var next = read < RecordBatch.HeaderBytes ? -1 : new RecordBatch(buffer.AsSpan(0, read)).TotalBytes;
            if (next <= read || next > length - at)
                break;
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(next);
        }
        ArrayPool<byte>.Shared.Return(buffer);
        if (at < length)
            RandomAccess.SetLength(_file, at);
    }

    /// <summary>Writes a batch that has its place.</summary>
    public void Append(Span<byte> batch)
    {
        RandomAccess.Write(_file, batch, _bytes);
        Added(new RecordBatch(batch));
    }

    void Added(RecordBatch batch)
    {
        if (_bytes - _lastIndexed >= IndexEveryBytes)
        {
            lock (_index)
                _index.Add(new Entry(batch.BaseOffset, _bytes, Math.Max(MaxTimestamp, batch.MaxTimestamp)));
            _lastIndexed = _bytes;
        }
        MaxTimestamp = Math.Max(MaxTimestamp, batch.MaxTimestamp);
        EndOffset = batch.LastOffset + 1;
        Volatile.Write(ref _bytes, _bytes + batch.TotalBytes);
    }

    /// <summary>Writes whole batches, from the one that holds <paramref name="offset"/>: at least one, and no more than fit into <paramref name="maxBytes"/>.</summary>
    /// <param name="offset">Where to begin.</param>
    /// <param name="before">No batch that begins at this offset or behind it; <paramref name="offset"/> is below.</param>
    /// <param name="maxBytes">As many bytes, but for the first batch.</param>
    /// <param name="to">Gets them.</param>
    /// <returns>How many bytes were written; 0 when it holds no such offset.</returns>
    public int Read(long offset, long before, int maxBytes, KafkaWriter to)
    {
        var from = PositionOf(offset);
        var start = to.Length;
        var most = Math.Min(Bytes - from, Math.Max(maxBytes, RecordBatch.HeaderBytes) + 2 * IndexEveryBytes);
        if (most <= 0)
            return 0;
        var bytes = to.Next(most);
        var read = RandomAccess.Read(_file, bytes, from);
        // The index leads to a batch at or before the wanted one.
        var skip = 0;
        while (read - skip >= RecordBatch.HeaderBytes && new RecordBatch(bytes[skip..read]) is var earlier && earlier.LastOffset < offset)
            skip += earlier.TotalBytes;
        if (read - skip < RecordBatch.HeaderBytes)
        {
            to.Rewind(start);
            return skip > 0 && from + skip < Bytes ? ReadAt(from + skip, to) : 0;
        }
        var taken = 0;
        while (read - skip - taken >= RecordBatch.HeaderBytes)
        {
            var batch = new RecordBatch(bytes[(skip + taken)..read]);
            var length = batch.TotalBytes;
            if (batch.BaseOffset >= before || skip + taken + length > read || (taken > 0 && taken + length > maxBytes))
                break;
            taken += length;
        }
        if (taken == 0)
        {
            to.Rewind(start);
            return ReadAt(from + skip, to);
        }
        bytes.Slice(skip, taken).CopyTo(bytes);
        to.Rewind(start + taken);
        return taken;
    }

    // One batch that is larger than what was read of it.
    int ReadAt(int position, KafkaWriter to)
    {
        Span<byte> header = stackalloc byte[RecordBatch.HeaderBytes];
        RandomAccess.Read(_file, header, position);
        var length = new RecordBatch(header).TotalBytes;
        if (length > Bytes - position)
            throw new InvalidDataException($"a batch of {length} bytes at {position} of {Bytes}");
        return RandomAccess.Read(_file, to.Next(length), position);
    }

    int PositionOf(long offset)
    {
        lock (_index)
        {
            int low = 0, high = _index.Count - 1;
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                if (_index[middle].Offset <= offset)
                    low = middle;
                else
                    high = middle - 1;
            }
            return _index.Count == 0 ? 0 : _index[low].Position;
        }
    }

    /// <summary>The first batch with a record at <paramref name="timestamp"/> or later; null when there is none.</summary>
    public (long Offset, long Timestamp)? FirstSince(long timestamp)
    {
        if (MaxTimestamp < timestamp)
            return null;
        var at = PositionBefore(timestamp);
        Span<byte> header = stackalloc byte[RecordBatch.HeaderBytes];
        while (at < Bytes && RandomAccess.Read(_file, header, at) == header.Length)
        {
            var batch = new RecordBatch(header);
            if (batch.MaxTimestamp >= timestamp)
                return (batch.BaseOffset, batch.MaxTimestamp);
            at += batch.TotalBytes;
        }
        return null;
    }

    // An entry's timestamp is the largest up to and with its batch: before an entry that reaches it, none did since the entry before that.
    int PositionBefore(long timestamp)
    {
        lock (_index)
        {
            var first = _index.FindIndex(e => e.MaxTimestamp >= timestamp);
            return first switch { 0 => 0, < 0 => _index[^1].Position, _ => _index[first - 1].Position };
        }
    }

    public void Delete()
    {
        Dispose();
        if (_path is not null)
            File.Delete(_path);
    }

    public void Dispose() => _file.Dispose();

    readonly record struct Entry(long Offset, int Position, long MaxTimestamp);
}

/// <summary>A batch that was found when a file was opened.</summary>
internal delegate void SeenBatch(RecordBatch batch);
