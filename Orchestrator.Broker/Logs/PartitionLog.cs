using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Records;

namespace Orchestrator.Broker.Logs;

/// <summary>
/// The records of one partition in files, in the order in which they came. What was appended is in the operating system's hands: it outlives the process, not
/// a loss of power. Safe for any number of writers and readers.
/// </summary>
internal sealed partial class PartitionLog : IDisposable
{
    const string StartFile = "start-offset";

    readonly string? _directory;
    readonly int _segmentBytes;
    long _retentionBytes;
    readonly Lock _lock = new();
    readonly List<LogSegment> _segments = [];
    readonly ProducerSequences _producers = new();
    readonly List<FetchWaiter> _waiting = [];
    long _startOffset;
    long _endOffset;
    long _bytes;
    bool _disposed;

    /// <summary>Opens what is in <paramref name="directory"/>, or begins an empty one.</summary>
    /// <param name="directory">Where its files are; null for files without a name.</param>
    /// <param name="segmentBytes">When a new file begins.</param>
    /// <param name="retentionBytes">It keeps at least so much, if so much came; whole files beyond it go.</param>
    public PartitionLog(string? directory, int segmentBytes, long retentionBytes)
    {
        _directory = directory;
        _segmentBytes = segmentBytes;
        _retentionBytes = retentionBytes;
        if (directory is not null)
            Open(directory);
        if (_segments.Count == 0)
            _segments.Add(LogSegment.Create(directory, _startOffset));
        _endOffset = _segments[^1].EndOffset;
        _startOffset = Math.Clamp(_startOffset, _segments[0].BaseOffset, _endOffset);
        _transactions?.Forget(_startOffset);
        _bytes = _segments.Sum(s => (long)s.Bytes);
    }

    /// <summary>From now on it keeps at least so much, in bytes; what is beyond it goes when the next file begins.</summary>
    public void Keep(long retentionBytes) => Interlocked.Exchange(ref _retentionBytes, retentionBytes);

    /// <summary>The first offset that is still there.</summary>
    public long StartOffset => Interlocked.Read(ref _startOffset);

    /// <summary>The offset that the next record gets.</summary>
    public long EndOffset => Interlocked.Read(ref _endOffset);

    void Open(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (var path in Directory.GetFiles(directory, "*.log").Order(StringComparer.Ordinal))
        {
            var segment = LogSegment.Open(path, Seen);
            // A gap can only be behind a torn file: what is beyond it was never acknowledged in order.
            if (_segments.Count > 0 && segment.BaseOffset != _segments[^1].EndOffset)
                segment.Delete();
            else
                _segments.Add(segment);
        }
        var start = Path.Combine(directory, StartFile);
        if (File.Exists(start) && long.TryParse(File.ReadAllText(start), out var offset))
            _startOffset = offset;
    }

    void Seen(RecordBatch batch)
    {
        _producers.Appended(batch);
        if (batch.IsTransactional)
            NoteTransaction(batch);
    }

    /// <summary>Appends the batches of a produce request.</summary>
    /// <param name="batches">One batch or more; their offsets are written into them.</param>
    /// <param name="maxBatchBytes">The largest batch.</param>
    /// <param name="baseOffset">The first one's offset; of a batch that comes again the one it has already.</param>
    public KafkaError Append(Span<byte> batches, int maxBatchBytes, out long baseOffset)
    {
        baseOffset = -1;
        for (var rest = batches; rest.Length > 0; rest = rest[new RecordBatch(rest).TotalBytes..])
        {
            if (RecordBatch.Check(rest, maxBatchBytes) is not KafkaError.None and var wrong)
                return wrong;
            if (new RecordBatch(rest).IsControl)
                return KafkaError.InvalidRecord;
        }
        List<FetchWaiter>? woken;
        lock (_lock)
        {
            if (_disposed)
                return KafkaError.UnknownTopicOrPartition;
            for (var rest = batches; rest.Length > 0;)
            {
                var batch = new RecordBatch(rest);
                var length = batch.TotalBytes;
                if (_producers.Check(batch, out var appendedAt) is not KafkaError.None and var refused)
                    return refused;
                if (appendedAt < 0)
                {
                    if (CheckTransaction(batch) is not KafkaError.None and var outside)
                        return outside;
                    appendedAt = _endOffset;
                    AppendOne(rest[..length], batch);
                }
                baseOffset = baseOffset < 0 ? appendedAt : baseOffset;
                rest = rest[length..];
            }
            woken = TakeWaiting();
        }
        woken?.ForEach(w => w.Wake());
        return KafkaError.None;
    }

    void AppendOne(Span<byte> bytes, RecordBatch batch)
    {
        if (_segments[^1].Bytes > 0 && _segments[^1].Bytes + (long)bytes.Length > _segmentBytes)
        {
            _segments.Add(LogSegment.Create(_directory, _endOffset));
            Retain();
        }
        batch.Place(_endOffset);
        _segments[^1].Append(bytes);
        _bytes += bytes.Length;
        Seen(batch);
        Interlocked.Exchange(ref _endOffset, batch.LastOffset + 1);
    }

    // Everyone who waits, to be woken outside of the lock.
    List<FetchWaiter>? TakeWaiting()
    {
        if (_waiting.Count == 0)
            return null;
        List<FetchWaiter> woken = [.. _waiting];
        _waiting.Clear();
        return woken;
    }

    void Retain()
    {
        while (_segments.Count > 1 && (_bytes - _segments[0].Bytes > Interlocked.Read(ref _retentionBytes) || _segments[1].BaseOffset <= _startOffset))
            DropFirst();
    }

    void DropFirst()
    {
        _bytes -= _segments[0].Bytes;
        _segments[0].Delete();
        _segments.RemoveAt(0);
        Interlocked.Exchange(ref _startOffset, Math.Max(_startOffset, _segments[0].BaseOffset));
        _transactions?.Forget(_startOffset);
    }

    /// <summary>Writes whole batches from the one that holds <paramref name="offset"/>.</summary>
    /// <param name="offset">Where to begin.</param>
    /// <param name="before">Nothing from this offset on: the <see cref="StableOffset"/> for who reads what is committed, else <see cref="long.MaxValue"/>.</param>
    /// <param name="maxBytes">As many bytes, but for the first batch.</param>
    /// <param name="to">Gets them.</param>
    /// <param name="written">The bytes written; 0 at the end.</param>
    public KafkaError Read(long offset, long before, int maxBytes, KafkaWriter to, out int written)
    {
        written = 0;
        while (true)
        {
            LogSegment segment;
            lock (_lock)
            {
                if (_disposed)
                    return KafkaError.UnknownTopicOrPartition;
                if (offset < _startOffset || offset > _endOffset)
                    return KafkaError.OffsetOutOfRange;
                if (offset >= Math.Min(before, _endOffset))
                    return KafkaError.None;
                segment = SegmentOf(offset);
            }
            var length = to.Length;
            try
            {
                written = segment.Read(offset, before, maxBytes, to);
                return KafkaError.None;
            }
            catch (ObjectDisposedException)
            {
                // Deleted meanwhile: the offset is out of range now.
                to.Rewind(length);
            }
        }
    }

    LogSegment SegmentOf(long offset)
    {
        int low = 0, high = _segments.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_segments[middle].BaseOffset <= offset)
                low = middle;
            else
                high = middle - 1;
        }
        return _segments[low];
    }

    /// <summary>The first record at a time or later, by its batch; null when there is none.</summary>
    /// <param name="timestamp">Milliseconds since 1970, UTC.</param>
    public (long Offset, long Timestamp)? FirstSince(long timestamp)
    {
        lock (_lock)
        {
            if (_disposed)
                return null;
            foreach (var segment in _segments)
            {
                if (segment.FirstSince(timestamp) is { } found)
                    return (Math.Max(found.Offset, _startOffset), found.Timestamp);
            }
            return null;
        }
    }

    /// <summary>Forgets the records before an offset.</summary>
    public KafkaError DeleteBefore(long offset)
    {
        lock (_lock)
        {
            if (_disposed)
                return KafkaError.UnknownTopicOrPartition;
            if (offset < _startOffset || offset > _endOffset)
                return KafkaError.OffsetOutOfRange;
            Interlocked.Exchange(ref _startOffset, offset);
            _transactions?.Forget(offset);
            if (_directory is not null)
                File.WriteAllText(Path.Combine(_directory, StartFile), $"{offset}");
            Retain();
            return KafkaError.None;
        }
    }

    /// <summary>Wakes <paramref name="waiter"/> when something is appended behind <paramref name="offset"/>; at once when that has happened.</summary>
    public void Await(long offset, FetchWaiter waiter)
    {
        lock (_lock)
        {
            if (offset == _endOffset)
            {
                _waiting.Add(waiter);
                return;
            }
        }
        waiter.Wake();
    }

    /// <summary>Ends <see cref="Await"/>.</summary>
    public void Forget(FetchWaiter waiter)
    {
        lock (_lock)
            _waiting.Remove(waiter);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _segments.ForEach(s => s.Dispose());
        }
    }
}

/// <summary>A fetch that waits for records of any of its partitions. Forget it everywhere before it is disposed.</summary>
internal sealed class FetchWaiter : IDisposable
{
    readonly Lock _lock = new();

    // It does not spin: what it waits for is milliseconds away.
    readonly ManualResetEventSlim _woken = new(initialState: false, spinCount: 0);
    bool _disposed;

    /// <summary>Waits for <see cref="Wake"/>.</summary>
    /// <returns>False when the time was up before.</returns>
    public bool IsWoken(TimeSpan within, CancellationToken closed) => _woken.Wait(within, closed);

    public void Wake()
    {
        lock (_lock)
        {
            if (!_disposed)
                _woken.Set();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _woken.Dispose();
        }
    }
}
