namespace Orchestrator.Ledger.Reconciliation;

/// <summary>Lets a reader have so many bytes between two calls of <see cref="Allow"/>: nothing that it must hold at once is larger.</summary>
sealed class GuardedStream(Stream inner, int allowance) : Stream
{
    long _left = allowance;

    /// <summary>Begins a new allowance.</summary>
    public void Allow() => _left = allowance;

    /// <inheritdoc />
    /// <exception cref="StatementException"><c>xml_too_large</c>.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        _left -= read;
        return _left >= 0 ? read : throw new StatementException(
            StatementException.Codes.XmlTooLarge, $"no part of it may be larger than {allowance >> 10} KiB");
    }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc />
    public override void Flush() { }

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
