using System.Buffers;
using System.Threading.Channels;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// Cuts what a snapshot writes into chunks, which go to the database while the rest is written. Few wait at a time: while there is no room, no slice is written.
/// </summary>
internal sealed class SnapshotChunks : IBufferWriter<byte>
{
    public const int ChunkBytes = 256 << 10;
    const int Waiting = 8;

    readonly Channel<ReadOnlyMemory<byte>> _chunks = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new() { SingleReader = true, SingleWriter = true });
    byte[] _current = [];
    int _written;
    int _queued;

    /// <summary>Whether the next slice may be written. A slice is small, or it is the whole of a small state.</summary>
    public bool HasRoom => Volatile.Read(ref _queued) < Waiting;

    /// <summary>All that was written.</summary>
    public long Bytes { get; private set; }

    public void Advance(int count)
    {
        _written += count;
        Bytes += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_current.Length - _written < Math.Max(1, sizeHint))
        {
            Flush();
            _current = ArrayPool<byte>.Shared.Rent(Math.Max(ChunkBytes, sizeHint));
        }
        return _current.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>No more comes.</summary>
    /// <param name="error">Why, when it is given up.</param>
    public void Complete(Exception? error = null)
    {
        Flush();
        _chunks.Writer.TryComplete(error);
    }

    /// <summary>The chunks in order. Each is good until the next is asked for.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var chunk in _chunks.Reader.ReadAllAsync(cancellationToken))
        {
            yield return chunk;
            Interlocked.Decrement(ref _queued);
            if (System.Runtime.InteropServices.MemoryMarshal.TryGetArray(chunk, out var array))
                ArrayPool<byte>.Shared.Return(array.Array!);
        }
    }

    void Flush()
    {
        if (_written > 0)
        {
            Interlocked.Increment(ref _queued);
            _chunks.Writer.TryWrite(_current.AsMemory(0, _written));
        }
        else if (_current.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_current);
        }
        _current = [];
        _written = 0;
    }
}
